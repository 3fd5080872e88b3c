/** Tells people that rules stand still, or do so no more. */

import type { Card } from './card.ts'
import { line, section, titleText } from './card-text.ts'

export interface StandstillChange {
  readonly change: 'began' | 'ended'
  /** Null where it is about all rules. */
  readonly rule: string | null
  /** What it is, or was, in words. */
  readonly says: string
  /** The run that noticed. */
  readonly run: string
}

export function standstillCard({ change, rule, says, run }: StandstillChange): Card {
  const whose = rule === null ? 'leansweep' : `rule "${rule}"`
  const title = change === 'began' ? `Standstill: ${whose} cannot do its work` : `All clear: ${whose} works again`
  const lines =
    change === 'began'
      ? [
          says,
          'This was so in three scheduled scans in a row. Runs are "partial" until it is over; GET /health says so too.',
        ]
      : ['Three scheduled scans in a row did not show it any more.', `It was: ${says}`]
  return {
    title: titleText(title),
    summary: line(change === 'began' ? `${title}. ${says}` : `${title}.`),
    tone: change === 'began' ? 'bad' : 'good',
    sections: [section(null, lines, lines.length)],
    buttons: [],
    menus: [],
    link: `/runs/${run}`,
  }
}
