/** `live/*` (§2.11). */
import { type Answer, type Call, type Endpoints, isVisible } from './call.ts'
import { showDate } from './dates.ts'
import { liveStatuses, statusAt } from './deployments.ts'
import { integer, text } from './params.ts'
import { refuse } from './refusal.ts'
import type { Deployment, StoredProject, World } from './store.ts'

export const liveEndpoints: Endpoints = {
  'live/list': listLive,
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
  const { dates } = world.switches
  return {
    projectId: project.id,
    deployId: deployment.deployId,
    status: statusAt(deployment, now),
    launched: showDate(deployment.launched, dates),
    stopped: deployment.stopped === null ? null : showDate(deployment.stopped, dates),
    brokerage: deployment.brokerage,
    subscription: deployment.subscription,
    equity: deployment.equity,
    environment: deployment.environment,
    description: deployment.description,
    error: deployment.error,
    leagues: deployment.leagues,
  }
}
