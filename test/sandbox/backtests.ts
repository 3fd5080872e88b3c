/**
 * `backtests/*` (§2.10): listed newest first, moving from the queue to done by themselves. A file that holds the word
 * RUNTIME_ERROR makes them end in one.
 */
import { type Answer, type Call, type Endpoints, mayWrite, projectOf } from './call.ts'
import { checkRunnable, findCompile, stateOf } from './compile.ts'
import type { Backtest, StoredProject } from './entities.ts'
import { flag, list, map, requiredText, text } from './params.ts'
import { isRunning } from './progress.ts'
import { refuse } from './refusal.ts'
import { backtestOf, keptOf } from './results.ts'
import { showBacktest, showDetail } from './show-backtest.ts'
import { beforeChange } from './store.ts'

export const backtestEndpoints: Endpoints = {
  'backtests/create': create,
  'backtests/read': read,
  'backtests/list': listBacktests,
  'backtests/update': update,
  'backtests/tags/update': updateTags,
  'backtests/delete': remove,
}

function create(call: Call): Answer {
  const project = projectToRun(call)
  const compile = findCompile(project, requiredText(call.params, 'compileId'))
  const name = requiredText(call.params, 'backtestName')
  if (name.includes(':')) refuse('Backtest name contains unsupported special character (:)')
  if (stateOf(call, compile) !== 'BuildSuccess') refuse('Compile is not successful')
  checkSlots(call, project)
  const { world, now } = call
  const starts = now + world.switches.queueSeconds * 1000
  const set = Object.entries(map(call.params, 'parameters') ?? {}).map(([key, value]) => {
    return [key, typeof value === 'number' ? value : String(value)]
  })
  beforeChange(world, project.id)
  const backtest: Backtest = {
    backtestId: world.random.hex(32),
    name,
    created: now,
    starts,
    ends: starts + world.switches.backtestSeconds * 1000,
    fails: project.files.some((file) => file.content.includes('RUNTIME_ERROR')),
    status: undefined,
    optimizationId: null,
    tradeableDates: 251,
    parameterSet: Object.fromEntries(set),
    snapshotId: world.random.integer(23_000_000, 29_999_999),
    tags: [],
    note: '',
  }
  project.backtests.push(backtest)
  if (world.switches.backtestMoves === 'yes') project.modified = now
  return { backtest: showDetail(call, project, backtest), debugging: false }
}

/** Text that several independent witnesses report of 2026 (§2.10). */
function checkSlots(call: Call, project: StoredProject): void {
  const slots = call.world.switches.backtestSlots
  if (slots === 0) return
  const here = [...call.world.projects.values()].filter((each) => each.organizationId === project.organizationId)
  const running = here.flatMap((each) => each.backtests).filter((each) => isRunning(each, call.now))
  if (running.length < slots) return
  refuse(
    'There are no spare nodes available in your cluster. To launch a new backtest please stop an existing running ' +
      'backtest or add more compute nodes to your organization.',
  )
}

function read(call: Call): Answer {
  const project = projectOf(call)
  return { backtest: showDetail(call, project, backtestOf(call, project)) }
}

function listBacktests(call: Call): Answer {
  const project = projectOf(call)
  const rows = keptOf(call, project).toSorted((a, b) => b.created - a.created)
  const statistics = flag(call.params, 'includeStatistics') ?? false
  return { backtests: rows.map((each) => showBacktest(call, each, statistics)), count: rows.length }
}

function update(call: Call): Answer {
  const project = projectToRun(call)
  const backtest = backtestOf(call, project)
  const name = text(call.params, 'name')
  const note = text(call.params, 'note')
  beforeChange(call.world, project.id)
  if (name) backtest.name = name
  if (note !== undefined) backtest.note = note
  return {}
}

function updateTags(call: Call): Answer {
  const project = projectToRun(call)
  const backtest = backtestOf(call, project)
  beforeChange(call.world, project.id)
  backtest.tags = (list(call.params, 'tags') ?? []).map(String)
  return {}
}

function remove(call: Call): Answer {
  const project = projectToRun(call)
  const backtest = backtestOf(call, project)
  beforeChange(call.world, project.id)
  project.backtests = project.backtests.filter((each) => each !== backtest)
  return {}
}

function projectToRun(call: Call): StoredProject {
  const project = projectOf(call)
  if (!mayWrite(project, call.user.id)) refuse('You do not have write permission on this project')
  checkRunnable(call, project)
  return project
}
