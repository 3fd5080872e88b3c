/** The MCP server's models (`src/models.py`, read at f4b37e85) of compiles, backtests, optimizations and live deployments. */
import * as v from 'valibot'
import { file, gridChart, parameterSet, rest } from './mcp-projects.ts'
import { date, fieldsOf, flag, loose, mapOf, real, text, whole } from './shapes.ts'

const { array, picklist, union, any } = v

function numbers(...values: readonly number[]): v.GenericSchema {
  return v.picklist(values)
}

/** In the model the second stands as the template `Running: _%`, which no answer has; the third is what other clients test for (§12). */
const backtestStatus = union([
  picklist(['Completed.', 'In Queue...', 'Runtime Error', 'In Progress...']),
  v.pipe(text, v.regex(/^Running: \d+%$/)),
])

const symbol = loose(fieldsOf('value id permtick', text))

const tradeStatistics = loose({
  ...fieldsOf('startDateTime endDateTime', date),
  ...fieldsOf(
    'totalNumberOfTrades numberOfWinningTrades numberOfLosingTrades maxConsecutiveWinningTrades maxConsecutiveLosingTrades',
    whole,
  ),
  ...fieldsOf(
    `totalProfitLoss totalProfit totalLoss largestProfit largestLoss averageProfitLoss averageProfit averageLoss
     profitLossRatio winLossRatio winRate lossRate averageMAE averageMFE largestMAE largestMFE
     maximumClosedTradeDrawdown maximumIntraTradeDrawdown profitLossStandardDeviation profitLossDownsideDeviation
     profitFactor sharpeRatio sortinoRatio profitToMaxDrawdownRatio maximumEndTradeDrawdown averageEndTradeDrawdown
     totalFees`,
    real,
  ),
  ...fieldsOf(
    `averageTradeDuration averageWinningTradeDuration averageLosingTradeDuration medianTradeDuration
     medianWinningTradeDuration medianLosingTradeDuration maximumDrawdownDuration`,
    text,
  ),
})

const portfolioStatistics = loose(
  fieldsOf(
    `averageWinRate averageLossRate profitLossRatio winRate lossRate expectancy startEquity endEquity
     compoundingAnnualReturn drawdown totalNetProfit sharpeRatio probabilisticSharpeRatio sortinoRatio alpha beta
     annualStandardDeviation annualVariance informationRatio trackingError treynorRatio portfolioTurnover
     valueAtRisk99 valueAtRisk95`,
    real,
  ),
)

const trade = loose({ symbol, ...fieldsOf('entryTime exitTime', date), direction: numbers(0, 1), quantity: real })

const performance = loose({ tradeStatistics, portfolioStatistics, closedTrades: array(trade) })

const statisticNames = [
  'Total Orders|Average Win|Average Loss|Compounding Annual Return|Drawdown|Expectancy|Start Equity|End Equity',
  'Net Profit|Sharpe Ratio|Sortino Ratio|Probabilistic Sharpe Ratio|Loss Rate|Win Rate|Profit-Loss Ratio|Alpha|Beta',
  'Annual Standard Deviation|Annual Variance|Information Ratio|Tracking Error|Treynor Ratio|Total Fees',
  'Estimated Strategy Capacity|Lowest Capacity Asset|Portfolio Turnover',
].flatMap((line) => line.split('|'))

const runtimeNames = 'Equity|Fees|Holdings|Net Profit|Probabilistic Sharpe Ratio|Return|Unrealized|Volume'.split('|')

function texts(names: readonly string[]): v.GenericSchema {
  return loose(Object.fromEntries(names.map((name) => [name, text])))
}

const chartSummary = loose({ name: text })

const summary = {
  ...fieldsOf('backtestId name optimizationId', text),
  status: backtestStatus,
  created: date,
  progress: real,
  ...fieldsOf('tradeableDates snapshotId', whole),
  parameterSet,
}

const backtest = loose({
  ...summary,
  ...fieldsOf('note organizationId error stacktrace nodeName', text),
  ...fieldsOf('projectId outOfSampleDays', whole),
  ...fieldsOf('completed hasInitializeError', flag),
  researchGuide: loose(fieldsOf('minutes backtestCount parameters', whole)),
  ...fieldsOf('backtestStart backtestEnd outOfSampleMaxEndDate', date),
  charts: mapOf(chartSummary),
  rollingWindow: mapOf(performance),
  runtimeStatistics: texts(runtimeNames),
  statistics: texts(statisticNames),
  totalPerformance: performance,
})

