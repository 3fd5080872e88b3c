/**
 * What becomes of the card of a waiting plan: every ending is said on the card itself, with who and when, and takes the
 * buttons away. Only a plan that was carried out has one again: Undo.
 */

import { shortHash } from './approval-card.ts'
import type { Card } from './card.ts'
import { andText, plainText, projects, section, timeText, titleText } from './card-text.ts'
import { type RunFacts, resultCard } from './run-card.ts'

/** A plan that does not wait any more. Times are ISO 8601. */
export interface EndedPlan {
  readonly run: string
  readonly hash: string
  /** How many items still waited when it ended. */
  readonly waiting: number
  readonly ending: Ending
}

export type Ending =
  /** `execution`: the run that carries it out; its result comes as an ending of its own. */
  | { readonly kind: 'approved'; readonly by: readonly string[]; readonly at: string; readonly execution: string }
  | { readonly kind: 'refused'; readonly by: string; readonly at: string }
  | { readonly kind: 'expired'; readonly at: string }
  | { readonly kind: 'policy changed'; readonly at: string }
  /** Nothing of it is due any more. */
  | { readonly kind: 'empty'; readonly at: string }
  /** It was approved and its run has ended, well or badly. */
  | { readonly kind: 'executed'; readonly by: readonly string[]; readonly at: string; readonly result: RunFacts }

export function endedCard(plan: EndedPlan): Card {
  const { ending } = plan
  if (ending.kind === 'executed') return executed(plan, ending)
  const { title, lines, tone } = told(ending, plan.waiting)
  return {
    title: titleText(title),
    summary: `${title}.`,
    tone,
    sections: [section(null, [...lines, `Plan ${shortHash(plan.hash)}.`], 4)],
    buttons: [],
    menus: [],
    link: `/runs/${ending.kind === 'approved' ? ending.execution : plan.run}`,
  }
}

interface Told {
  readonly title: string
  readonly lines: readonly string[]
  readonly tone: Card['tone']
}

function told(ending: Exclude<Ending, { kind: 'executed' }>, waiting: number): Told {
  const many = projects(waiting)
  const stay = waiting === 1 ? 'it stays' : 'all stay'
  switch (ending.kind) {
    case 'approved': {
      const lines = [`Approved ${timeText(ending.at)}. It is being done now; the result follows here.`]
      return { title: `${many}: approved by ${names(ending.by)}`, lines, tone: 'neutral' }
    }
    case 'refused': {
      const lines = [`Refused ${timeText(ending.at)}. Nothing was done.`]
      return { title: `${many}: refused by ${plainText(ending.by)}, ${stay}`, lines, tone: 'neutral' }
    }
    case 'expired': {
      const lines = [
        `Nobody decided until ${timeText(ending.at)}, so nothing was done. What is still due is asked again.`,
      ]
      return { title: `${many}: expired undecided, ${stay}`, lines, tone: 'neutral' }
    }
    case 'policy changed': {
      const lines = [`A new policy was deployed; noticed ${timeText(ending.at)}. Nothing was done.`]
      return { title: `${many}: not asked any more, the policy changed`, lines, tone: 'neutral' }
    }
    case 'empty': {
      const lines = [`Everything in it was kept, changed or taken away; noticed ${timeText(ending.at)}.`]
      return { title: 'Nothing is left to approve', lines, tone: 'neutral' }
    }
  }
}

function executed({ hash }: EndedPlan, { by, at, result }: Extract<Ending, { kind: 'executed' }>): Card {
  return resultCard({ ...result, approval: `${approvalText(by, hash)} Ended ${timeText(at)}.` })
}

/** Who approved which plan. */
export function approvalText(by: readonly string[], hash: string): string {
  return `Approved by ${names(by)}. Plan ${shortHash(hash)}.`
}

function names(people: readonly string[]): string {
  return andText(people.map(plainText))
}
