/** Which conditions a scheduled scan shows in which rules stand still (G33), and what is told of them. */

import { count } from '../../core/base/duration.ts'
import type { Inventory } from '../../core/evidence/project.ts'
import type { Decision } from '../../core/judge/decide.ts'
import { zeroCap } from '../../core/plan/asking.ts'
import { missingText, untouchableText, unwritableText } from '../../core/plan/sentences.ts'
import type { Policy } from '../../core/policy/policy.ts'
import { type Condition, noteConditions } from '../ledger/conditions.ts'
import { forgetDue, noteDue } from '../ledger/due-since.ts'
import { readFact, removeFact, writeFact } from '../ledger/facts.ts'
import { itemsOf } from '../ledger/items.ts'
import { wasPlanTold } from '../ledger/messages.ts'
import { expiredBefore, openProposal } from '../ledger/proposals.ts'
import type { RunRow } from '../ledger/runs.ts'
import { type Audience, canTell, notified } from '../telling/tell.ts'
import { tellConditions } from '../telling/tell-conditions.ts'

const DAY = 86_400_000
/** A rule that is due may wait this long without acting. */
const IDLE_MS = 30 * DAY
/** What is still to be read must have become less within this time. */
const BACKLOG_MS = DAY

export interface Scanned {
  readonly run: RunRow
  readonly policy: Policy
  readonly inventory: Inventory
  readonly decision: Decision
  readonly isPaused: boolean
}

/**
 * Notes what a scheduled scan shows and tells people of what began or ended; belongs into the transaction that writes the
 * plan. `now`: real time.
 */
export function noteStandstill(sql: SqlStorage, audience: Audience, scanned: Scanned, now: number): void {
  const changes = noteConditions(sql, conditionsOf(sql, audience, scanned), scanned.run.policyAt)
  tellConditions(sql, audience, changes, scanned.run.id, now)
}

function conditionsOf(sql: SqlStorage, audience: Audience, scanned: Scanned): readonly Condition[] {
  const { missing, unwritable, untouchable } = scanned.decision.standstill
  const acting = new Set(scanned.policy.rules.flatMap(({ id, enforce }) => (enforce ? [id] : [])))
  return [
    ...missing.map((one): Condition => ({ code: 'facts_missing', rule: one.rule, says: missingText(one) })),
    ...(untouchable === null
      ? []
      : [{ code: 'wrong_organization', rule: null, says: untouchableText(untouchable) } as const]),
    // A rule that does nothing anyhow is kept from nothing by a name.
    ...unwritable
      .filter((one) => acting.has(one.rule))
      .map((one): Condition => ({ code: 'names_unwritable', rule: one.rule, says: unwritableText(one) })),
    ...planUntold(sql, audience, scanned),
    ...noticesUntold(sql, audience, scanned),
    ...idleRules(sql, scanned),
    ...backlog(sql, scanned),
  ]
}

/**
 * A plan that waits and that no message told anybody of. One of this very run may still be told of, so where there is
 * somebody to tell it is the one before that counts, if nobody decided on it.
 */
function planUntold(sql: SqlStorage, audience: Audience, { run }: Scanned): readonly Condition[] {
  const open = openProposal(sql)
  if (open === null) return []
  const isNew = open.run === run.id && canTell(sql, audience)
  const asked = isNew ? expiredBefore(sql, open) : open
  const places = notified(audience).map(({ key }) => key)
  if (asked === null || wasPlanTold(sql, asked.run, asked.proposedAt, places)) return []
  const says = `The plan of run ${open.run} waits for people, and nobody was told of it: ${whyUntold(sql, audience)}`
  return [{ code: 'nobody_told', rule: null, says }]
}

/** Grace is over, and the message that has to come before was delivered to nobody. */
function noticesUntold(sql: SqlStorage, audience: Audience, { decision }: Scanned): readonly Condition[] {
  const untold = new Map<string, number>()
  for (const { reasons } of decision.verdicts) {
    for (const reason of reasons) {
      if (reason.kind === 'untold') untold.set(reason.rule, (untold.get(reason.rule) ?? 0) + 1)
    }
  }
  return [...untold].map(([rule, n]) => ({
    code: 'nobody_told',
    rule,
    says: `Rule "${rule}" waits for a message about ${count(n, 'project')}, and nobody was told: ${whyUntold(sql, audience)}`,
  }))
}

function whyUntold(sql: SqlStorage, audience: Audience): string {
  if (canTell(sql, audience)) return 'no message was delivered. GET /api/deliveries shows why.'
  return 'there is no channel that could. Set one up and name it in [notify] channels.'
}

/** Paused, limited to 0 or outside its window a rule does not stand still. A rejected plan starts its grace again. */
function idleRules(sql: SqlStorage, { run, policy, decision, isPaused }: Scanned): readonly Condition[] {
  const due = new Set<string>()
  const waits = new Set<string>()
  for (const { state, rule, action, reasons } of isPaused ? [] : decision.verdicts) {
    if (rule === null || action === null || zeroCap(policy, { rule, action }) !== null) continue
    if (state === 'due') due.add(rule)
    else if (reasons.some(({ kind }) => kind === 'window')) waits.add(rule)
  }
  const since = noteDue(sql, due, waits, run.policyAt)
  return [...since].flatMap(([rule, at]): readonly Condition[] => {
    const days = Math.floor((run.policyAt - at) / DAY)
    if (run.policyAt - at < IDLE_MS) return []
    const says = `Rule "${rule}" has had something due for over ${days} days and has not acted: look at the plan that waits, the limits and the last runs.`
    return [{ code: 'rule_idle', rule, says }]
  })
}

function backlog(sql: SqlStorage, { run }: Scanned): readonly Condition[] {
  const known = readFact(sql, 'backlog')
  if (known === null || run.policyAt - known.at < BACKLOG_MS) return []
  const says = `The activity of ${count(known.least, 'project')} is still to be read, and that has not become less for over 24 hours. Raise READING_CALLS, or see in the last runs why readings fail.`
  return [{ code: 'activity_backlog', rule: null, says }]
}

/** At the end of a run: which rules acted, and of a scheduled one how much of activity is still to be read. */
export function noteProgress(sql: SqlStorage, run: RunRow): void {
  const acted = itemsOf(sql, run.id).flatMap(({ item, sentAt, answer }) =>
    item.rule !== null && sentAt !== null && answer?.kind !== 'refused' ? [item.rule] : [],
  )
  if (acted.length > 0) forgetDue(sql, new Set(acted))
  if (run.trigger !== 'cron' || !run.state.good) return
  const { unread } = run.state
  const known = readFact(sql, 'backlog')
  if (unread === 0) removeFact(sql, 'backlog')
  else if (known === null || unread < known.least) writeFact(sql, 'backlog', { least: unread, at: run.policyAt })
}
