/** A backtest as lists and single reads show it (§2.10). Its figures are made up, the same each time. */
import type { Answer, Call } from './call.ts'
import { showDate } from './dates.ts'
import type { Backtest, StoredProject } from './entities.ts'
import { phpMap } from './php.ts'
import { progressOf } from './progress.ts'
import { seededRandom } from './random.ts'

/** The summary, with the figures of a finished backtest when asked. */
export function showBacktest(call: Call, backtest: Backtest, statistics: boolean): Answer {
  const { status, progress, completed } = progressOf(backtest, call.now)
  const summary = {
    backtestId: backtest.backtestId,
    status,
    name: backtest.name,
    created: showDate(call.world.switches, 'backtests.created', backtest.created),
    progress,
    optimizationId: backtest.optimizationId,
    tradeableDates: backtest.tradeableDates,
    parameterSet: phpMap(backtest.parameterSet),
    snapshotId: backtest.snapshotId,
    tags: backtest.tags,
  }
  return statistics ? { ...summary, ...figures(backtest, completed) } : summary
}

/** Everything of one backtest; what a running one has not got yet is `[]` or null. */
export function showDetail(call: Call, project: StoredProject, backtest: Backtest): Answer {
  const { status, completed } = progressOf(backtest, call.now)
  const failed = status === 'Runtime Error'
  const done = completed && !failed
  return {
    ...showBacktest(call, backtest, false),
    note: backtest.note,
    completed,
    organizationId: project.organizationId,
    projectId: project.id,
    researchGuide: { minutes: 1, backtestCount: project.backtests.length, parameters: 0 },
    backtestStart: '2023-01-01 00:00:00',
    backtestEnd: '2023-12-31 23:59:59',
    error: failed ? 'Runtime Error: RUNTIME_ERROR' : null,
    stacktrace: failed ? 'at main.py: line 1' : null,
    hasInitializeError: failed,
    charts: [],
    rollingWindow: [],
    runtimeStatistics: done ? { Equity: '$100,000.00', Fees: '-$0.00' } : [],
    statistics: done ? { 'Total Orders': String(figures(backtest, true).trades), 'Sharpe Ratio': '1.1' } : [],
    totalPerformance: done ? { tradeStatistics: [], portfolioStatistics: [], closedTrades: [] } : null,
    nodeName: 'B4-12 node 1',
    outOfSampleMaxEndDate: null,
    outOfSampleDays: 0,
  }
}

function figures(backtest: Backtest, completed: boolean): { readonly [figure: string]: unknown } {
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
