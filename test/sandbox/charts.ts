/** Charts, orders and insights of a run (§2.10, §2.11): small, made up from the id of the run, the same each time. */
import { type Answer, type Call, pageOf } from './call.ts'
import { integer, requiredInteger, requiredText } from './params.ts'
import { seededRandom } from './random.ts'
import { refuse } from './refusal.ts'

/** The charts that every run has. */
export const chartNames: readonly string[] = [
  'Strategy Equity',
  'Capacity',
  'Drawdown',
  'Benchmark',
  'Exposure',
  'Assets Sales Volume',
  'Portfolio Turnover',
  'Portfolio Margin',
]

/** `name`, `start` and `end` in Unix seconds, `count` points at most. */
export function chartOf(call: Call, seed: string): Answer {
  const name = requiredText(call.params, 'name')
  const [start, end] = [requiredInteger(call.params, 'start'), requiredInteger(call.params, 'end')]
  if (start >= end) refuse('Invalid argument')
  if (!chartNames.includes(name)) refuse('Chart not found')
  const count = Math.max(1, Math.min(integer(call.params, 'count') ?? 100, 100))
  const random = seededRandom(seedOf(seed))
  const values = Array.from({ length: count }, (_, n) => {
    return [Math.round(start + ((end - start) * n) / count), 100_000 + random.integer(-4000, 9000)]
  })
  const series = { name, unit: '$', index: 0, values, seriesType: 0, color: '#1F77B4', scatterMarkerSymbol: 'none' }
  return { chart: { name, chartType: 0, series: { [name]: series } } }
}

/** What comes as long as results are not there yet (MCP: `LoadingResponse`). */
export function loading(progress: number): Answer {
  return { progress, status: 'loading' }
}

/** A page of orders, at most `limit` of them. */
export function ordersOf(call: Call, seed: string, count: number, limit: number): Answer {
  const orders = limited(
    call,
    Array.from({ length: count }, (_, n) => order(seed, n)),
    limit,
  )
  return { orders, length: orders.length }
}

/** A page of insights, at most 100 of them (§2.11). */
export function insightsOf(call: Call, seed: string, count: number): Answer {
  const insights = limited(
    call,
    Array.from({ length: count }, (_, n) => insight(seed, n)),
    100,
  )
  return { insights, length: insights.length }
}

/** `start` and `end` must be given; more rows than allowed are refused (MCP's own tests). */
function limited<T>(call: Call, rows: readonly T[], limit: number): readonly T[] {
  const start = integer(call.params, 'start') ?? 0
  const end = requiredInteger(call.params, 'end')
  if (end - start > limit) refuse(`Invalid argument: at most ${limit} rows at once`)
  return pageOf(call, rows)
}

function order(seed: string, n: number): Answer {
  const time = new Date(Date.UTC(2023, 0, 3, 14, 31) + n * 86_400_000).toISOString().replace('.000Z', 'Z')
  const price = 380 + seededRandom(seedOf(seed) + n).integer(0, 60)
  const event = {
    algorithmId: seed,
    symbol: 'SPY R735QTJ8XC9X',
    symbolValue: 'SPY',
    symbolPermtick: 'SPY',
    orderId: n + 1,
    orderEventId: 2,
    id: `${seed}-${n + 1}-2`,
    status: 'filled',
    orderFeeAmount: 1,
    orderFeeCurrency: 'USD',
    fillPrice: price,
    fillPriceCurrency: 'USD',
    fillQuantity: 1,
    direction: n % 2 === 0 ? 'buy' : 'sell',
    message: '',
    isAssignment: false,
    quantity: 1,
    time: Date.parse(time) / 1000,
    isInTheMoney: false,
  }
  return {
    id: n + 1,
    contingentId: 0,
    brokerId: [String(n + 1)],
    symbol: { value: 'SPY', id: 'SPY R735QTJ8XC9X', permtick: 'SPY' },
    price,
    priceCurrency: 'USD',
    time,
    createdTime: time,
    lastFillTime: time,
    lastUpdateTime: null,
    canceledTime: null,
    quantity: n % 2 === 0 ? 1 : -1,
    type: 0,
    status: 3,
    tag: '',
    securityType: 1,
    direction: n % 2,
    value: price,
    orderSubmissionData: { bidPrice: price, askPrice: price, lastPrice: price },
    isMarketable: true,
    properties: { timeInForce: {} },
    events: [event],
  }
}

function insight(seed: string, n: number): Answer {
  const generatedTime = Date.UTC(2023, 0, 3) / 1000 + n * 86_400
  return {
    id: seededRandom(seedOf(seed) + n).hex(32),
    groupId: null,
    sourceModel: 'ConstantAlphaModel(Price,Up,30.00:00:00)',
    generatedTime,
    closeTime: generatedTime + 2_592_000,
    symbol: 'SPY R735QTJ8XC9X',
    ticker: 'SPY',
    type: 'price',
    reference: 380.5,
    referenceFinal: 391.2,
    direction: n % 2 === 0 ? 'up' : 'flat',
    period: 2_592_000,
    magnitude: null,
    confidence: null,
    weight: null,
    scoreFinal: true,
    scoreDirection: 1,
    scoreMagnitude: 0,
    estimatedValue: 0,
    tag: null,
  }
}

function seedOf(text: string): number {
  return Number.parseInt(text.replace(/[^0-9a-f]/g, '').slice(0, 8), 16) || 1
}