const row = loose({
  ...summary,
  tags: array(text),
  ...fieldsOf(
    `sharpeRatio alpha beta compoundingAnnualReturn drawdown lossRate netProfit psr sortinoRatio treynorRatio winRate`,
    real,
  ),
  ...fieldsOf('parameters securityTypes trades', whole),
})

const series = loose({
  ...fieldsOf('name unit color', text),
  index: whole,
  values: union([array(array(any())), array(mapOf(any()))]),
  seriesType: numbers(0, 1, 2, 3, 4, 5, 6, 7, 9, 19),
  scatterMarkerSymbol: picklist(['none', 'circle', 'square', 'diamond', 'triangle', 'triangle-down']),
})

/** The chart, or how far it is: the server passes on what has a `progress`. */
const chart = v.intersect([
  loose({ chart: loose({ name: text, chartType: numbers(0, 1), series: mapOf(series) }) }),
  loose({ progress: real, status: picklist(['loading']) }),
])

const orderEvent = loose({
  ...fieldsOf('algorithmId symbol symbolValue symbolPermtick id orderFeeCurrency fillPriceCurrency message', text),
  ...fieldsOf('orderId orderEventId', whole),
  status: picklist(
    'new submitted partiallyFilled filled canceled none invalid cancelPending updateSubmitted'.split(' '),
  ),
  ...fieldsOf('orderFeeAmount fillPrice fillQuantity stopPrice limitPrice quantity time', real),
  direction: picklist(['buy', 'sell', 'hold']),
  ...fieldsOf('isAssignment isInTheMoney', flag),
})

