/** Lets go of what is older than it is kept for. Runs stay 400 days whatever the settings, so that a replay is known. */

import { forgetActivity } from '../ledger/activity.ts'
import { forgetHolds } from '../ledger/announced.ts'
import { forgetOldLinks } from '../ledger/audit.ts'
import { forgetBacktestsSeen } from '../ledger/backtests-seen.ts'
import { forgetMessages } from '../ledger/messages.ts'

const DAY = 86_400_000
const RUNS_KEPT_DAYS = 400
/** Holds that are over; the policy takes no notice of them any more. */
const HOLDS_KEPT_DAYS = 30
const MESSAGES_KEPT_DAYS = 30

/** `now` is real time; `policyAt` is the policy time that days of attempts are counted in. */
export function forgetOld(sql: SqlStorage, now: number, policyAt: number): void {
  const runsFrom = now - RUNS_KEPT_DAYS * DAY
  sql.exec(
    `DELETE FROM items WHERE run IN (SELECT id FROM runs WHERE created_at < ? AND status NOT IN ('queued', 'running'))`,
    runsFrom,
  )
  sql.exec(`DELETE FROM runs WHERE created_at < ? AND status NOT IN ('queued', 'running')`, runsFrom)
  forgetOldLinks(sql)
  forgetBacktestsSeen(sql, runsFrom)
  sql.exec('DELETE FROM units WHERE run NOT IN (SELECT id FROM runs)')
  sql.exec('DELETE FROM inventories WHERE run NOT IN (SELECT id FROM runs)')
  sql.exec('DELETE FROM proposals WHERE run NOT IN (SELECT id FROM runs)')
  sql.exec('DELETE FROM holds WHERE until < ?', policyAt - HOLDS_KEPT_DAYS * DAY)
  sql.exec('DELETE FROM backups WHERE expires_at < ?', now)
  sql.exec('DELETE FROM empty_readings WHERE at < ?', now - MESSAGES_KEPT_DAYS * DAY)
  forgetMessages(sql, now - MESSAGES_KEPT_DAYS * DAY)
  forgetActivity(sql, policyAt)
  forgetHolds(sql, policyAt - MESSAGES_KEPT_DAYS * DAY)
  const weekAgo = new Date(policyAt - 7 * DAY).toISOString().slice(0, 10)
  sql.exec('DELETE FROM attempts WHERE day < ?', weekAgo)
}
