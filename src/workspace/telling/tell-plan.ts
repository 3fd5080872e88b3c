/** What is told of a plan that waits for people: the question, each time it shrinks or somebody says yes, and every ending. */

import { approvalCard, type WaitingPlan } from '../../core/cards/approval-card.ts'
import { type EndedPlan, endedCard } from '../../core/cards/ended-card.ts'
import { firstOf, shortText } from '../../hooks/fit-event.ts'
import { putCard } from '../ledger/outbox.ts'
import { type Audience, notified, tellPrograms } from './tell.ts'

/** A plan begins to wait. `now` is real time. */
export function tellProposed(sql: SqlStorage, audience: Audience, plan: WaitingPlan, now: number): void {
  tellRenewed(sql, audience, plan, now)
  putCard(sql, notified(audience), { card: approvalCard(plan), about: 'plan', subject: subjectOf(plan.run) }, now)
}

/** To programs: a plan waits that they have not heard of, or another one in place of the one they know. People see it on its card. */
export function tellRenewed(sql: SqlStorage, audience: Audience, plan: WaitingPlan, now: number): void {
  const { run, hash, expiresAt, needs, because, items } = plan
  tellPrograms(
    sql,
    audience,
    'plan.proposed',
    {
      run,
      url: `/runs/${run}`,
      plan: hash,
      expiresAt,
      needs,
      because: because.slice(0, 10).map((sentence) => shortText(sentence)),
      items: firstOf(items.map(({ projectId, name, action, rule }) => ({ projectId, name, action, rule, when: null }))),
    },
    now,
  )
}

/** A waiting plan shrank, or somebody said yes and another one has to: the card that is there says so. */
export function tellWaiting(sql: SqlStorage, { channels }: Audience, plan: WaitingPlan, now: number): void {
  putCard(sql, channels, { card: approvalCard(plan), about: 'plan', subject: subjectOf(plan.run), edit: true }, now)
}

/** A plan does not wait any more, or the run that carried it out has ended: the card says so and its buttons go. */
export function tellEnded(sql: SqlStorage, { channels }: Audience, plan: EndedPlan, now: number): void {
  putCard(sql, channels, { card: endedCard(plan), about: 'plan', subject: subjectOf(plan.run), edit: true }, now)
}

function subjectOf(run: string): string {
  return `plan:${run}`
}
