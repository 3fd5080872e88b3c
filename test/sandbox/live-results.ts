/** What a live deployment shows while and after it runs (§2.11): chart, portfolio, orders, insights and logs. */
import { type Answer, type Call, type Endpoints, pageOf, projectOf } from './call.ts'
import { chartOf, insightsOf, loading, ordersOf } from './charts.ts'
import { isOn, statusAt } from './deployments.ts'
import type { Deployment } from './entities.ts'
import { requiredInteger, requiredText } from './params.ts'
import { refuse } from './refusal.ts'

export const liveResultEndpoints: Endpoints = {
  'live/chart/read': (call) => whenStarted(call, ({ deployId }) => chartOf(call, deployId)),
  'live/orders/read': (call) => whenStarted(call, ({ deployId }) => ordersOf(call, deployId, 4, 1000)),
  'live/insights/read': (call) => insightsOf(call, newestOf(call).deployId, 2),
  'live/portfolio/read': portfolio,
  'live/logs/read': logs,
  'live/auth0/read': authorization,
}

/** The newest deployment of the project that a call names. */
export function newestOf(call: Call): Deployment {
  const [newest] = projectOf(call).live.toSorted((a, b) => b.launched - a.launched)
  return newest ?? refuse('Live algorithm not found')
}

/** Results are loading until the algorithm runs; what is wrong with the request is said at once. */
function whenStarted(call: Call, answer: (deployment: Deployment) => Answer): Answer {
  const deployment = newestOf(call)
  const found = answer(deployment)
  const starting = isOn(deployment) && statusAt(deployment, call.now) !== 'Running'
  return starting ? loading(0.5) : found
}

/** What it began with, as long as it runs; a liquidated one holds nothing. */
function portfolio(call: Call): Answer {
  const { holdings, status, equity } = newestOf(call)
  const held = status === 'Liquidated' ? [] : holdings
  const rows = held.map(({ symbolId, quantity, averagePrice }) => {
    return [symbolId, { a: averagePrice, q: quantity, p: averagePrice, v: averagePrice * quantity, u: 0, up: 0 }]
  })
  const usd = { symbol: 'USD', amount: equity, conversionRate: 1, currencySymbol: '$', valueInAccountCurrency: equity }
  return { portfolio: { holdings: Object.fromEntries(rows), cash: { USD: usd } } }
}

/** Lines `startLine` (included) to `endLine` (excluded), at most 250 of them (§2.11). */
function logs(call: Call): Answer {
  const { live } = projectOf(call)
  const id = requiredText(call.params, 'algorithmId')
  const deployment = live.find((each) => each.deployId === id) ?? refuse('Live algorithm not found')
  const start = Number(call.params.startLine ?? 0)
  const end = requiredInteger(call.params, 'endLine')
  if (!(start >= 0 && start < end && end - start <= 250)) refuse('Invalid argument')
  const at = new Date(deployment.launched).toISOString().slice(0, 19).replace('T', ' ')
  const lines = [`${at}: Launching analysis for ${id} with LEAN Engine v2.5.0.0.17000`, `${at}: Algorithm started`]
  const page = pageOf({ ...call, params: { start, end } }, lines)
  return { logs: page, length: lines.length, deploymentOffset: 0 }
}

/** Nobody has connected a brokerage here. */
function authorization(call: Call): Answer {
  const known = ['alpaca', 'tradestation', 'charlesschwab', 'tastytrade']
  if (!known.includes(requiredText(call.params, 'brokerage'))) refuse('Invalid brokerage')
  return { authorization: null }
}
