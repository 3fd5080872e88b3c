/**
 * What the health can say, the gravest first: each code with its level, a sentence that anybody may read, and where it is
 * seen. A code without an entry does not compile.
 */

import type { ConditionCode } from '../../core/judge/standstill.ts'
import { minuteText } from '../../core/plan/sentences.ts'
import type { ObjectionCode } from '../ledger/asks.ts'
import { type BadBackup, badBackups } from '../ledger/backups.ts'
import type { Begun } from '../ledger/conditions.ts'
import { readFact } from '../ledger/facts.ts'
import { kvFailingSince } from '../ledger/kv-failing.ts'
import { standingObjections } from '../ledger/objections.ts'
import { leftoverText, readLeftovers } from '../ledger/rebuilt.ts'
import { iso } from '../ledger/runs.ts'
import { storageFullSince } from '../ledger/storage-full.ts'
import type { UnitRow } from '../ledger/units.ts'

export const HEALTH_CODES = [
  'not_configured',
  'policy_refused',
  'storage_full',
  'kv_failing',
  'list_differs',
  'shrunk',
  'api_down',
  'never_ran',
  'stale',
  'wrong_organization',
  'facts_missing',
  'nobody_told',
  'rule_idle',
  'names_unwritable',
  'rows_unreadable',
  'leftover',
  'backup_bad',
  'activity_backlog',
  'unit_stuck',
  'paused',
  'ok',
] as const

export type HealthCode = (typeof HEALTH_CODES)[number]

/** `failing`: nothing is done, and 503. `degraded`: something is not done, and 200. */
export type HealthLevel = 'failing' | 'degraded' | 'healthy'

/** What the codes are seen by. */
export interface Seen {
  readonly sql: SqlStorage
  /** Why the settings, or the policy, cannot be used; null when they can. */
  readonly settings: string | null
  readonly policy: string | null
  /** Minutes since the last good scheduled run ended and since the newest cron tick came; null for never. */
  readonly goodRunMinutes: number | null
  readonly tickMinutes: number | null
  /** Minutes that both may be. */
  readonly allowed: number
  /** How the newest scheduled runs that looked at the list ended, newest first. */
  readonly newest: readonly {
    readonly id: string
    readonly status: string
    readonly message: string
    readonly isApiDown: boolean
  }[]
  readonly conditions: readonly Begun[]
  readonly stuck: readonly UnitRow[]
}

interface Spec {
  readonly level: HealthLevel
  /** For anybody: no names. */
  readonly says: string
  /** Why it is so, with names; null when it is not. */
  readonly why: (seen: Seen) => string | null
}

export const HEALTH: { readonly [code in HealthCode]: Spec } = {
  not_configured: {
    level: 'failing',
    says: 'The settings are not complete.',
    why: ({ settings }) => settings,
  },
  policy_refused: {
    level: 'failing',
    says: 'The policy cannot be used.',
    why: ({ policy }) => policy,
  },
  storage_full: {
    level: 'failing',
    says: 'The database of the Worker is full.',
    why: ({ sql }) =>
      since(storageFullSince(sql), 'The database is full; it works again by itself once there is room.'),
  },
  kv_failing: {
    level: 'failing',
    says: 'Workers KV does not take records.',
    why: ({ sql }) => since(kvFailingSince(sql), 'KV refuses writes; records wait in the object and are put later.'),
  },
  list_differs: {
    level: 'failing',
    says: 'Two readings of the list of projects differ; a person has to accept that.',
    why: ({ sql }) => objections(sql, ['list_differs']),
  },
  shrunk: {
    level: 'failing',
    says: 'Too many projects are missing or were moved to the Recycle Bin; a person has to accept that.',
    why: ({ sql }) => objections(sql, ['shrunk', 'moved_to_bin']),
  },
  api_down: {
    level: 'failing',
    says: 'QuantConnect could not be read.',
    why: apiDown,
  },
  never_ran: {
    level: 'failing',
    says: 'There has been no good scheduled run yet.',
    why: ({ goodRunMinutes }) => (goodRunMinutes === null ? 'There has been no good scheduled run yet.' : null),
  },
  stale: {
    level: 'failing',
    says: 'The last good scheduled run is too old, or the cron does not fire.',
    why: staleness,
  },
  wrong_organization: {
    level: 'degraded',
    says: 'No project can be touched: all are of another organization, or protected.',
    why: (seen) => condition(seen, 'wrong_organization'),
  },
  facts_missing: {
    level: 'degraded',
    says: 'A fact is not known for most of what a rule selects.',
    why: (seen) => condition(seen, 'facts_missing'),
  },
  nobody_told: {
    level: 'degraded',
    says: 'Something waits for people, and nobody was told.',
    why: (seen) => condition(seen, 'nobody_told'),
  },
  rule_idle: {
    level: 'degraded',
    says: 'A rule has had something due for 30 days and has not acted.',
    why: (seen) => condition(seen, 'rule_idle'),
  },
  names_unwritable: {
    level: 'degraded',
    says: 'A rule would give names that can never be written.',
    why: (seen) => condition(seen, 'names_unwritable'),
  },
  rows_unreadable: {
    level: 'degraded',
    says: 'Rows of the list of projects cannot be read whole.',
    why: ({ sql }) => readFact(sql, 'unreadable')?.says ?? null,
  },
  leftover: {
    level: 'degraded',
    says: 'A restore left a project that is not complete.',
    why: ({ sql }) => {
      const left = readLeftovers(sql).map((one) => `"${one.name}" (${one.projectId}): ${leftoverText(one)}`)
      return left.length === 0 ? null : left.join(' ')
    },
  },
  backup_bad: {
    level: 'degraded',
    says: 'A backup could not be read back.',
    why: ({ sql }) => badText(badBackups(sql)),
  },
  activity_backlog: {
    level: 'degraded',
    says: 'What is to be read of activity has not become less for a day.',
    why: (seen) => condition(seen, 'activity_backlog'),
  },
  unit_stuck: {
    level: 'degraded',
    says: 'A directory was stopped at one of its projects.',
    why: ({ stuck }) => (stuck.length === 0 ? null : stuck.map(stuckText).join(' ')),
  },
  paused: {
    level: 'healthy',
    says: 'Acting is paused.',
    why: ({ sql }) => {
      const pause = readFact(sql, 'pause')
      return pause === null ? null : `Paused by ${pause.by} since ${new Date(pause.at).toISOString()}.`
    },
  },
  ok: { level: 'healthy', says: 'All is well.', why: () => null },
}