const order = loose({
  ...fieldsOf('id contingentId', whole),
  brokerId: array(text),
  symbol,
  ...fieldsOf('limitPrice stopPrice price quantity value trailingAmount triggerPrice', real),
  ...fieldsOf('stopTriggered isMarketable trailingPercentage triggerTouched', flag),
  ...fieldsOf('priceCurrency tag', text),
  ...fieldsOf('time createdTime lastFillTime lastUpdateTime canceledTime', date),
  type: numbers(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
  status: numbers(0, 1, 2, 3, 5, 6, 7, 8, 9),
  securityType: numbers(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
  direction: numbers(0, 1, 2),
  orderSubmissionData: loose(fieldsOf('bidPrice askPrice lastPrice', real)),
  properties: loose({ timeInForce: mapOf(any()) }),
  events: array(orderEvent),
})

const insight = loose({
  ...fieldsOf('id groupId sourceModel symbol ticker tag', text),
  ...fieldsOf('generatedTime closeTime period', whole),
  type: picklist(['price', 'volatility']),
  direction: picklist(['down', 'flat', 'up']),
  ...fieldsOf(
    'reference referenceFinal magnitude confidence weight scoreDirection scoreMagnitude estimatedValue',
    real,
  ),
  scoreFinal: flag,
})

const orders = loose({ orders: array(order), length: whole, progress: real })
const insights = loose({ insights: array(insight), length: whole, success: flag })

const compileState = picklist(['InQueue', 'BuildSuccess', 'BuildError'])

const target = picklist(
  'SharpeRatio CompoundingAnnualReturn ProbabilisticSharpeRatio Drawdown'
    .split(' ')
    .map((each) => `TotalPerformance.PortfolioStatistics.${each}`),
)

const criterion = loose({ target, extremum: picklist(['min', 'max']), targetValue: real })

const span = v.object({ name: text, ...fieldsOf('min max step', real), minStep: v.nullish(real) })

const optimizationRow = {
  ...fieldsOf('optimizationId name', text),
  projectId: whole,
  status: picklist(['new', 'aborted', 'running', 'completed']),
  nodeType: picklist(['O2-8', 'O4-12', 'O8-16']),
  criterion,
  ...fieldsOf('created outOfSampleMaxEndDate', date),
  ...fieldsOf('psr sharpeRatio', real),
  ...fieldsOf('trades cloneId outOfSampleDays', whole),
  parameters: array(span),
}

const optimizations = loose({ optimizations: array(loose(optimizationRow)), success: flag, errors: array(text) })

const clock = v.pipe(text, v.regex(/^\d\d:\d\d:\d\d$/))

const optimization = loose({
  ...optimizationRow,
  ...fieldsOf('snapshotId parallelNodes', whole),
  runtimeStatistics: loose({
    ...fieldsOf('Completed Failed Running Total Consumed', text),
    'In Queue': text,
    'Average Length': clock,
    'Total Runtime': clock,
  }),
  constraints: array(
    v.object({
      target,
      operator: picklist(['LessOrEqual', 'Less', 'GreaterOrEqual', 'Greater', 'NotEqual', 'Equals']),
      targetValue: real,
    }),
  ),
  backtests: mapOf(
    loose({
      ...fieldsOf('name id', text),
      progress: real,
      exitCode: whole,
      statistics: array(real),
      parameterSet,
      equity: array(array(any())),
      ...fieldsOf('startDate endDate outOfSampleMaxEndDate', date),
      outOfSampleDays: whole,
    }),
  ),
  strategy: picklist(['QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy']),
  requested: date,
  gridLayout: array(gridChart),
})

const liveStatus = picklist(
  (
    'DeployError InQueue Running Stopped Liquidated Deleted Completed RuntimeError Invalid LoggingIn Initializing ' +
    'History'
  ).split(' '),
)

const liveRun = {
  ...fieldsOf('message deployId brokerage securityTypes datacenter', text),
  status: liveStatus,
  cloneId: whole,
  ...fieldsOf('launched stopped', date),
  ...fieldsOf('isPublicStreaming public', flag),
  files: array(file),
  runtimeStatistics: texts(runtimeNames),
  charts: chartSummary,
}

const cash = loose({
  ...fieldsOf('symbol currencySymbol', text),
  ...fieldsOf('amount conversionRate valueInAccountCurrency', real),
})

const deployment = loose({
  projectId: whole,
  ...fieldsOf('deployId status brokerage subscription environment description error', text),
  ...fieldsOf('launched stopped', date),
  equity: v.pipe(v.number(), v.minValue(0)),
  leagues: array(text),
})

export const mcpRuns: { readonly [endpoint: string]: v.GenericSchema } = {
  'compile/create': loose({
    ...fieldsOf('compileId signature', text),
    state: compileState,
    parameters: array(loose({ file: text, parameters: array(loose({ line: whole, type: text })) })),
    projectId: whole,
    signatureOrder: array(text),
  }),
  'compile/read': loose({ compileId: text, state: compileState, logs: array(text) }),
  'backtests/create': loose({ backtest, debugging: flag }),
  'backtests/read': loose({ backtest, debugging: flag }),
  'backtests/list': loose({ backtests: array(row), count: whole }),
  'backtests/update': rest,
  'backtests/delete': rest,
  'backtests/chart/read': chart,
  'backtests/orders/read': orders,
  'backtests/read/insights': insights,
  'backtests/read/report': loose({ report: text, generating: flag }),
  'optimizations/estimate': loose({ estimate: loose({ estimateId: text, time: whole, balance: whole }) }),
  'optimizations/create': optimizations,
  'optimizations/list': optimizations,
  'optimizations/read': loose({ optimization }),
  'optimizations/update': rest,
  'optimizations/abort': rest,
  'optimizations/delete': rest,
  'live/create': loose({
    ...fieldsOf('responseCode source deployId', text),
    ...fieldsOf('versionId projectId', whole),
    live: loose(liveRun),
  }),
  'live/list': loose({ live: array(deployment) }),
  'live/read': loose({ ...liveRun, projectName: text }),
  'live/update/stop': rest,
  'live/update/liquidate': rest,
  'live/commands/create': rest,
  'live/commands/broadcast': rest,
  'live/chart/read': chart,
  'live/orders/read': orders,
  'live/insights/read': insights,
  'live/portfolio/read': loose({
    portfolio: loose({ holdings: mapOf(loose(fieldsOf('a q p v u up', real))), cash: mapOf(cash) }),
  }),
  'live/logs/read': loose({ logs: array(text), ...fieldsOf('length deploymentOffset', whole) }),
  'live/auth0/read': loose({ authorization: mapOf(any()) }),
}
