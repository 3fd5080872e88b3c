/**
 * `projects/delete` (§2.5): since May 2026 the project is renamed to `Recycle Bin/<old name>`, keeps its id and stays in
 * `projects/read` for 30 days. A collaborator only takes himself off it.
 */
import { type Answer, type Call, projectOf } from './call.ts'
import { isOn } from './deployments.ts'
import type { StoredProject } from './entities.ts'
import { binPrefix, freeName, isTaken } from './names.ts'
import { isRunning } from './progress.ts'
import { refuse } from './refusal.ts'
import { beforeChange } from './store.ts'

export function leaveOrDelete(call: Call): Answer {
  const project = projectOf(call)
  const { world, user } = call
  if (project.ownerId !== user.id) {
    beforeChange(world, project.id)
    project.collaborators = project.collaborators.filter((each) => each.uid !== user.id)
    return {}
  }
  checkDeletable(call, project)
  beforeChange(world, project.id)
  stopLive(call, project)
  const { binnedDelete, delete: kind } = world.switches
  const binned = project.name.startsWith(binPrefix)
  if (binned && binnedDelete === 'noop') return {}
  if (binned || kind === 'hard') world.projects.delete(project.id)
  else moveToBin(call, project)
  return {}
}

function checkDeletable(call: Call, project: StoredProject): void {
  const { world, now } = call
  const { deleteLive, deleteBacktesting, deleteLibrary, binnedDelete, binCollision, delete: kind } = world.switches
  if (project.name.startsWith(binPrefix)) {
    if (binnedDelete === 'error') refuse('Project is already in the Recycle Bin')
    return
  }
  if (deleteLive === 'error' && project.live.some(isOn)) refuse('Project has a running live algorithm, stop it first')
  if (deleteBacktesting === 'error' && project.backtests.some((each) => isRunning(each, now))) {
    refuse('Project has a running backtest, stop it first')
  }
  if (deleteLibrary === 'error' && isLinked(call, project.id)) refuse('Project is used as a library')
  const collides = isTaken(world, binPrefix + project.name, project, project.id)
  if (kind === 'soft' && binCollision === 'error' && collides) refuse('Project name already exists')
}

function isLinked(call: Call, id: number): boolean {
  for (const project of call.world.projects.values()) {
    if (project.id !== id && project.libraries.includes(id)) return true
  }
  return false
}

function stopLive(call: Call, project: StoredProject): void {
  if (call.world.switches.deleteLive !== 'stop') return
  for (const each of project.live.filter(isOn)) {
    each.status = 'Stopped'
    each.stopped = call.now
  }
}

function moveToBin(call: Call, project: StoredProject): void {
  const { world, now } = call
  const wanted = binPrefix + project.name
  project.name = world.switches.binCollision === 'suffix' ? freeName(world, wanted, project, project.id) : wanted
  project.binnedAt = now
  delete project.verbatim.name
  if (world.switches.deleteMoves === 'yes') project.modified = now
}
