/** What a backtest left behind (§2.10): charts, orders, insights and the report. */
import type { Answer, Call, Endpoints } from './call.ts'
import { projectOf } from './call.ts'
import { chartOf, insightsOf, loading, ordersOf } from './charts.ts'
import type { Backtest, StoredProject } from './entities.ts'
import { tradesOf } from './figures.ts'
import { requiredText } from './params.ts'
import { progressOf } from './progress.ts'
import { refuse } from './refusal.ts'

export const resultEndpoints: Endpoints = {
  'backtests/chart/read': (call) => whenDone(call, ({ backtestId }) => chartOf(call, backtestId)),
  'backtests/orders/read': (call) => {
    const backtest = backtestOf(call, projectOf(call))
    return ordersOf(call, backtest.backtestId, isDone(call, backtest) ? tradesOf(backtest) : 0, 100)
  },
  'backtests/read/insights': insights,
  'backtests/insights/read': insights,
  'backtests/read/report': report,
}

/** The backtest that a call names. */
export function backtestOf(call: Call, project: StoredProject): Backtest {
  const id = requiredText(call.params, 'backtestId')
  return keptOf(call, project).find((each) => each.backtestId === id) ?? refuse('Backtest not found')
}

/** The backtests that are not archived (§12). */
export function keptOf(call: Call, project: StoredProject): readonly Backtest[] {
  const { archiveDays } = call.world.switches
  if (archiveDays === 0) return project.backtests
  return project.backtests.filter((each) => each.created > call.now - archiveDays * 86_400_000)
}

function whenDone(call: Call, answer: (backtest: Backtest) => Answer): Answer {
  const backtest = backtestOf(call, projectOf(call))
  const found = answer(backtest)
  return isDone(call, backtest) ? found : loading(progressOf(backtest, call.now, call.world.switches).progress)
}

/** At two addresses: MCP reads the one, LEAN the other (§2.1). */
function insights(call: Call): Answer {
  const backtest = backtestOf(call, projectOf(call))
  return insightsOf(call, backtest.backtestId, isDone(call, backtest) ? 3 : 0)
}

function report(call: Call): Answer {
  const backtest = backtestOf(call, projectOf(call))
  if (!isDone(call, backtest)) return { generating: true }
  return { report: `<!doctype html><title>${backtest.backtestId}</title><p>Made up by the sandbox.</p>` }
}

function isDone(call: Call, backtest: Backtest): boolean {
  return progressOf(backtest, call.now, call.world.switches).completed
}
