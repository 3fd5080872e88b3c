/** How long a command may wait for its turn (G25), in real time. */

import type { Command } from '../../core/command/command.ts'
import { attemptsOf } from './items.ts'
import { openCommands, type RunRow } from './runs.ts'

const HOUR = 3_600_000

/** What deletes must begin soon after it was asked for; the rest can only save something, or be undone. */
const WAITS_MS: { readonly [type in Command['type']]: number } = {
  'project.delete': HOUR,
  'directory.delete': HOUR,
  'project.update': 24 * HOUR,
  'project.restore': 24 * HOUR,
  'project.hold': 24 * HOUR,
  'project.release': 24 * HOUR,
}

/** When a command is over if it has not sent anything by then; null for what has no such end. */
export function deadlineOf({ request, retryOf, receivedAt, createdAt }: RunRow): number | null {
  if (request.kind !== 'command' && request.kind !== 'undo') return null
  const wait = request.kind === 'undo' ? 24 * HOUR : WAITS_MS[request.command.type]
  // A delivery that comes again begins its wait anew; what it may concern is that of the first all the same.
  return (retryOf === null ? receivedAt : createdAt) + wait
}

/** The next such end, of commands that are not over yet; null when there is none. A `DueTime`. */
export function nextDeadline(sql: SqlStorage): number | null {
  const ends = waiting(sql)
    .map(deadlineOf)
    .filter((end) => end !== null)
  return ends.length === 0 ? null : Math.min(...ends)
}

/** A command whose time is over; null when there is none. */
export function overdueCommand(sql: SqlStorage, now: number): RunRow | null {
  return waiting(sql).find((run) => (deadlineOf(run) ?? now) < now) ?? null
}

/** In words: what was waited for in vain. */
export function deadlineText({ request }: RunRow): string {
  const isShort = request.kind === 'command' && WAITS_MS[request.command.type] === HOUR
  return `It had not started ${isShort ? '60 minutes' : '24 hours'} after it was received, so nothing was done. Ask again if it is still wanted.`
}

function waiting(sql: SqlStorage): readonly RunRow[] {
  return openCommands(sql).filter(
    ({ id, phase }) => (phase === 'survey' || phase === 'act') && attemptsOf(sql, id) === 0,
  )
}
