/* biome-ignore-all lint/suspicious/noExplicitAny: it takes any JSON, as the real ones do */

/**
 * Stand-ins for the incoming webhooks of Slack, Discord and Teams, written from webhooks-and-chatops.md §4.3, §4.4, §5.3
 * and §6: each takes its own message, within its limits, and gives its own receipt.
 */

import { messageProblems } from '../discord-limits.ts'
import type { Answered, Asked } from './standins.ts'

export interface WebhookWorld {
  /** What was taken. */
  taken: { readonly kind: string; readonly path: string; readonly body: any }[]
  /** Answers instead of the usual one, first come first served. */
  answers: Answered[]
}

export function createWebhooks(): WebhookWorld {
  return { taken: [], answers: [] }
}

/** `slack/services/T1/B1/secret`, `discord/api/webhooks/1/secret`, `teams/workflows/1?sig=secret`. */
export function serveWebhook(world: WebhookWorld, { method, path, headers, body }: Asked): Answered {
  const [kind = ''] = path.split('/')
  const planned = world.answers.shift()
  if (planned !== undefined) return planned
  if (method !== 'POST') return { status: 405, body: 'only POST' }
  if (!/^application\/json/.test(headers['content-type'] ?? '')) return { status: 400, body: 'invalid_payload' }
  const message = JSON.parse(body)
  const answer = VENDORS[kind]?.(message, Buffer.byteLength(body), path) ?? { status: 404, body: 'no_service' }
  if (answer.status < 300) world.taken.push({ kind, path, body: message })
  return answer
}

const VENDORS: { readonly [kind: string]: (message: any, bytes: number, path: string) => Answered } = {
  slack: ({ text, blocks = [] }) => {
    if (typeof text !== 'string' || text === '') return { status: 400, body: 'no_text' }
    if (blocks.length > 50) return { status: 400, body: 'invalid_blocks' }
    const live = blocks.some(
      (block: any) => block.type === 'actions' && block.elements.some((one: any) => one.url === undefined),
    )
    return live ? { status: 400, body: 'invalid_blocks: a button that nobody answers' } : { status: 200, body: 'ok' }
  },
  discord: (message, _, path) => {
    const problems = messageProblems(message)
    if ((message.components ?? []).length > 0) problems.push('a hand-made webhook has no components')
    if (problems.length > 0)
      return { status: 400, body: { message: 'Invalid Form Body', code: 50_035, errors: problems } }
    return path.endsWith('?wait=true') ? { status: 200, body: { id: '1200000000000000009' } } : { status: 204 }
  },
  teams: (message, bytes) => {
    if (bytes > 28_000) return { status: 413, body: 'too large' }
    const [attachment] = message.attachments ?? []
    const card = attachment?.content
    const isCard =
      attachment?.contentType === 'application/vnd.microsoft.card.adaptive' && card?.type === 'AdaptiveCard'
    if (message.type !== 'message' || !isCard || !Array.isArray(card.body)) return { status: 400, body: 'no card' }
    const submits = (card.actions ?? []).some((action: any) => action.type !== 'Action.OpenUrl')
    return submits ? { status: 400, body: 'Buttons that submit do not work here' } : { status: 202 }
  },
}

export function controlWebhooks(world: WebhookWorld, given: any): Answered {
  if (given.answers !== undefined) world.answers = given.answers
  return { status: 200, body: { taken: world.taken } }
}
