/** `live/*` (§2.11): deployments come up by themselves and run until somebody stops them. */
import { type Answer, type Call, type Endpoints, isVisible, organizationOf, projectOf } from './call.ts'
import { checkRunnable, findCompile, stateOf } from './compile.ts'
import { showDate } from './dates.ts'
import { isOn, liveStatuses, statusAt } from './deployments.ts'
import type { Deployment, StoredProject } from './entities.ts'
import { integer, map, requiredText, text } from './params.ts'
import { refuse } from './refusal.ts'
import { beforeChange, type World } from './store.ts'

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
  const { params, world, now } = call
  if (params.start !== undefined || params.end !== undefined) refuse('Invalid argument')
  const project = projectOf(call)
  const deployId = text(params, 'deployId')
  const newest = project.live.toSorted((a, b) => b.launched - a.launched)
  const deployment =
    newest.find((each) => !deployId || each.deployId === deployId) ?? refuse('Live algorithm not found')
  const shown = showDeployment(world, project, deployment, now)
  return {
    message: '',
    deployId: shown.deployId,
    status: shown.status,
    cloneId: null,
    launched: shown.launched,
    stopped: shown.stopped,
    brokerage: shown.brokerage,
    securityTypes: 'Equity',
    datacenter: 'NY7',
    isPublicStreaming: false,
    public: false,
    files: project.files.map(({ name, content }) => ({ name, content, isLibrary: false })),
    runtimeStatistics: isOn(deployment) ? { Equity: `$${deployment.equity}` } : [],
    charts: [],
    projectName: project.name,
  }
}

function create(call: Call): Answer {
  const { world, params, now } = call
  const project = projectOf(call)
  checkLiveControl(call, project)
  checkRunnable(call, project)
  const compile = findCompile(project, requiredText(params, 'compileId'))
  if (stateOf(call, compile) !== 'BuildSuccess') refuse('Compile is not successful')
  const [versionId] = [requiredText(params, 'versionId'), requiredText(params, 'nodeId')]
  const brokerage = map(params, 'brokerage') ?? refuse('Required parameter brokerage is empty')
  if (project.live.some(isOn)) refuse('Project is already running live')
  const deployment: Deployment = {
    deployId: `L-${world.random.hex(32)}`,
    status: null,
    launched: now,
    stopped: null,
    brokerage: text(brokerage, 'id') ?? 'QuantConnectBrokerage',
    subscription: '',
    equity: 100_000,
    environment: 'live-paper',
    description: '',
    error: '',
    leagues: [],
  }
  beforeChange(world, project.id)
  project.live.push(deployment)
  project.lastLaunch = null
  return { live: showDeployment(world, project, deployment, now), versionId, source: 'api-v2', responseCode: '0' }
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
