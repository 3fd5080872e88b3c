/** One request that every endpoint answers, and one that it refuses, in a scene that has something of everything. */
import type { Client } from '../client.ts'

export const organizationId = '5cad178b20a1d52567b534553413b691'
export const backtestId = 'a'.repeat(32)
export const deployId = `L-${'b'.repeat(32)}`
const optimizationId = `O-${'c'.repeat(32)}`
const running = `O-${'d'.repeat(32)}`

export const workspace = [
  {
    projectId: 5,
    name: 'desk/p',
    description: 'd',
    isPinned: true,
    sharingTokenBacktest: 'token',
    libraries: [7],
    collaborators: [{ uid: 456, permission: 'write', liveControl: true }],
    parameters: [{ key: 'fast', value: '10' }],
    files: [{ name: 'main.py', content: 'y = self.get_parameter("fast")\n' }],
    backtests: [{ backtestId, parameterSet: { fast: '10' } }],
    optimizations: [
      { optimizationId, status: 'completed' },
      { optimizationId: running, status: 'running' },
    ],
  },
  { projectId: 6, name: 'trader', live: [{ deployId }] },
  { projectId: 7, name: 'Library/l' },
]

/** What a request of the table needs to know. */
export interface Scene {
  readonly organizationId: string
  readonly compileId: string
  readonly nodeId: string
}

/** Fills a world, and compiles its project. */
export async function scene(client: Client): Promise<Scene> {
  await client.control('reset', { workspace })
  await client.control('clock', { now: '2026-06-01T08:00:00Z', hold: true })
  await client.form('object/set', `organizationId=${organizationId}&key=a/b.txt&objectData=hello`)
  const { compileId } = (await client.post('compile/create', { projectId: 5 })).body
  await client.control('clock', { advance: 2000 })
  const nodeId = (await client.post('projects/nodes/read', { projectId: 5 })).body.nodes.live[1].id
  return { organizationId, compileId, nodeId }
}

type Ask = (scene: Scene) => object

export interface Calls {
  readonly take: Ask
  /** `signature` = nothing in its request can be wrong but who signed it. */
  readonly refuse: Ask | 'signature'
}

const project = { projectId: 5 }
const nobody = { projectId: -1 }
const backtest = { ...project, backtestId }
const trader = { projectId: 6 }
const chart = { name: 'Strategy Equity', start: 1_672_531_200, end: 1_680_307_200, count: 10 }
const patch = 'diff --git a/main.py b/main.py\n--- a/main.py\n+++ b/main.py\n@@ -1,1 +1,2 @@\n-y = 1\n+y = 2\n'
const target = {
  name: 'grid',
  target: 'TotalPerformance.PortfolioStatistics.SharpeRatio',
  targetTo: 'max',
  strategy: 'QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy',
  parameters: [{ name: 'p', min: 0, max: 1, step: 1 }],
}
const files = [{ name: 'main.py', content: 'self.AddEquity("SPY")' }]
const home = { organizationId }

function pair(take: object | Ask, refuse: object | 'signature'): Calls {
  return {
    take: typeof take === 'function' ? (take as Ask) : () => take,
    refuse: refuse === 'signature' ? refuse : () => refuse,
  }
}

