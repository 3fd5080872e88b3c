/**
 * Conditions in which rules stand still (G33): each begins when it holds in three scheduled scans in a row and ends after
 * three without it, and people hear of both, at most once a week for each rule.
 */

import type { ConditionCode } from '../../core/judge/standstill.ts'

/** Scheduled scans in a row. */
const SCANS = 3
const QUIET_MS = 7 * 86_400_000

/** A condition as one scan shows it. */
export interface Condition {
  readonly code: ConditionCode
  /** Null where it is about all rules. */
  readonly rule: string | null
  /** In words. */
  readonly says: string
}

/** One that has begun and not ended. */
export interface Begun extends Condition {
  /** Policy time of the scan that made it three in a row. */
  readonly since: number
}

/** What people are to be told. */
export interface ConditionChange extends Condition {
  readonly change: 'began' | 'ended'
}

type Columns = {
  code: string
  rule: string
  says: string
  seen: number
  missed: number
  began_at: number | null
  told: number
}

/** Notes what a scheduled scan shows; gives what is to be told of. `now`: policy time. */
export function noteConditions(
  sql: SqlStorage,
  holding: readonly Condition[],
  now: number,
): readonly ConditionChange[] {
  const known = sql.exec<Columns>('SELECT * FROM conditions').toArray()
  const changes: ConditionChange[] = []
  for (const condition of holding) {
    const before = known.find(({ code, rule }) => code === condition.code && rule === (condition.rule ?? ''))
    const seen = (before?.seen ?? 0) + 1
    const beganAt = before?.began_at ?? (seen >= SCANS ? now : null)
    const isTold = before?.told === 1
    const tells = beganAt !== null && !isTold && mayTell(sql, condition, now)
    if (tells) changes.push({ ...condition, change: 'began' })
    put(sql, condition, { seen, missed: 0, beganAt, told: isTold || tells })
  }
  for (const row of known) {
    if (holding.some(({ code, rule }) => code === row.code && (rule ?? '') === row.rule)) continue
    const condition = fromColumns(row)
    const missed = row.missed + 1
    if (row.began_at !== null && missed < SCANS) {
      put(sql, condition, { seen: 0, missed, beganAt: row.began_at, told: row.told === 1 })
      continue
    }
    sql.exec('DELETE FROM conditions WHERE code = ? AND rule = ?', row.code, row.rule)
    if (row.told === 1) changes.push({ ...condition, change: 'ended' })
  }
  return changes
}

/** Those that have begun, the oldest first. */
export function begunConditions(sql: SqlStorage): readonly Begun[] {
  return sql
    .exec<Columns & { began_at: number }>(
      'SELECT * FROM conditions WHERE began_at IS NOT NULL ORDER BY began_at, code, rule',
    )
    .toArray()
    .map((row) => ({ ...fromColumns(row), since: row.began_at }))
}

/** Whether a beginning may be told now; noted, so that the next of the same rule waits for a week. */
function mayTell(sql: SqlStorage, { code, rule }: Condition, now: number): boolean {
  const about = rule === null ? `code ${code}` : `rule ${rule}`
  sql.exec('DELETE FROM conditions_told WHERE at <= ?', now - QUIET_MS)
  if (sql.exec('SELECT 1 FROM conditions_told WHERE about = ?', about).toArray().length > 0) return false
  sql.exec('INSERT INTO conditions_told (about, at) VALUES (?, ?)', about, now)
  return true
}

function put(
  sql: SqlStorage,
  { code, rule, says }: Condition,
  state: { readonly seen: number; readonly missed: number; readonly beganAt: number | null; readonly told: boolean },
): void {
  sql.exec(
    'INSERT OR REPLACE INTO conditions (code, rule, says, seen, missed, began_at, told) VALUES (?, ?, ?, ?, ?, ?, ?)',
    code,
    rule ?? '',
    says,
    Math.min(state.seen, SCANS),
    state.missed,
    state.beganAt,
    state.told ? 1 : 0,
  )
}

function fromColumns({ code, rule, says }: Columns): Condition {
  return { code: code as ConditionCode, rule: rule === '' ? null : rule, says }
}