/** Every code that holds, the gravest first, with its reason; never empty. */
export function healthCodes(seen: Seen): readonly { readonly code: HealthCode; readonly why: string }[] {
  const found = HEALTH_CODES.flatMap((code) => {
    const why = HEALTH[code].why(seen)
    return why === null ? [] : [{ code, why }]
  })
  return found.length > 0 ? found : [{ code: 'ok', why: HEALTH.ok.says }]
}

function stuckText({ directory, run, why, notBefore }: UnitRow): string {
  const again = notBefore === null ? 'A part of it went.' : `It is tried again from ${minuteText(notBefore)}.`
  return `Directory "${directory}" (run ${run}): ${why} ${again}`
}

/** One failed run is forgiven while the last good one is young. */
function apiDown({ newest, goodRunMinutes, allowed }: Seen): string | null {
  const [last, before] = newest
  if (last === undefined || !last.isApiDown) return null
  const isOld = goodRunMinutes === null || goodRunMinutes > allowed
  if (!isOld && before?.isApiDown !== true) return null
  return `Run ${last.id} ended ${last.status}: ${last.message}`
}

function staleness({ goodRunMinutes, tickMinutes, allowed }: Seen): string | null {
  if (goodRunMinutes === null) return null
  const silent = tickMinutes !== null && tickMinutes > allowed
  const cron = `The newest cron tick came ${tickMinutes} minutes ago; ${allowed} are allowed. Look at the triggers of the Worker: the cron does not fire.`
  if (goodRunMinutes > allowed) {
    const ended = `The last good scheduled run ended ${goodRunMinutes} minutes ago; ${allowed} are allowed.`
    return silent ? `${ended} ${cron}` : ended
  }
  return silent ? cron : null
}

function objections(sql: SqlStorage, wanted: readonly ObjectionCode[]): string | null {
  const found = standingObjections(sql).filter(({ code }) => wanted.includes(code))
  return found.length === 0 ? null : found.map(({ says }) => says).join(' ')
}

function condition({ conditions }: Seen, wanted: ConditionCode): string | null {
  const found = conditions.filter(({ code }) => code === wanted)
  if (found.length === 0) return null
  return found.map(({ says, since }) => `Since ${minuteText(since)}: ${says}`).join(' ')
}

function since(at: number | null, text: string): string | null {
  return at === null ? null : `Since ${iso(at)}: ${text}`
}

function badText(bad: readonly BadBackup[]): string | null {
  if (bad.length === 0) return null
  const named = bad.slice(0, 5).map(({ projectId, name, key }) => `project ${projectId} (${name}) under ${key}`)
  const more = bad.length > 5 ? ` and ${bad.length - 5} more` : ''
  return `Backups that are missing or damaged in KV: ${named.join(', ')}${more}.`
}
