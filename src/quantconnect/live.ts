/** Reads all live deployments the account sees, and says which of them run. */

import type { Evidence } from '../core/evidence/project.ts'
import { malformed, type Result, succeed } from './failure.ts'
import type { Meter } from './meter.ts'
import type { Transport } from './transport.ts'
import { isNever, readDate } from './wire-date.ts'
import { isRow, readId } from './wire-value.ts'

export interface LiveDeployment {
  readonly projectId: number
  readonly status: string
  /** Milliseconds, UTC; null = the answer gives none. */
  readonly launched: Evidence<number | null>
  readonly stopped: Evidence<number | null>
}

/** Statuses of deployments that have ended. Every other one, also one we have never heard of, counts as running. */
const ENDED: ReadonlySet<string> = new Set([
  'Stopped',
  'Liquidated',
  'Deleted',
  'Completed',
  'RuntimeError',
  'DeployError',
  'Invalid',
])

export function isRunning(status: string): boolean {
  return !ENDED.has(status)
}

/** One row that cannot be read spoils the answer: it could be the deployment that still runs. */
export async function listLive(transport: Transport, meter: Meter): Promise<Result<readonly LiveDeployment[]>> {
  const answer = await transport.read('live/list', {}, meter)
  if (!answer.ok) return answer
  const { live } = answer.value
  if (!Array.isArray(live)) return malformed('"live" is missing or is not a list')
  const deployments: LiveDeployment[] = []
  for (const row of live) {
    const place = `row ${deployments.length + 1} of "live"`
    if (!isRow(row)) return malformed(`${place} is not an object`)
    const projectId = readId(row.projectId)
    if (projectId === null) return malformed(`${place} has no usable projectId`)
    const { status } = row
    if (typeof status !== 'string' || status === '') return malformed(`${place} (project ${projectId}) has no status`)
    deployments.push({
      projectId,
      status,
      launched: readOptionalDate(row.launched, 'launched'),
      stopped: readOptionalDate(row.stopped, 'stopped'),
    })
  }
  return succeed(deployments)
}

function readOptionalDate(value: unknown, name: string): Evidence<number | null> {
  if (isNever(value)) return null
  return readDate(value) ?? { unknown: `${name} is not a date` }
}
