/** A backtest as lists and single reads show it (§2.10, §12): objects where clients want objects, null until it is done. */
import type { Answer, Call } from './call.ts'
import { chartNames } from './charts.ts'
import { showDate } from './dates.ts'
import type { Backtest, StoredProject } from './entities.ts'
import { performance, runtimeStatistics, statistics, summaryFigures } from './figures.ts'
import { phpMap } from './php.ts'
import { progressOf } from './progress.ts'

/** The summary, with the figures of a finished backtest when asked. */
export function showBacktest(call: Call, backtest: Backtest, withStatistics: boolean): Answer {
  const { switches } = call.world
  const { status, progress, completed } = progressOf(backtest, call.now, switches)
  const summary = {
    backtestId: backtest.backtestId,
    status,
    name: backtest.name,
    created: showDate(switches, 'backtests.created', backtest.created),
    progress,
    optimizationId: backtest.optimizationId,
    tradeableDates: backtest.tradeableDates,
    parameterSet: phpMap(backtest.parameterSet),
    snapshotId: backtest.snapshotId,
    tags: backtest.tags,
  }
  return withStatistics ? { ...summary, ...figures(backtest, completed) } : summary
}

function figures(backtest: Backtest, completed: boolean): { readonly [field: string]: number | null } {
  const known = summaryFigures(backtest)
  return completed ? known : Object.fromEntries(Object.keys(known).map((field) => [field, null]))
}

const begins = Date.UTC(2023, 0, 1)
const ends = Date.UTC(2023, 11, 31, 23, 59, 59)

/** Everything of one backtest. */
export function showDetail(call: Call, project: StoredProject, backtest: Backtest): Answer {
  const { switches } = call.world
  const { status, completed } = progressOf(backtest, call.now, switches)
  const failed = status === 'Runtime Error'
  return {
    ...showBacktest(call, backtest, false),
    note: backtest.note,
    completed,
    organizationId: project.organizationId,
    projectId: project.id,
    researchGuide: { minutes: 1, backtestCount: project.backtests.length, parameters: 0 },
    backtestStart: showDate(switches, 'backtestStart', begins),
    backtestEnd: showDate(switches, 'backtestEnd', ends),
    error: failed ? 'Runtime Error: RUNTIME_ERROR' : null,
    stacktrace: failed ? 'at main.py: line 1' : null,
    hasInitializeError: failed,
    ...(completed && !failed ? results(backtest) : nothing),
    nodeName: 'B4-12 node 1',
    outOfSampleMaxEndDate: null,
    outOfSampleDays: 0,
  }
}

const nothing = {
  charts: null,
  rollingWindow: null,
  runtimeStatistics: null,
  statistics: null,
  totalPerformance: null,
}

function results(backtest: Backtest): Answer {
  const year = performance(backtest, '2023-01-01T00:00:00Z', '2023-12-31T23:59:59Z')
  const texts = statistics(backtest)
  return {
    charts: Object.fromEntries(chartNames.map((name) => [name, { name }])),
    rollingWindow: {
      M1_20230131: performance(backtest, '2023-01-01T00:00:00Z', '2023-01-31T23:59:59Z'),
      M12_20231231: year,
    },
    runtimeStatistics: runtimeStatistics(Number(texts['End Equity']), texts['Probabilistic Sharpe Ratio'] ?? ''),
    statistics: texts,
    totalPerformance: year,
  }
}
