/** What a sweep would do now, as a card: the answer to `plan`. Nothing has happened, so it has no buttons. */

import type { Counts } from '../judge/decide.ts'
import type { Card } from './card.ts'
import { type NamedProject, plainText, projects, section, titleText, toDoText } from './card-text.ts'

export interface PlanFacts {
  readonly run: string
  readonly counts: Counts
  readonly items: readonly (NamedProject & {
    readonly action: string
    readonly rule: string | null
    readonly reasons: readonly string[]
  })[]
  /** Caps it is over, as sentences. */
  readonly stopped: readonly string[]
  /** Why there is no plan, or what else to know; "" = nothing. */
  readonly message: string
}

const ITEMS = 15

export function planCard({ run, counts, items, stopped, message }: PlanFacts): Card {
  const what = items.length === 0 ? 'nothing is due now' : `${toDoText(items.map(({ action }) => action))} now`
  const { kept, marked, held, notJudged, due, inventory } = counts
  const verdicts = [
    `${kept} kept`,
    `${counts.protected} protected`,
    `${held} held`,
    `${notJudged} not judged`,
    `${marked} marked and not due`,
    `${due} due`,
  ]
  return {
    title: titleText(`Plan: ${what}`),
    summary: `Plan: ${what}, of ${projects(inventory)}. Nothing has been done.`,
    tone: 'neutral',
    sections: [
      section(
        null,
        [
          ...(message === '' ? [] : [message]),
          `Of ${projects(inventory)}: ${verdicts.join(', ')}. Nothing has been done.`,
          ...stopped,
        ],
        8,
      ),
      ...(items.length === 0
        ? []
        : [
            section(
              'Due',
              items.map(({ action, name, projectId, rule }) => {
                return `${action} ${plainText(name)} (${projectId})${rule === null ? '' : `, rule ${rule}`}`
              }),
              ITEMS,
            ),
          ]),
    ],
    buttons: [],
    menus: [],
    link: `/runs/${run}`,
  }
}
