/** `backtests/*` (§2.10): listed newest first, and moving from the queue to done by themselves. */
import { type Answer, type Call, type Endpoints, projectOf } from './call.ts'
import { showDate } from './dates.ts'
import { flag } from './params.ts'
import { phpMap } from './php.ts'
import { progressOf } from './progress.ts'
import { seededRandom } from './random.ts'
import type { Backtest } from './store.ts'

export const backtestEndpoints: Endpoints = {
  'backtests/list': listBacktests,
}

function listBacktests(call: Call): Answer {
  const project = projectOf(call)
  const rows = project.backtests.toSorted((a, b) => b.created - a.created)
  const statistics = flag(call.params, 'includeStatistics') ?? false
  return { backtests: rows.map((each) => showBacktest(call, each, statistics)), count: rows.length }
}

/** The summary of §2.10, with the figures of a finished backtest when asked. */
export function showBacktest(call: Call, backtest: Backtest, statistics: boolean): Answer {
  const { status, progress, completed } = progressOf(backtest, call.now)
  const summary = {
    backtestId: backtest.backtestId,
    status,
    name: backtest.name,
    created: showDate(backtest.created, call.world.switches.dates),
    progress,
    optimizationId: backtest.optimizationId,
    tradeableDates: backtest.tradeableDates,
    parameterSet: phpMap(backtest.parameterSet),
    snapshotId: backtest.snapshotId,
    tags: backtest.tags,
  }
  return statistics ? { ...summary, ...figures(backtest, completed) } : summary
}

/** Made-up figures, the same each time; all null until the backtest is done. */
export function figures(backtest: Backtest, completed: boolean): { readonly [figure: string]: unknown } {
  const random = seededRandom(Number.parseInt(backtest.backtestId.slice(0, 8), 16))
  function figure(low: number, high: number): number | null {
    const value = low + random.next() * (high - low)
    return completed ? Math.round(value * 1000) / 1000 : null
  }
  return {
    sharpeRatio: figure(-1, 3),
    alpha: figure(-0.1, 0.2),
    beta: figure(-0.5, 1.5),
    compoundingAnnualReturn: figure(-20, 60),
    drawdown: figure(2, 45),
    lossRate: figure(20, 70),
    netProfit: figure(-40, 300),
    parameters: Object.keys(backtest.parameterSet).length,
    psr: figure(0, 99),
    securityTypes: 'Equity',
    sortinoRatio: figure(-1, 4),
    trades: completed ? random.integer(0, 900) : null,
    treynorRatio: figure(-1, 2),
    winRate: figure(30, 80),
  }
}
