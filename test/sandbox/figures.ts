/** The figures of a finished backtest (§2.10): made up from its id, the same each time, in the shapes clients read. */
import type { Backtest } from './entities.ts'
import { type Random, seededRandom } from './random.ts'

/** Names of the fields of one group of figures, with the lowest and the highest value of each. */
type Ranges = { readonly [field: string]: readonly [number, number] }

export type Figures = { readonly [field: string]: number }

const summary: Ranges = {
  sharpeRatio: [-1, 3],
  alpha: [-0.1, 0.2],
  beta: [-0.5, 1.5],
  compoundingAnnualReturn: [-20, 60],
  drawdown: [2, 45],
  lossRate: [20, 70],
  netProfit: [-40, 300],
  psr: [0, 99],
  sortinoRatio: [-1, 4],
  treynorRatio: [-1, 2],
  winRate: [30, 80],
}

const portfolio: Ranges = {
  averageWinRate: [0, 0.1],
  averageLossRate: [-0.1, 0],
  profitLossRatio: [0.3, 3],
  winRate: [0.3, 0.8],
  lossRate: [0.2, 0.7],
  expectancy: [-0.5, 1],
  startEquity: [100_000, 100_000],
  endEquity: [60_000, 400_000],
  compoundingAnnualReturn: [-0.2, 0.6],
  drawdown: [0.02, 0.45],
  totalNetProfit: [-0.4, 3],
  sharpeRatio: [-1, 3],
  probabilisticSharpeRatio: [0, 0.99],
  sortinoRatio: [-1, 4],
  alpha: [-0.1, 0.2],
  beta: [-0.5, 1.5],
  annualStandardDeviation: [0.05, 0.4],
  annualVariance: [0.0025, 0.16],
  informationRatio: [-1, 2],
  trackingError: [0.05, 0.3],
  treynorRatio: [-1, 2],
  portfolioTurnover: [0, 0.5],
  valueAtRisk99: [-0.1, 0],
  valueAtRisk95: [-0.06, 0],
}

const trades: Ranges = {
  totalProfitLoss: [-40_000, 300_000],
  totalProfit: [10_000, 400_000],
  totalLoss: [-100_000, -10_000],
  largestProfit: [1000, 40_000],
  largestLoss: [-20_000, -1000],
  averageProfit: [100, 4000],
  averageLoss: [-4000, -100],
  profitLossRatio: [0.3, 3],
  winLossRatio: [0.3, 3],
  winRate: [0.3, 0.8],
  lossRate: [0.2, 0.7],
  averageMAE: [-900, 0],
  averageMFE: [0, 900],
  profitFactor: [0.5, 3],
  sharpeRatio: [-1, 3],
  sortinoRatio: [-1, 4],
  totalFees: [1, 900],
}

/** What a list shows with `includeStatistics`. `securityTypes` is a number (§12). */
export function summaryFigures(backtest: Backtest): Figures {
  const random = randomOf(backtest)
  const parameters = Object.keys(backtest.parameterSet).length
  return { ...within(summary, random), parameters, securityTypes: 1, trades: tradesOf(backtest) }
}

export function tradesOf(backtest: Backtest): number {
  return Number.parseInt(backtest.backtestId.slice(0, 2), 16) || 1
}

/** Performance over a time: whole, or one of the windows. */
export function performance(backtest: Backtest, begins: string, ends: string): { readonly [group: string]: unknown } {
  const random = randomOf(backtest)
  const count = tradesOf(backtest)
  const winning = Math.floor(count * 0.55)
  return {
    tradeStatistics: {
      startDateTime: begins,
      endDateTime: ends,
      totalNumberOfTrades: count,
      numberOfWinningTrades: winning,
      numberOfLosingTrades: count - winning,
      averageTradeDuration: '4.20:00:00',
      medianTradeDuration: '3.00:00:00',
      maximumDrawdownDuration: '40.00:00:00',
      ...within(trades, random),
    },
    portfolioStatistics: within(portfolio, random),
    closedTrades: [],
  }
}

/** Texts as the results page shows them. */
export function statistics(backtest: Backtest): { readonly [name: string]: string } {
  const figures = within(portfolio, randomOf(backtest))
  function percent(field: string): string {
    return `${((figures[field] ?? 0) * 100).toFixed(3)}%`
  }
  function plain(field: string): string {
    return (figures[field] ?? 0).toFixed(3)
  }
  return {
    'Total Orders': String(tradesOf(backtest)),
    'Average Win': percent('averageWinRate'),
    'Average Loss': percent('averageLossRate'),
    'Compounding Annual Return': percent('compoundingAnnualReturn'),
    Drawdown: percent('drawdown'),
    Expectancy: plain('expectancy'),
    'Start Equity': plain('startEquity'),
    'End Equity': plain('endEquity'),
    'Net Profit': percent('totalNetProfit'),
    'Sharpe Ratio': plain('sharpeRatio'),
    'Sortino Ratio': plain('sortinoRatio'),
    'Probabilistic Sharpe Ratio': percent('probabilisticSharpeRatio'),
    'Loss Rate': percent('lossRate'),
    'Win Rate': percent('winRate'),
    'Profit-Loss Ratio': plain('profitLossRatio'),
    Alpha: plain('alpha'),
    Beta: plain('beta'),
    'Annual Standard Deviation': plain('annualStandardDeviation'),
    'Annual Variance': plain('annualVariance'),
    'Information Ratio': plain('informationRatio'),
    'Tracking Error': plain('trackingError'),
    'Treynor Ratio': plain('treynorRatio'),
    'Total Fees': '$12.30',
    'Estimated Strategy Capacity': '$0',
    'Lowest Capacity Asset': '',
    'Portfolio Turnover': percent('portfolioTurnover'),
  }
}

/** What the page of a run shows on top. */
export function runtimeStatistics(equity: number, ratio: string): { readonly [name: string]: string } {
  const money = `$${equity.toFixed(2)}`
  return {
    Equity: money,
    Fees: '-$12.30',
    Holdings: '$0.00',
    'Net Profit': `$${(equity - 100_000).toFixed(2)}`,
    'Probabilistic Sharpe Ratio': ratio,
    Return: `${((equity / 100_000 - 1) * 100).toFixed(2)} %`,
    Unrealized: '$0.00',
    Volume: '$0.00',
  }
}

function randomOf(backtest: Backtest): Random {
  return seededRandom(Number.parseInt(backtest.backtestId.slice(0, 8), 16) || 1)
}

function within(ranges: Ranges, random: Random): Figures {
  const drawn = Object.entries(ranges).map(([field, [low, high]]) => {
    return [field, Math.round((low + random.next() * (high - low)) * 1000) / 1000]
  })
  return Object.fromEntries(drawn)
}
