/**
 * What is asked back before a dangerous button of Discord counts, for it has no dialog of its own: the question that the
 * card holds as it stands now. Whoever may not press is told so before, and a card whose moment has passed is said to be.
 */

import type { Answer, Asker } from '../chat/answer.ts'
import { allowed } from '../chat/rights.ts'
import type { CardButton } from '../core/cards/card.ts'
import type { Pressed } from '../discord/custom-id.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'

export type Question =
  | { readonly kind: 'ask'; readonly confirm: NonNullable<CardButton['confirm']> }
  | { readonly kind: 'no'; readonly answer: Answer }
  /** There is nothing to ask: pressing it says what has become of it. */
  | { readonly kind: 'over' }

export async function questionOf(env: Env, asker: Asker, { verb, ref }: Pressed): Promise<Question> {
  if (verb === 'approve') {
    const may = await allowed(env, asker, 'approve', 'approve plans')
    if (!may.ok) return { kind: 'no', answer: may.answer }
    const card = await workspaceOf(env).proposalCard(ref.split('/')[0] ?? '')
    const confirm = card?.buttons.find((button) => button.verb === verb && button.ref === ref)?.confirm ?? null
    return confirm === null ? { kind: 'over' } : { kind: 'ask', confirm }
  }
  const may = await allowed(env, asker, 'operate', verb === 'undo' ? 'undo' : 'change projects')
  if (!may.ok) return { kind: 'no', answer: may.answer }
  if (verb !== 'undo') return { kind: 'over' }
  const card = await workspaceOf(env).resultCard(ref)
  const confirm = card?.buttons.find((button) => button.verb === verb)?.confirm ?? null
  return confirm === null ? { kind: 'over' } : { kind: 'ask', confirm }
}
