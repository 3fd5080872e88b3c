/** Starting an optimization (§2.12): `optimizations/estimate` and `optimizations/create`. */
import { type Answer, type Call, type Endpoints, mayWrite, projectOf } from './call.ts'
import { checkRunnable, findCompile, stateOf } from './compile.ts'
import type { Optimization } from './entities.ts'
import { showOptimization } from './optimizations.ts'
import { isParams, list, type Params, requiredInteger, requiredText, text } from './params.ts'
import { refuse } from './refusal.ts'
import { beforeChange } from './store.ts'

export const optimizeEndpoints: Endpoints = {
  'optimizations/estimate': estimate,
  'optimizations/create': create,
}

const targets = ['SharpeRatio', 'CompoundingAnnualReturn', 'ProbabilisticSharpeRatio', 'Drawdown'].map((each) => {
  return `TotalPerformance.PortfolioStatistics.${each}`
})

/** Seconds and price of what would be run. */
function estimate(call: Call): Answer {
  projectOf(call)
  requiredText(call.params, 'name')
  criterionOf(call)
  const runs = parametersOf(call).reduce((product, { min, max, step }) => product * runsOf(min, max, step), 1)
  return { estimate: { estimateId: `E-${call.world.random.hex(32)}`, time: runs * 60, balance: 1000 } }
}

function runsOf(min: number, max: number, step: number): number {
  return Math.max(1, Math.floor((max - min) / step) + 1)
}

function create(call: Call): Answer {
  const { world, params, now } = call
  const project = projectOf(call)
  if (!mayWrite(project, call.user.id)) refuse('You do not have write permission on this project')
  checkRunnable(call, project)
  const compile = findCompile(project, requiredText(params, 'compileId'))
  if (stateOf(call, compile) !== 'BuildSuccess') refuse('Compile is not successful')
  const nodeType = requiredText(params, 'nodeType')
  if (!['O2-8', 'O4-12', 'O8-16'].includes(nodeType)) refuse('Invalid node type')
  const optimization: Optimization = {
    optimizationId: `O-${world.random.hex(32)}`,
    name: requiredText(params, 'name'),
    status: null,
    created: now,
    nodeType,
    parallelNodes: requiredInteger(params, 'parallelNodes'),
    criterion: criterionOf(call),
    constraints: (list(params, 'constraints') ?? []).filter(isParams).map(constraint),
    parameters: parametersOf(call),
  }
  beforeChange(world, project.id)
  project.optimizations.push(optimization)
  return { optimizations: [showOptimization(call, project, optimization)] }
}

function criterionOf({ params }: Call): { readonly [field: string]: unknown } {
  const [target, extremum] = [requiredText(params, 'target'), requiredText(params, 'targetTo')]
  if (!targets.includes(target)) refuse('Invalid optimization target')
  if (!['min', 'max'].includes(extremum)) refuse('Invalid optimization extremum')
  const value = text(params, 'targetValue')
  return { target, extremum, targetValue: value ? Number(value) : null }
}

interface Span {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly step: number
}

/** lean-cli says `key`, the MCP server `name`. None, or one without a step, is no parameter set (§2.12). */
function parametersOf({ params }: Call): Span[] {
  const spans = (list(params, 'parameters') ?? []).filter(isParams).map((each) => {
    const name = text(each, 'name') ?? text(each, 'key') ?? ''
    return { name, min: Number(each.min), max: Number(each.max), step: Number(each.step) }
  })
  const sound = spans.every(({ name, min, max, step }) => name !== '' && min <= max && step > 0)
  return sound && spans.length > 0 ? spans : refuse('Not valid parameter set')
}

/** lean-cli says `target-value` (§2.0). */
function constraint(given: Params): { readonly [field: string]: unknown } {
  const value = given.targetValue ?? given['target-value']
  return { target: given.target, operator: given.operator, targetValue: Number(value) }
}
