/** Why one project is where it is, as a card, with Keep where something would happen to it. */

import { activityText } from '../plan/activity-view.ts'
import type { Why } from '../plan/explain.ts'
import type { Card } from './card.ts'
import { careFor, plainText, section, timeText, titleText } from './card-text.ts'

const SENTENCES = 8

export function whyCard(why: Why): Card {
  const { projectId, name, verdict, sentences, mark, due } = why
  const title = `${plainText(name)} (${projectId}): ${VERDICTS[verdict]}`
  const times = [
    ...(mark === null ? [] : [`Marked since ${timeText(mark.since)} by rule "${mark.rule}".`]),
    activityText(why.activity),
    ...(due === null ? [] : [`Something may happen to it from ${timeText(due)}.`]),
  ]
  const isWanted = verdict === 'marked' || verdict === 'due'
  return {
    title: titleText(title),
    summary: `${titleText(title)}.`,
    tone: isWanted ? 'asks' : 'neutral',
    sections: [section(null, [...sentences, ...times], SENTENCES)],
    buttons: isWanted ? careFor([why]).buttons.filter(({ verb }) => verb !== 'why') : [],
    menus: [],
    link: null,
  }
}

const VERDICTS: { readonly [verdict in Why['verdict']]: string } = {
  kept: 'kept',
  protected: 'protected',
  held: 'held',
  notJudged: 'not judged',
  marked: 'marked',
  due: 'due',
}
