/** What a pause stops (G19): acting by rules and deleting. Reading goes on, and so do holds, restores and updates. */

import { readFact } from './facts.ts'
import { type RunRow, runById } from './runs.ts'
import { stoppedBy } from './stops.ts'

/** A run whose acting was paused for so long ends; real time. */
export const PAUSED_AT_MOST_MS = 15 * 60_000

/** Who paused the acting of such a run; null while nothing stops it. */
export function pausedBy(sql: SqlStorage, run: Pick<RunRow, 'request'>): string | null {
  const pause = readFact(sql, 'pause')
  return pause !== null && isPausable(sql, run) ? pause.by : null
}

function isPausable(sql: SqlStorage, { request }: Pick<RunRow, 'request'>): boolean {
  const asked = request.kind === 'approved' ? (runById(sql, request.proposal)?.request ?? request) : request
  if (asked.kind === 'undo') return false
  if (asked.kind !== 'command') return true
  return asked.command.type === 'project.delete' || asked.command.type === 'directory.delete'
}

/**
 * Until when a run stands still, in real time; null = it has something to do. It stands still between two items, once what
 * it had sent has been looked at, until the pause ends, somebody stops it or its time is over; other runs go on meanwhile.
 */
export function standsUntil(sql: SqlStorage, run: RunRow, now: number): number | null {
  const { pausedAt } = run.state
  if (pausedAt === null || run.phase !== 'act') return null
  const until = pausedAt + PAUSED_AT_MOST_MS
  return now < until && pausedBy(sql, run) !== null && stoppedBy(sql, run.id) === null ? until : null
}
