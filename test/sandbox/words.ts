/** The vocabulary of made-up workspaces. */
export const strategies = [
  'momentum',
  'mean-reversion',
  'pairs',
  'vix-carry',
  'gap-fade',
  'trend-following',
  'earnings-drift',
  'risk-parity',
  'overnight-hold',
  'iron-condor',
  'covered-calls',
  'sector-rotation',
  'crypto-basis',
  'fx-carry',
  'bond-ladder',
  'small-cap-value',
]

export const topics = ['factors', 'volatility', 'options', 'crypto', 'futures', 'alt-data', 'execution', 'portfolio']

export const people = ['mia', 'noor', 'teo', 'ines', 'kofi', 'lena']

export const branches = [
  'fix-slippage',
  'new-universe',
  'kelly-sizing',
  'intraday',
  'upgrade-py311',
  'tax-lots',
  'regime',
]

export const adjectives = [
  'Pensive',
  'Measured',
  'Hyper-Active',
  'Fluorescent',
  'Sleepy',
  'Upgraded',
  'Formal',
  'Crawling',
]

export const colours = ['Black', 'Green', 'Orange', 'Violet', 'Magenta', 'Brown', 'Red', 'Blue']

export const animals = ['Sheep', 'Caribou', 'Dog', 'Pelican', 'Lemur', 'Badger', 'Horse', 'Owl', 'Hornet', 'Giraffe']

export const tags = ['baseline', 'final', 'oos', 'paper', 'reviewed']
