/**
 * Lets go of what is older than it is kept for. It heads each alarm, whether or not runs come to an end: once an hour it goes
 * through all tables, by index, at most 500 rows an alarm; what is left goes on with the next. Rows that are not named here
 * have an owner that takes them along: a run that ends, a mark, a message, a setting.
 */

import { forgetOldLinks } from './audit.ts'
import { policyNow } from './clock.ts'
import { readFact, writeFact } from './facts.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

/** Rows that one alarm deletes at most. */
const MOST_ROWS = 500

/** Runs stay so long whatever the settings, so that a trigger that comes again is known. */
const RUNS_KEPT_DAYS = 400
const MESSAGES_KEPT_DAYS = 30
/** Holds that are over; the policy takes no notice of them any more. */
const HOLDS_KEPT_DAYS = 30

/** Now, in real and in policy time, in milliseconds. */
interface Times {
  readonly now: number
  readonly policyNow: number
}

interface Kept {
  readonly table: string
  /** Which rows are over; `?1` is what `before` gives. There is an index that begins with the column it is compared with. */
  readonly isOver: string
  before(times: Times): number | string
}

const ENDED = `status NOT IN ('queued', 'running')`
const runsFrom = ({ now }: Times) => now - RUNS_KEPT_DAYS * DAY
const expired = ({ now }: Times) => now

/** In this order: what belongs to a run goes before it. */
const KEPT: readonly Kept[] = [
  {
    table: 'outbox',
    isOver: `created_at < ?1 AND state <> 'due'`,
    before: ({ now }) => now - MESSAGES_KEPT_DAYS * DAY,
  },
  { table: 'items', isOver: `run IN (SELECT id FROM runs WHERE created_at < ?1 AND ${ENDED})`, before: runsFrom },
  { table: 'units', isOver: `run IN (SELECT id FROM runs WHERE created_at < ?1 AND ${ENDED})`, before: runsFrom },
  { table: 'proposals', isOver: `proposed_at < ?1 AND state <> 'open'`, before: runsFrom },
  { table: 'inventories', isOver: 'expires_at < ?1', before: expired },
  { table: 'inventories', isOver: 'at < ?1', before: (times) => times.policyNow - RUNS_KEPT_DAYS * DAY },
  {
    table: 'runs',
    isOver: `created_at < ?1 AND ${ENDED} AND NOT EXISTS (SELECT 1 FROM items WHERE items.run = runs.id)`,
    before: runsFrom,
  },
  { table: 'lists', isOver: 'expires_at < ?1', before: expired },
  { table: 'backups', isOver: 'expires_at < ?1', before: expired },
  { table: 'holds', isOver: 'until < ?1', before: (times) => times.policyNow - HOLDS_KEPT_DAYS * DAY },
  {
    table: 'announced',
    isOver: `stage = 'hold' AND hold_ends < ?1`,
    before: (times) => times.policyNow - HOLDS_KEPT_DAYS * DAY,
  },
  { table: 'activity', isOver: 'looked_at < ?1', before: (times) => times.policyNow - HOLDS_KEPT_DAYS * DAY },
  { table: 'backtests_seen', isOver: 'at < ?1', before: runsFrom },
  { table: 'empty_readings', isOver: 'at < ?1', before: ({ now }) => now - MESSAGES_KEPT_DAYS * DAY },
  { table: 'seen', isOver: 'at < ?1', before: ({ now }) => now - DAY },
  { table: 'joined', isOver: 'at < ?1', before: ({ now }) => now - 7 * DAY },
  { table: 'questions', isOver: 'asked_at < ?1', before: ({ now }) => now - DAY },
  { table: 'attempts', isOver: 'day < ?1', before: (times) => iso(times.policyNow - 7 * DAY).slice(0, 10) },
]

/** A round that is due, or the rest of one. `now`: real time. */
export function retain(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage
  const round = readFact(sql, 'retention')
  const times = { now, policyNow: policyNow(sql, now) }
  const since = times.policyNow - (round?.at ?? 0)
  if (round !== null && round.next === null && since >= 0 && since < HOUR) return
  storage.transactionSync(() => {
    let rows = MOST_ROWS
    for (let place = round?.next ?? 0; place < KEPT.length; place++) {
      const kept = KEPT[place]
      if (kept !== undefined) rows -= forget(sql, kept, times, rows)
      if (rows > 0) continue
      writeFact(sql, 'retention', { at: times.policyNow, next: place })
      return
    }
    forgetOldLinks(sql)
    writeFact(sql, 'retention', { at: times.policyNow, next: null })
  })
}

/** When the rest of a round is to go on; null when none is left. A `DueTime`. */
export function nextRetention(sql: SqlStorage): number | null {
  return readFact(sql, 'retention')?.next == null ? null : 0
}

/** How many rows went. */
function forget(sql: SqlStorage, { table, isOver, before }: Kept, times: Times, most: number): number {
  const over = `SELECT rowid FROM ${table} WHERE ${isOver} LIMIT ?2`
  return sql.exec(`DELETE FROM ${table} WHERE rowid IN (${over}) RETURNING 1`, before(times), most).toArray().length
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
