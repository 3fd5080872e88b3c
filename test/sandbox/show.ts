/** A project as `projects/read` shows it to one user (§3.1, §3.2, sample §3.4). */

import { modifiedAt } from './agents.ts'
import { showDate } from './dates.ts'
import { isOn } from './deployments.ts'
import type { Collaborator, StoredProject } from './entities.ts'
import { keyName } from './keys.ts'
import { person } from './people.ts'
import { phpMap } from './php.ts'
import { isRunning } from './progress.ts'
import { seededRandom } from './random.ts'
import type { World } from './store.ts'
import type { Switches } from './switches.ts'

export type ShownProject = { readonly [field: string]: unknown }

/** `alone` = read singly: only then do the details of the encryption key come (§2.3). */
export function showProject(
  world: World,
  project: StoredProject,
  userId: number,
  now: number,
  alone: boolean,
): ShownProject {
  const { switches } = world
  return {
    projectId: project.id,
    organizationId: project.organizationId,
    name: project.name,
    modified: showDate(switches, 'projects.modified', modifiedAt(project, now, switches)),
    created: showDate(switches, 'projects.created', project.created),
    ownerId: project.ownerId,
    language: project.language,
    collaborators: showCollaborators(world, project),
    leanVersionId: project.leanVersionId,
    leanPinnedToMaster: project.leanPinnedToMaster,
    owner: project.ownerId === userId,
    description: project.description,
    channelId: `P${project.id}-${seededRandom(project.id).hex(32)}`,
    parameters: showParameters(project.parameters, project.parametersAs ?? world.switches.parameters),
    libraries: showLibraries(world, project, userId),
    grid: null,
    liveGrid: null,
    paperEquity: null,
    lastLiveDeployment: showDate(switches, 'lastLiveDeployment', lastLaunch(project)),
    liveForm: null,
    encrypted: project.encryptionKey !== null,
    codeRunning: isCodeRunning(world, project, now),
    leanEnvironment: project.leanEnvironment,
    isPinned: project.isPinned,
    sharingTokenBacktest: project.sharingTokenBacktest,
    maxFileSize: fileLimit(world, project),
    encryptionKey: alone && project.encryptionKey !== null ? showKey(project.encryptionKey) : null,
    ...project.verbatim,
  }
}

/** Something of the project runs; whether an agent counts is not known. */
function isCodeRunning(world: World, project: StoredProject, now: number): boolean {
  if (project.agent && world.switches.agentRuns === 'yes') return true
  return project.live.some((each) => isOn(each)) || project.backtests.some((each) => isRunning(each, now))
}

/** As the workspace said, or that of the newest deployment; null = never. */
function lastLaunch(project: StoredProject): number | null {
  return project.lastLaunch ?? (Math.max(0, ...project.live.map((each) => each.launched)) || null)
}

/** What a file of a project may hold, in bytes, by the tier of its organization (§5). */
function fileLimit(world: World, project: StoredProject): number {
  const kilobytes = { 'Trading Firm': 256, Institution: 256, Team: 128, 'Quant Researcher': 64 }
  const { type = '' } = world.organizations.get(project.organizationId) ?? {}
  return 1024 * (kilobytes[type as keyof typeof kilobytes] ?? 32)
}

/** Everybody on a project, the owner first. */
export function showCollaborators(world: World, project: StoredProject): unknown[] {
  const owner: Collaborator = { uid: project.ownerId, permission: 'write', liveControl: true }
  const all = [owner, ...project.collaborators]
  return all.map((each) => showCollaborator(each, each === owner, world.switches.collaborators))
}

const picture = 'https://cdn.quantconnect.com/web/i/users/profile/default.jpg'

function showCollaborator(one: Collaborator, owner: boolean, form: Switches['collaborators']): unknown {
  const { name, email, publicId } = person(one.uid)
  if (form === 'old') {
    const rights = { blivecontrol: one.liveControl, epermission: one.permission, profileimage: picture }
    return { id: 0, uid: one.uid, ...rights, email, bio: null, owner }
  }
  const rights = { liveControl: one.liveControl, permission: one.permission, publicId, profileImage: picture }
  return { uid: one.uid, ...rights, email, name, bio: null, owner }
}

/** The four ways parameters have been seen (§3.2); `[]` in each of them when there are none. */
function showParameters(parameters: StoredProject['parameters'], form: Switches['parameters']): unknown {
  if (form === 'list') return parameters
  if (form === 'named') return parameters.map(({ key, ...rest }) => ({ name: key, ...rest }))
  const pairs = parameters.map((each) => [String(each.key), form === 'map' ? each.value : each])
  return phpMap(Object.fromEntries(pairs))
}

function showLibraries(world: World, project: StoredProject, userId: number): unknown[] {
  if (world.switches.libraries === 'ids') return [...project.libraries]
  return project.libraries.map((id) => {
    const library = world.projects.get(id)
    const access = library?.ownerId === userId || library?.collaborators.some((each) => each.uid === userId)
    const owner = library && library.ownerId !== userId ? person(library.ownerId).name : 'You'
    return { projectId: id, libraryName: library?.name ?? '', ownerName: owner, access: access ?? false }
  })
}

function showKey(id: string): unknown {
  return { id, name: keyName(id) }
}
