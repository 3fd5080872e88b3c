/** Data, modules, datasets and news (§2.1): small, as lean-cli reads them. */
import { type Answer, type Call, type Endpoints, organizationOf } from './call.ts'
import { linkTo } from './downloads.ts'
import { requiredInteger, requiredText } from './params.ts'
import { refuse, refuseEmpty } from './refusal.ts'

export const marketEndpoints: Endpoints = {
  'data/list': listData,
  'data/read': readData,
  'data/prices': prices,
  'market/data/list': () => ({ list: [dataset] }),
  'modules/list': listModules,
  'modules/read': readModule,
  'services/terminal-news': () => ({ news: [news] }),
}

const files = ['equity/usa/daily/spy.zip', 'equity/usa/daily/aapl.zip', 'equity/usa/map_files/map_files_20260601.zip']

/** Names without the first part of their path, as lean-cli puts it back. A prefix nothing has is an empty HTTP 500 (§1.4). */
function listData(call: Call): Answer {
  const prefix = requiredText(call.params, 'filePath')
  const found = files.filter((each) => each.startsWith(prefix))
  if (found.length === 0) refuseEmpty()
  return { objects: found.map((each) => each.slice(each.indexOf('/') + 1)) }
}

function readData(call: Call): Answer {
  const path = requiredText(call.params, 'filePath')
  if (!files.includes(path)) refuse('File not found')
  return { link: linkTo(call, 'spy.csv', '20230103 00:00,3840000,3861000,3778000,3808000,74850731\n') }
}

function prices(call: Call): Answer {
  requiredText(call.params, 'organizationId')
  organizationOf(call)
  const vendor = { vendorName: 'AlgoSeek', regex: '/^equity\\/usa\\/daily\\/.+$/i', price: 1 }
  const agreement = 'https://www.quantconnect.com/terms'
  return { datasources: { [String(dataset.id)]: { options: [], paths: [] } }, prices: [vendor], agreement }
}

const dataset = {
  id: 1,
  name: 'US Equities',
  delivery: 'cloud & download',
  vendorName: 'AlgoSeek',
  tags: [{ name: 'Equity Market' }],
  pending: false,
}

/** The one product that has modules here. */
const product = 65

function listModules(call: Call): Answer {
  productOf(call)
  return { files: ['quantconnect.brokerages.sandbox.1.0.0.nupkg'] }
}

function readModule(call: Call): Answer {
  productOf(call)
  return { url: linkTo(call, requiredText(call.params, 'fileName'), 'made up') }
}

function productOf(call: Call): void {
  requiredText(call.params, 'organizationId')
  organizationOf(call)
  if (requiredInteger(call.params, 'productId') !== product) refuse('Product not found')
}

const news = {
  id: 1,
  type: 'NEWS',
  category: 'updates',
  title: 'A recycle bin for projects',
  content: 'Deleted projects stay for 30 days.',
  image: '',
  link: 'https://www.quantconnect.com/announcements',
  year_deleted: null,
  week_deleted: null,
  created: '2026-05-21 00:00:00',
  date: '2026-05-21 00:00:00',
}
