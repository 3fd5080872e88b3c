/** The table of destinations that get nothing for now: those that asked us to slow down, and those that are gone. */

import type { Channel } from '../../hooks/channel.ts'

/** A destination that said it is gone. */
export interface Disabled {
  readonly key: string
  /** Real time. */
  readonly at: number
  readonly reason: string
}

/** Nothing goes there before that time. */
export function restUntil(sql: SqlStorage, key: string, until: number): void {
  sql.exec(
    `INSERT INTO destinations (key, not_before, reason, fingerprint) VALUES (?, ?, '', '')
     ON CONFLICT (key) DO UPDATE SET not_before = max(not_before, excluded.not_before)`,
    key,
    until,
  )
}

/** Nothing goes there until a person has seen to it: by a replay, or by pointing the setting somewhere else. */
export function disable(sql: SqlStorage, key: string, fingerprint: string, reason: string, now: number): void {
  sql.exec(
    `INSERT INTO destinations (key, not_before, disabled_at, reason, fingerprint) VALUES (?, 0, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET disabled_at = excluded.disabled_at, reason = excluded.reason, fingerprint = excluded.fingerprint`,
    key,
    now,
    reason,
    fingerprint,
  )
}

export function enable(sql: SqlStorage, key: string): void {
  sql.exec('DELETE FROM destinations WHERE key = ?', key)
}

export function disabledDestinations(sql: SqlStorage): readonly Disabled[] {
  return sql
    .exec<{ key: string; at: number; reason: string }>(
      'SELECT key, disabled_at AS at, reason FROM destinations WHERE disabled_at IS NOT NULL ORDER BY key',
    )
    .toArray()
}

/** Enables what a changed setting has pointed somewhere else. */
export async function enableChanged(sql: SqlStorage, channels: readonly Channel[]): Promise<void> {
  if (disabledDestinations(sql).length === 0) return
  for (const channel of channels) await whyDisabled(sql, channel)
}

/** Why nothing may go there, or null. One whose setting was changed since it was disabled is enabled by that. */
export async function whyDisabled(sql: SqlStorage, channel: Channel): Promise<string | null> {
  const row = sql
    .exec<{ reason: string; fingerprint: string }>(
      'SELECT reason, fingerprint FROM destinations WHERE key = ? AND disabled_at IS NOT NULL',
      channel.key,
    )
    .toArray()[0]
  if (row === undefined) return null
  if ((await channel.fingerprint()) === row.fingerprint) return row.reason
  enable(sql, channel.key)
  return null
}
