/**
 * How a run ends that somebody asked for by word (G11): well only if everything that was asked for has happened. A command
 * that did nothing because something stood against it is refused, and one that did a part is partial; the reason is in its
 * message either way.
 */

import { sentences } from '../../core/base/sentences.ts'
import { plainText } from '../../core/cards/card-text.ts'
import { attemptsOf, type ItemRow, itemsOf } from '../ledger/items.ts'
import type { RunStatus } from '../ledger/run.ts'
import type { RunRow } from '../ledger/runs.ts'
import { wordOf } from './asked.ts'

export interface WordEnding {
  readonly status: Extract<RunStatus, 'ok' | 'partial' | 'refused' | 'failed'>
  readonly message: string
}

/** Items whose reasons are in the message; the outcomes have all. */
const MOST_REASONS = 3

/** Null for a run of the policy's own rules, and for one whose plan waits for people. */
export function endingOfWord(sql: SqlStorage, run: RunRow): WordEnding | null {
  if (wordOf(sql, run) === null || run.state.ending !== null) return null
  const rows = itemsOf(sql, run.id).filter(({ settles }) => settles === '')
  const happened = rows.filter(({ outcome }) => outcome === 'done' || outcome === 'already')
  const against = rows.filter(({ outcome }) => outcome !== 'done' && outcome !== 'already')
  const message = sentences(run.message, ...reasons(run, against))
  const { left = false, readsFailed } = run.state
  // What stands in the way of a restore is left, and what is left is named (G24).
  const differing = rows.filter(({ rebuilt }) => rebuilt !== null && rebuilt.left.length > 0)
  if (against.length === 0 && differing.length > 0) {
    const named = sentences(run.message, ...reasons(run, differing))
    return { status: 'partial', message: named }
  }
  if (against.length === 0) return { status: left || readsFailed ? 'partial' : 'ok', message }
  if (happened.length > 0) return { status: 'partial', message }
  const isSent = attemptsOf(sql, run.id) > 0
  if (against.some(({ outcome }) => outcome === 'failed' || outcome === 'unsure')) {
    return { status: isSent ? 'partial' : 'failed', message }
  }
  // One of several may have stood in nobody's way, and what was not attempted was not refused.
  const isRefused =
    rows.length === 1 && against.every(({ outcome }) => outcome === 'changed' || outcome === 'protected')
  return { status: isRefused && !isSent ? 'refused' : 'partial', message }
}

/** A reason that the message has already is not said again. */
function reasons({ message }: RunRow, against: readonly ItemRow[]): readonly string[] {
  const unsaid = against.filter(({ detail }) => detail !== '' && !message.includes(detail))
  const several = new Map<string, ItemRow[]>()
  for (const row of unsaid) several.set(row.detail, [...(several.get(row.detail) ?? []), row])
  const groups = [...several.entries()]
  const said = groups.slice(0, MOST_REASONS).map(([detail, rows]) => {
    const [first] = rows
    const more = rows.length > 1 ? ` and ${rows.length - 1} more` : ''
    return `${plainText(first?.item.name ?? '')} (${first?.item.projectId})${more}: ${detail}`
  })
  return groups.length > MOST_REASONS ? [...said, `There are ${groups.length - MOST_REASONS} more reasons.`] : said
}