export const calls: { readonly [endpoint: string]: Calls } = {
  authenticate: pair({}, 'signature'),
  'projects/create': pair({ name: 'new', language: 'Py' }, { name: 'a.b', language: 'Py' }),
  'projects/read': pair({ start: 0, end: 2 }, nobody),
  'projects/update': pair({ ...project, description: '' }, { ...project, name: 'trader' }),
  'projects/delete': pair(project, nobody),
  'projects/collaboration/create': pair(
    { ...project, collaboratorUserId: 'teo-lab', collaborationLiveControl: true, collaborationWrite: false },
    { ...project, collaboratorUserId: 'nobody-at-all' },
  ),
  'projects/collaboration/read': pair(project, nobody),
  'projects/collaboration/update': pair(
    { ...project, collaboratorUserId: 'noor-q', liveControl: true, write: true },
    { ...project, collaboratorUserId: 'teo-lab', liveControl: true, write: true },
  ),
  'projects/collaboration/delete': pair(
    { ...project, collaboratorId: 'noor-q' },
    { ...project, collaboratorId: 'teo-lab' },
  ),
  'projects/collaboration/lock/acquire': pair({ ...project, codeSourceId: 'cli' }, { ...project }),
  'projects/library/create': pair({ ...project, libraryId: 7 }, { ...project, libraryId: 99 }),
  'projects/library/delete': pair({ ...project, libraryId: 7 }, { ...project, libraryId: 99 }),
  'nodes/read': pair(home, { organizationId: 'f'.repeat(32) }),
  'projects/nodes/read': pair(project, nobody),
  'projects/nodes/update': pair(({ nodeId }) => ({ ...project, nodes: [nodeId] }), { ...project, nodes: ['LN-1'] }),
  'files/create': pair({ ...project, name: 'a.py', content: 'x' }, { ...project, name: 'b.py', content: '' }),
  'files/read': pair({ ...project, includeLibraries: true }, { ...project, name: 'lost.py' }),
  'files/update': pair({ ...project, name: 'main.py', content: 'x' }, { ...project, name: 'lost.py', content: 'x' }),
  'files/patch': pair(
    { ...project, patch: patch.replace('y = 1', 'y = self.get_parameter("fast")') },
    { ...project, patch: ' ' },
  ),
  'files/delete': pair({ ...project, name: 'main.py' }, { ...project, name: 'lost.py' }),
  'compile/create': pair(project, nobody),
  'compile/read': pair(({ compileId }) => ({ ...project, compileId }), { ...project, compileId: ' ' }),
  'backtests/create': pair(({ compileId }) => ({ ...project, compileId, backtestName: 'b' }), {
    ...project,
    compileId: ' ',
    backtestName: 'b',
  }),
  'backtests/read': pair(backtest, { ...project, backtestId: ' ' }),
  'backtests/list': pair({ ...project, includeStatistics: true }, nobody),
  'backtests/update': pair({ ...backtest, name: 'n', note: 'o' }, { ...project, backtestId: ' ' }),
  'backtests/tags/update': pair({ ...backtest, tags: ['a'] }, { ...project, backtestId: ' ' }),
  'backtests/delete': pair(backtest, { ...project, backtestId: ' ' }),
  'backtests/chart/read': pair({ ...backtest, ...chart }, { ...backtest, ...chart, name: ' ' }),
  'backtests/orders/read': pair({ ...backtest, start: 0, end: 100 }, { ...backtest, start: 0, end: 200 }),
  'backtests/read/insights': pair({ ...backtest, start: 0, end: 100 }, { ...backtest, start: 0, end: 200 }),
  'backtests/insights/read': pair({ ...backtest, start: 0, end: 100 }, { ...backtest, start: 0, end: 200 }),
  'backtests/read/report': pair(backtest, { ...project, backtestId: ' ' }),
  'optimizations/estimate': pair({ ...project, ...target }, { ...project, ...target, parameters: [] }),
  'optimizations/create': pair(
    ({ compileId }) => ({ ...project, ...target, compileId, nodeType: 'O2-8', parallelNodes: 2, estimatedCost: 1 }),
    { ...nobody, ...target },
  ),
  'optimizations/list': pair(project, nobody),
  'optimizations/read': pair({ optimizationId }, { optimizationId: ' ' }),
  'optimizations/update': pair({ optimizationId, name: 'n' }, { optimizationId: ' ', name: 'n' }),
  'optimizations/abort': pair({ optimizationId: running }, { optimizationId }),
  'optimizations/delete': pair({ optimizationId }, { optimizationId: ' ' }),
  'live/create': pair(
    ({ compileId, nodeId }) => ({ ...project, compileId, nodeId, versionId: '-1', brokerage: { id: 'x' } }),
    { ...project, compileId: ' ', nodeId: ' ', versionId: '-1', brokerage: {} },
  ),
  'live/list': pair({ status: 'Running' }, { status: 'Asleep' }),
  'live/read': pair(trader, { ...trader, start: 0, end: 1 }),
  'live/update/stop': pair(trader, project),
  'live/update/liquidate': pair(trader, project),
  'live/commands/create': pair({ ...trader, command: { a: 1 } }, { ...project, command: { a: 1 } }),
  'live/commands/broadcast': pair({ ...home, command: { a: 1 } }, home),
  'live/chart/read': pair({ ...trader, ...chart }, { ...trader, ...chart, start: 9, end: 8 }),
  'live/orders/read': pair({ ...trader, start: 0, end: 1000 }, { ...trader, start: 0, end: 1001 }),
  'live/insights/read': pair({ ...trader, start: 0, end: 100 }, { ...trader, start: 0, end: 101 }),
  'live/portfolio/read': pair(trader, project),
  'live/logs/read': pair(
    { ...trader, format: 'json', algorithmId: deployId, startLine: 0, endLine: 250 },
    { ...trader, format: 'json', algorithmId: deployId, startLine: 0, endLine: 251 },
  ),
  'live/auth0/read': pair({ brokerage: 'alpaca' }, { brokerage: 'x' }),
  'object/list': pair({ ...home, path: 'a' }, {}),
  'object/properties': pair({ ...home, key: 'a/b.txt' }, { ...home, key: 'lost' }),
  'object/get': pair({ ...home, keys: ['a/b.txt'] }, { ...home, keys: ['lost'] }),
  'object/set': pair({ ...home, key: 'c', objectData: 'x' }, { ...home, key: 'c' }),
  'object/delete': pair({ ...home, key: 'a' }, { ...home, key: 'lost' }),
  'data/list': pair({ filePath: 'equity/usa/daily' }, {}),
  'data/read': pair(
    { ...home, format: 'link', filePath: 'equity/usa/daily/spy.zip' },
    { ...home, format: 'link', filePath: 'lost' },
  ),
  'data/prices': pair(home, {}),
  'market/data/list': pair({}, 'signature'),
  'modules/list': pair({ ...home, productId: 65 }, { ...home, productId: 1 }),
  'modules/read': pair({ ...home, productId: 65, fileName: 'a.nupkg' }, { ...home, productId: 65 }),
  'services/terminal-news': pair({}, 'signature'),
  'account/read': pair({}, { organizationId: 'f'.repeat(32) }),
  'user/read': pair(home, { organizationId: 'f'.repeat(32) }),
  'organizations/list': pair({}, 'signature'),
  'organizations/read': pair(home, { organizationId: 'f'.repeat(32) }),
  'organizations/encryption/keys/list': pair(home, 'signature'),
  'lean/versions/read': pair({}, 'signature'),
  'lean/environments/read': pair({}, 'signature'),
  'ai/tools/backtest-init': pair({ language: 'Py', files }, { language: 'Py', files: [] }),
  'ai/tools/syntax-check': pair({ language: 'Py', files }, { language: 'Perl', files }),
  'ai/tools/complete': pair({ language: 'Py', sentence: 'self.add_e' }, { language: 'Py' }),
  'ai/tools/error-enhance': pair({ language: 'Py', error: { message: 'x' } }, { language: 'Py' }),
  'ai/tools/pep8-convert': pair({ files }, {}),
  'ai/tools/search': pair({ language: 'Py', criteria: [{ input: 'x', type: 'Docs', count: 2 }] }, { language: 'Py' }),
}
