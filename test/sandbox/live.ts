/** `live/*` (§2.11): deployments come up by themselves and run until somebody stops them. */
import { type Answer, type Call, type Endpoints, isVisible, organizationOf, projectOf } from './call.ts'
import { checkRunnable, findCompile, stateOf } from './compile.ts'
import { showDate } from './dates.ts'
import { isOn, liveStatuses, statusAt } from './deployments.ts'
import type { Deployment, StoredProject } from './entities.ts'
import { runtimeStatistics } from './figures.ts'
import { showFile } from './files.ts'
import { newestOf } from './live-results.ts'
import { nodeIdsOf } from './nodes.ts'
import { integer, isParams, list, map, type Params, requiredText, text } from './params.ts'
import { refuse } from './refusal.ts'
import { beforeChange, type World } from './store.ts'
import { masterVersion } from './versions.ts'

export const liveEndpoints: Endpoints = {
  'live/create': create,
  'live/list': listLive,
  'live/read': read,
  'live/update/stop': (call) => end(call, 'Stopped'),
  'live/update/liquidate': (call) => end(call, 'Liquidated'),
  'live/commands/create': command,
  'live/commands/broadcast': broadcast,
}

/** Deployments of every project the caller sees, or of one, or of one status; newest launch first. */
function listLive(call: Call): Answer {
  const { world, user, params, now } = call
  const projectId = integer(params, 'projectId')
  const status = text(params, 'status') || undefined
  if (status && !liveStatuses.includes(status)) refuse('Invalid argument')
  const visible = [...world.projects.values()].filter((project) => isVisible(project, user.id))
  if (projectId !== undefined && !visible.some((project) => project.id === projectId)) refuse('Project not found')
  const rows = visible
    .filter((project) => projectId === undefined || project.id === projectId)
    .flatMap((project) => project.live.map((deployment) => ({ project, deployment })))
    .filter(({ deployment }) => status === undefined || statusAt(deployment, now) === status)
    .toSorted((a, b) => b.deployment.launched - a.deployment.launched)
  return { live: rows.map(({ project, deployment }) => showDeployment(world, project, deployment, now)) }
}

/** `stopped: null` = still on. */
export function showDeployment(world: World, project: StoredProject, deployment: Deployment, now: number): Answer {
  const { switches } = world
  return {
    projectId: project.id,
    deployId: deployment.deployId,
    status: statusAt(deployment, now),
    launched: showDate(switches, 'launched', deployment.launched),
    stopped: showDate(switches, 'stopped', deployment.stopped),
    brokerage: deployment.brokerage,
    subscription: deployment.subscription,
    equity: deployment.equity,
    environment: deployment.environment,
    description: deployment.description,
    error: deployment.error,
    leagues: deployment.leagues,
  }
}

/** One deployment, the newest unless named. `start` and `end` are refused here (LC#464). */
function read(call: Call): Answer {
  const { params } = call
  if (params.start !== undefined || params.end !== undefined) refuse('Invalid argument')
  const project = projectOf(call)
  const deployId = text(params, 'deployId')
  const named = project.live.find((each) => each.deployId === deployId)
  const deployment = deployId ? (named ?? refuse('Live algorithm not found')) : newestOf(call)
  return { ...showRun(call, project, deployment), projectName: project.name }
}

/** A deployment as it is read singly: objects or null where clients want objects (§12). */
function showRun(call: Call, project: StoredProject, deployment: Deployment): Answer {
  const { status, launched, stopped, brokerage } = showDeployment(call.world, project, deployment, call.now)
  const started = status === 'Running' || !isOn(deployment)
  return {
    message: '',
    deployId: deployment.deployId,
    status,
    cloneId: null,
    launched,
    stopped,
    brokerage,
    securityTypes: 'Equity',
    datacenter: 'NY7',
    isPublicStreaming: false,
    public: false,
    files: project.files.map((file) => showFile(call, project, file, false)),
    runtimeStatistics: started ? runtimeStatistics(deployment.equity, '50.000%') : null,
    charts: started ? { name: 'Strategy Equity' } : null,
  }
}

function create(call: Call): Answer {
  const { world, params, now } = call
  const project = projectOf(call)
  checkLiveControl(call, project)
  checkRunnable(call, project)
  const compile = findCompile(project, requiredText(params, 'compileId'))
  if (stateOf(call, compile) !== 'BuildSuccess') refuse('Compile is not successful')
  const [version, nodeId] = [requiredText(params, 'versionId'), requiredText(params, 'nodeId')]
  if (!nodeIdsOf(call, project, 'live').includes(nodeId)) refuse('Node not found')
  const brokerage = map(params, 'brokerage') ?? refuse('Required parameter brokerage is empty')
  if (project.live.some(isOn)) refuse('Project is already running live')
  const deployment = newDeployment(call, brokerage)
  beforeChange(world, project.id)
  project.live.push(deployment)
  project.lastLaunch = null
  return {
    live: showRun(call, project, deployment),
    projectId: project.id,
    deployId: deployment.deployId,
    status: statusAt(deployment, now),
    versionId: version === '-1' ? masterVersion : Number(version),
    source: 'api-v2',
    responseCode: '0',
  }
}

/** QuantConnect's own brokerage is shown as the paper brokerage that it is. */
function newDeployment(call: Call, brokerage: Params): Deployment {
  const id = text(brokerage, 'id') ?? 'QuantConnectBrokerage'
  return {
    deployId: `L-${call.world.random.hex(32)}`,
    status: null,
    launched: call.now,
    stopped: null,
    brokerage: id === 'QuantConnectBrokerage' ? 'PaperBrokerage' : id,
    subscription: '',
    equity: 100_000,
    environment: 'live-paper',
    description: '',
    error: '',
    leagues: [],
    holdings: (list(brokerage, 'holdings') ?? []).filter(isParams).map((each) => ({
      symbolId: text(each, 'symbolId') ?? '',
      quantity: Number(each.quantity ?? 0),
      averagePrice: Number(each.averagePrice ?? 0),
    })),
  }
}

function end(call: Call, status: 'Stopped' | 'Liquidated'): Answer {
  const project = projectOf(call)
  const deployment = runningOf(call, project)
  beforeChange(call.world, project.id)
  deployment.status = status
  deployment.stopped = call.now
  return {}
}

function command(call: Call): Answer {
  runningOf(call, projectOf(call))
  return map(call.params, 'command') ? {} : refuse('Required parameter command is empty')
}

function broadcast(call: Call): Answer {
  organizationOf(call)
  return map(call.params, 'command') ? {} : refuse('Required parameter command is empty')
}

function runningOf(call: Call, project: StoredProject): Deployment {
  checkLiveControl(call, project)
  return project.live.find(isOn) ?? refuse('Project has no running live algorithm')
}

function checkLiveControl(call: Call, project: StoredProject): void {
  const mine = project.collaborators.find((each) => each.uid === call.user.id)
  if (mine && !mine.liveControl) refuse('You do not have live control permission on this project')
}
