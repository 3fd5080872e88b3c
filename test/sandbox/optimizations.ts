/** `optimizations/*` (§2.12) but for starting one: they come with a workspace, run and complete by themselves. */
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
  return { optimizations: rows.map((each) => show(call, project, each)) }
}

function show(call: Call, project: StoredProject, optimization: Optimization): Answer {
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
  const done = statusOf(call, optimization) === 'completed'
  return {
    optimization: {
      ...show(call, project, optimization),
      runtimeStatistics: done ? { Completed: '4', Failed: '0' } : [],
      constraints: optimization.constraints,
      parallelNodes: optimization.parallelNodes,
      backtests: [],
      strategy: 'QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy',
      requested: showDate(call.world.switches, 'requested', optimization.created),
    },
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
