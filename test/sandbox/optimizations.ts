/** `optimizations/*` (§2.12) but for starting one: they run and complete by themselves. */
import { type Answer, type Call, type Endpoints, isVisible, projectOf } from './call.ts'
import { showDate } from './dates.ts'
import type { Optimization, StoredProject } from './entities.ts'
import { requiredText } from './params.ts'
import { refuse } from './refusal.ts'
import { beforeChange } from './store.ts'

export const optimizationEndpoints: Endpoints = {
  'optimizations/list': listOptimizations,
  'optimizations/read': read,
  'optimizations/update': update,
  'optimizations/abort': abort,
  'optimizations/delete': remove,
}

function listOptimizations(call: Call): Answer {
  const project = projectOf(call)
  const rows = project.optimizations.toSorted((a, b) => b.created - a.created)
  return { optimizations: rows.map((each) => showOptimization(call, project, each)) }
}

/** As a list shows it. */
export function showOptimization(call: Call, project: StoredProject, optimization: Optimization): Answer {
  const status = statusOf(call, optimization)
  const done = status === 'completed'
  return {
    optimizationId: optimization.optimizationId,
    projectId: project.id,
    name: optimization.name,
    status,
    nodeType: optimization.nodeType,
    criterion: optimization.criterion,
    created: showDate(call.world.switches, 'optimizations.created', optimization.created),
    psr: done ? 41.2 : null,
    sharpeRatio: done ? 0.9 : null,
    trades: done ? 120 : null,
    cloneId: null,
    outOfSampleDays: 0,
    outOfSampleMaxEndDate: null,
    parameters: optimization.parameters,
  }
}

/** New for as long as a backtest queues, running for as long as four of them run. */
function statusOf(call: Call, optimization: Optimization): string {
  if (optimization.status) return optimization.status
  const { queueSeconds, backtestSeconds } = call.world.switches
  const seconds = (call.now - optimization.created) / 1000
  if (seconds < queueSeconds) return 'new'
  return seconds < queueSeconds + 4 * backtestSeconds ? 'running' : 'completed'
}

function read(call: Call): Answer {
  const { project, optimization } = find(call)
  const status = statusOf(call, optimization)
  return {
    optimization: {
      ...showOptimization(call, project, optimization),
      snapshotId: 23_400_000 + (project.id % 100_000),
      runtimeStatistics: runtime(status),
      constraints: optimization.constraints,
      parallelNodes: optimization.parallelNodes,
      backtests: status === 'completed' ? { [bestOf(optimization).id]: bestOf(optimization) } : {},
      gridLayout: [],
      strategy: 'QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy',
      requested: showDate(call.world.switches, 'requested', optimization.created),
    },
  }
}

/** Counts as texts, durations as hours, minutes and seconds. */
function runtime(status: string): { readonly [name: string]: string } {
  const counts = { new: [0, 0, 4], running: [2, 1, 1], aborted: [1, 0, 0], completed: [4, 0, 0] }[status] ?? [0, 0, 0]
  const [completed, running, queued] = counts.map(String) as [string, string, string]
  return {
    Completed: completed,
    Failed: '0',
    Running: running,
    'In Queue': queued,
    'Average Length': '00:00:05',
    'Total Runtime': '00:00:20',
    Total: '4',
    Consumed: '0.01',
  }
}

/** The best of the backtests that an optimization ran. */
function bestOf({ optimizationId, created }: Optimization): { readonly id: string; readonly [field: string]: unknown } {
  const id = optimizationId.replace(/^O-/, '').padEnd(32, '0').slice(0, 32)
  const startDate = new Date(created).toISOString()
  return {
    id,
    name: 'Best of the grid',
    progress: 1,
    exitCode: 0,
    statistics: [0.374, 0.217, 0.047],
    parameterSet: { lookback: '20' },
    equity: [],
    startDate,
    endDate: startDate,
    outOfSampleDays: 0,
    outOfSampleMaxEndDate: null,
  }
}

function update(call: Call): Answer {
  const { project, optimization } = find(call)
  const name = requiredText(call.params, 'name')
  beforeChange(call.world, project.id)
  optimization.name = name
  return {}
}

function abort(call: Call): Answer {
  const { project, optimization } = find(call)
  if (!['new', 'running'].includes(statusOf(call, optimization))) refuse('Optimization is not running')
  beforeChange(call.world, project.id)
  optimization.status = 'aborted'
  return {}
}

function remove(call: Call): Answer {
  const { project, optimization } = find(call)
  beforeChange(call.world, project.id)
  project.optimizations = project.optimizations.filter((each) => each !== optimization)
  return {}
}

/** These calls name no project. */
function find(call: Call): { readonly project: StoredProject; readonly optimization: Optimization } {
  const id = requiredText(call.params, 'optimizationId')
  for (const project of call.world.projects.values()) {
    const optimization = project.optimizations.find((each) => each.optimizationId === id)
    if (optimization && isVisible(project, call.user.id)) return { project, optimization }
  }
  return refuse('Optimization not found')
}
