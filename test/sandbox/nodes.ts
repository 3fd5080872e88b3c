/** Nodes of an organisation and of a project (§2.7). */
import { type Answer, type Call, type Endpoints, organizationOf, projectOf, projectToChange } from './call.ts'
import { isOn } from './deployments.ts'
import type { StoredProject } from './entities.ts'
import { list } from './params.ts'
import { isRunning } from './progress.ts'
import { seededRandom } from './random.ts'
import { refuse } from './refusal.ts'

export const nodeEndpoints: Endpoints = {
  'nodes/read': (call) => nodesOf(call, organizationOf(call)),
  'projects/nodes/read': readChosen,
  'projects/nodes/update': choose,
}

type Kind = 'backtest' | 'research' | 'live'

const kinds = [
  { kind: 'backtest', sku: 'B4-12', cpu: 4, ram: 12, price: 24, count: 3 },
  { kind: 'research', sku: 'R4-12', cpu: 4, ram: 12, price: 14, count: 2 },
  { kind: 'live', sku: 'L2-4', cpu: 2, ram: 4, price: 40, count: 3 },
] as const

type Node = { readonly id: string; readonly [field: string]: unknown }

function nodesOf(call: Call, organizationId: string): { readonly [K in Kind]: Node[] } {
  const [backtest = [], research = [], live = []] = kinds.map((each) => {
    const busy = usersOf(call, organizationId, each.kind)
    return Array.from({ length: each.count }, (_, index) => showNode(each, organizationId, index, busy[index]))
  })
  return { backtest, research, live }
}

/** The ids of the nodes of a kind that a project may use. */
export function nodeIdsOf(call: Call, project: StoredProject, kind: Kind): string[] {
  return nodesOf(call, project.organizationId)[kind].map((node) => node.id)
}

/** Projects that keep a node of this kind busy, in the order in which they get one. */
function usersOf(call: Call, organizationId: string, kind: Kind): StoredProject[] {
  const here = [...call.world.projects.values()].filter((project) => project.organizationId === organizationId)
  if (kind === 'live') return here.filter((project) => project.live.some(isOn))
  return kind === 'research'
    ? []
    : here.filter((project) => project.backtests.some((each) => isRunning(each, call.now)))
}

function showNode(kind: (typeof kinds)[number], organizationId: string, index: number, user?: StoredProject): Node {
  const seed = Number.parseInt(organizationId.slice(0, 6), 16) + index * 31 + kind.sku.length * 7 + kind.price
  return {
    id: `LN-${seededRandom(seed).hex(32)}`,
    name: `${kind.sku} node ${index + 1}`,
    projectName: user?.name ?? '',
    projectId: user?.id ?? null,
    description: '',
    usedBy: user ? String(user.ownerId) : '',
    userProfile: '',
    sku: kind.sku,
    busy: user !== undefined,
    price: { monthly: kind.price, yearly: kind.price * 10 },
    speed: 2.7,
    cpu: kind.cpu,
    ram: kind.ram,
    hasGpu: 0,
    assets: 0,
    host: null,
  }
}

/** `active` = the project may use it: those chosen, or all when none was. */
function readChosen(call: Call): Answer {
  const project = projectOf(call)
  const all = nodesOf(call, project.organizationId)
  const auto = project.nodes.length === 0
  const marked = Object.entries(all).map(([kind, nodes]) => {
    return [kind, nodes.map((node) => ({ ...node, active: auto || project.nodes.includes(node.id) }))]
  })
  return { nodes: Object.fromEntries(marked), autoSelectNode: auto }
}

/** `nodes` left out or empty = automatic. */
function choose(call: Call): Answer {
  const project = projectToChange(call)
  const all = nodesOf(call, project.organizationId)
  const known = [...all.backtest, ...all.research, ...all.live].map((node) => node.id)
  const wanted = (list(call.params, 'nodes') ?? []).map(String)
  if (!wanted.every((id) => known.includes(id))) refuse('Node not found')
  project.nodes = wanted
  return readChosen(call)
}
