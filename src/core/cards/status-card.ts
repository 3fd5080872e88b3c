/** Whether all is well, what waits for people, and what ran last, as a card. */

import { shortHash } from './approval-card.ts'
import type { Card } from './card.ts'
import { plainText, projects, section, timeText, titleText } from './card-text.ts'

export interface StatusFacts {
  readonly level: 'failing' | 'degraded' | 'healthy'
  readonly reason: string
  readonly paused: boolean
  /** Newest first. Times are ISO 8601. */
  readonly runs: readonly {
    readonly id: string
    readonly trigger: string
    readonly actor: string
    readonly status: string
    readonly message: string
    readonly at: string
  }[]
  readonly waiting: {
    readonly run: string
    readonly hash: string
    readonly waiting: number
    readonly expiresAt: string
  } | null
}

const RUNS = 5

const TITLES = { failing: 'Not well', degraded: 'Something stands still', healthy: 'All is well' } as const

export function statusCard({ level, reason, paused, runs, waiting }: StatusFacts): Card {
  const title = paused && level !== 'failing' ? 'Paused' : TITLES[level]
  const lines = [
    reason,
    ...(paused ? ['Nothing is changed until somebody says /sweep resume.'] : []),
    waiting === null
      ? 'No plan waits for a decision.'
      : `${projects(waiting.waiting)} ${waiting.waiting === 1 ? 'waits' : 'wait'} for a decision: plan ${shortHash(waiting.hash)}, until ${timeText(waiting.expiresAt)}. /sweep approve shows it.`,
  ]
  const ran = runs.map(({ id, at, status, trigger, actor, message }) => {
    const who = actor === trigger ? trigger : `${trigger} by ${plainText(actor)}`
    return `${timeText(at)}: ${status}, ${who}, run ${id}${message === '' ? '' : `. ${message}`}`
  })
  return {
    title,
    summary: titleText(`${title}. ${reason}`),
    tone: level === 'healthy' && !paused ? 'good' : 'bad',
    sections: [section(null, lines, lines.length), ...(ran.length === 0 ? [] : [section('Last runs', ran, RUNS)])],
    buttons: [],
    menus: [],
    link: '/',
  }
}
