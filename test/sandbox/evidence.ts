/** Backtests, live deployments and optimisations as people hand them in; what is left out is made up. */
import { readDate } from './dates.ts'
import { isOn } from './deployments.ts'
import type { Backtest, Deployment, Optimization, StoredProject } from './entities.ts'
import type { World } from './store.ts'

type Given = { readonly [field: string]: unknown }

/** Default: completed, created when the project was last modified. A `status` given stays as it is. */
export function readBacktests(world: World, project: StoredProject, given: readonly Given[]): Backtest[] {
  return given.map((each, index) => {
    const created = readDate(each.created) ?? project.modified
    const set = each.parameterSet
    return {
      backtestId: text(each.backtestId) ?? world.random.hex(32),
      name: text(each.name) ?? `Backtest ${index + 1}`,
      created,
      starts: created,
      ends: created,
      fails: false,
      status: text(each.status),
      optimizationId: text(each.optimizationId) ?? null,
      tradeableDates: number(each.tradeableDates) ?? 251,
      parameterSet: typeof set === 'object' && set !== null ? (set as { [name: string]: string | number }) : {},
      snapshotId: number(each.snapshotId) ?? 23_400_000 + (project.id % 100_000),
      tags: Array.isArray(each.tags) ? each.tags.map(String) : [],
      note: text(each.note) ?? '',
    }
  })
}

/** Default: running since now. */
export function readDeployments(world: World, project: StoredProject, given: readonly Given[]): Deployment[] {
  return given.map((each) => {
    const launched = readDate(each.launched) ?? world.clock.now()
    const deployment: Deployment = {
      deployId: text(each.deployId) ?? `L-${world.random.hex(32)}`,
      status: text(each.status) ?? 'Running',
      launched,
      stopped: readDate(each.stopped) ?? null,
      brokerage: text(each.brokerage) ?? 'PaperBrokerage',
      subscription: text(each.subscription) ?? '',
      equity: number(each.equity) ?? 100_000,
      environment: text(each.environment) ?? 'live-paper',
      description: text(each.description) ?? '',
      error: text(each.error) ?? '',
      leagues: Array.isArray(each.leagues) ? each.leagues.map(String) : [],
      holdings: [],
    }
    if (each.stopped === undefined && !isOn(deployment)) deployment.stopped = Math.max(launched, project.modified)
    return deployment
  })
}

/** Default: one that begins now and completes by itself; a `status` given stays as it is. */
export function readOptimizations(world: World, given: readonly Given[]): Optimization[] {
  return given.map((each, index) => ({
    optimizationId: text(each.optimizationId) ?? `O-${world.random.hex(32)}`,
    name: text(each.name) ?? `Optimization ${index + 1}`,
    status: (text(each.status) ?? null) as Optimization['status'],
    created: readDate(each.created) ?? world.clock.now(),
    nodeType: text(each.nodeType) ?? 'O2-8',
    parallelNodes: number(each.parallelNodes) ?? 4,
    criterion: each.criterion ?? {
      target: 'TotalPerformance.PortfolioStatistics.SharpeRatio',
      extremum: 'max',
      targetValue: null,
    },
    constraints: each.constraints ?? [],
    parameters: each.parameters ?? [],
  }))
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
