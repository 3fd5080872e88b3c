/** What the state of a live deployment means (§2.11). */
import type { Deployment } from './entities.ts'

/** Every status `live/list` may show. */
export const liveStatuses = [
  'DeployError',
  'InQueue',
  'Running',
  'Stopped',
  'Liquidated',
  'Deleted',
  'Completed',
  'RuntimeError',
  'Invalid',
  'LoggingIn',
  'Initializing',
  'History',
  'PendingInput',
  'Idle',
]

const on = ['InQueue', 'Running', 'LoggingIn', 'Initializing', 'History', 'PendingInput', 'Idle']

/** Running, or on its way there. */
export function isOn(deployment: Deployment): boolean {
  return deployment.status === null || on.includes(deployment.status)
}

const startUp = ['InQueue', 'LoggingIn', 'Initializing', 'History']

/** The status at a time: a new deployment passes through its start-up, two seconds a step, and then runs. */
export function statusAt(deployment: Deployment, now: number): string {
  return deployment.status ?? startUp[Math.floor((now - deployment.launched) / 2000)] ?? 'Running'
}
