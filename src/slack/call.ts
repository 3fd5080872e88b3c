/** One call of Slack's Web API and what its answer means. HTTP 200 is no yes: `ok` is. */

import { readRetryAfter } from '../core/base/retry-after.ts'
import type { Delivery, DeliveryDeps } from '../hooks/channel.ts'

export interface SlackCall {
  /** Such as `chat.postMessage`. */
  readonly method: string
  /** Address of the API, such as `https://slack.com/api`. */
  readonly apiUrl: string
  readonly botToken: string
  readonly body: object
}

export type SlackAnswer =
  | { readonly ok: true; readonly status: number; readonly body: { readonly [key: string]: unknown } }
  /** `error`: Slack's own word for it, where one came. */
  | { readonly ok: false; readonly status: number; readonly error: string | null; readonly retryAfterMs: number | null }

/** Throws what `fetch` throws when the connection fails. */
export async function callSlack(
  { method, apiUrl, botToken, body }: SlackCall,
  deps: DeliveryDeps,
): Promise<SlackAnswer> {
  const response = await deps.fetch(`${apiUrl}/${method}`, {
    method: 'POST',
    redirect: 'manual',
    signal: deps.signal,
    headers: {
      authorization: `Bearer ${botToken}`,
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'leansweep',
    },
    body: JSON.stringify(body),
  })
  const { status, headers } = response
  const answer: unknown = await response.json().catch(() => null)
  const fields = typeof answer === 'object' && answer !== null ? (answer as { [key: string]: unknown }) : {}
  if (response.ok && fields.ok === true) return { ok: true, status, body: fields }
  const error = typeof fields.error === 'string' && /^[a-z0-9_]{1,60}$/.test(fields.error) ? fields.error : null
  return { ok: false, status, error, retryAfterMs: readRetryAfter(headers.get('retry-after'), deps.now()) }
}

/** Words of Slack for "not this message, whatever you do". */
const NEVER: ReadonlySet<string> = new Set([
  'msg_too_long',
  'msg_blocks_too_long',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_arguments',
  'invalid_metadata_format',
  'metadata_too_large',
  'no_text',
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
])

/** Words of Slack for "not with this token, or not there any more": somebody has to change the settings. */
const GONE: { readonly [error: string]: string } = {
  invalid_auth: 'the token is not accepted',
  not_authed: 'the token is not accepted',
  token_revoked: 'the token was revoked',
  token_expired: 'the token has expired',
  account_inactive: 'the app was removed from the workspace',
  is_archived: 'the channel is archived',
}

/** What people mend in Slack itself, without any change here. */
const MENDABLE: { readonly [error: string]: string } = {
  channel_not_found: 'there is no such channel, or the bot is not in it. Invite it: /invite @leansweep',
  not_in_channel: 'the bot is not in the channel. Invite it: /invite @leansweep',
  missing_scope: 'the app lacks a right. Install it again from the manifest',
  restricted_action: 'the workspace does not let the bot write there',
}

/** What a refusal means for the message, and for the channel as a whole. */
export function refusal({ status, error, retryAfterMs }: Extract<SlackAnswer, { ok: false }>): Delivery {
  const later = retryAfterMs === null ? {} : { retryAfterMs }
  if (status === 429 || error === 'ratelimited' || error === 'rate_limited') {
    return { kind: 'again', status, detail: 'Slack asks for fewer messages.', ...later }
  }
  const said = `Slack answered ${status}${error === null ? '' : `, ${error}`}`
  if (error !== null && NEVER.has(error)) {
    return { kind: 'never', status, detail: `${said}: it does not take this message.` }
  }
  const gone = wordsFor(GONE, error)
  if (gone !== null) return { kind: 'gone', status, detail: `${said}: ${gone}.` }
  const mendable = wordsFor(MENDABLE, error)
  return { kind: 'again', status, detail: mendable === null ? `${said}.` : `${said}: ${mendable}.`, ...later }
}

function wordsFor(words: { readonly [error: string]: string }, error: string | null): string | null {
  return error !== null && Object.hasOwn(words, error) ? (words[error] ?? null) : null
}
