/** One call of Discord's API and what its answer means. What was sent and where never gets into a message: both hold secrets. */

import type { Delivery, DeliveryDeps } from '../hooks/channel.ts'

export interface DiscordCall {
  readonly method: 'POST' | 'PATCH' | 'PUT'
  /** Address of the API, such as `https://discord.com/api/v10`. */
  readonly apiUrl: string
  /** Below it, without a leading slash. */
  readonly path: string
  /** Null where a token in the path is the permission. */
  readonly botToken: string | null
  /** Whom Discord may ask about this program, an address. */
  readonly contact: string | null
  readonly body?: object
}

export type DiscordAnswer =
  | { readonly ok: true; readonly status: number; readonly body: unknown; readonly restMs: number }
  /** `code`: Discord's own number for the error, where one came. */
  | { readonly ok: false; readonly status: number; readonly code: number | null; readonly retryAfterMs: number | null }

/** Throws what `fetch` throws when the connection fails. */
export async function callDiscord(call: DiscordCall, deps: DeliveryDeps): Promise<DiscordAnswer> {
  const { method, apiUrl, path, botToken, contact, body } = call
  const response = await deps.fetch(`${apiUrl}/${path}`, {
    method,
    redirect: 'manual',
    signal: deps.signal,
    headers: {
      ...(botToken === null ? {} : { authorization: `Bot ${botToken}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      // The form that Discord asks for; without it the call may be turned away.
      'user-agent': `DiscordBot (${contact ?? 'https://leansweep.invalid'}, 0.1.0)`,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const { status, headers } = response
  const answer = await response.json().catch(() => null)
  if (response.ok) return { ok: true, status, body: answer, restMs: restMs(headers) }
  return { ok: false, status, code: numberIn(answer, 'code'), retryAfterMs: retryAfterMs(status, headers, answer) }
}

/** Discord's numbers for what is wrong, as far as they change what is done about it. */
const UNKNOWN_CHANNEL = 10_003
const UNKNOWN_MESSAGE = 10_008
export const UNKNOWN_WEBHOOK = 10_015
const INVALID_WEBHOOK_TOKEN = 50_027
const NOT_OURS = 50_005

/** What a refusal means for the message, and for the channel as a whole. */
export function refusal({ status, code, retryAfterMs }: Extract<DiscordAnswer, { ok: false }>): Delivery {
  const said = `Discord answered ${status}${code === null ? '' : `, code ${code}`}`
  if (status === 429) {
    const detail = 'Discord asks for fewer messages.'
    return { kind: 'again', status, detail, ...(retryAfterMs === null ? {} : { retryAfterMs }) }
  }
  if (code === UNKNOWN_MESSAGE) return { kind: 'never', status, detail: `${said}: the message is not there any more.` }
  if (code === NOT_OURS) return { kind: 'never', status, detail: `${said}: the message is somebody else's.` }
  if (code === UNKNOWN_CHANNEL) return { kind: 'gone', status, detail: `${said}: there is no such channel.` }
  if (code === UNKNOWN_WEBHOOK || code === INVALID_WEBHOOK_TOKEN) {
    return { kind: 'gone', status, detail: `${said}: the webhook was deleted.` }
  }
  if (status === 401) return { kind: 'gone', status, detail: `${said}: the token is not accepted.` }
  if (status === 404 || status === 410) return { kind: 'gone', status, detail: `${said}: it is not there.` }
  if (status === 403) {
    // May be mended in Discord, without any change here.
    return {
      kind: 'again',
      status,
      detail: `${said}: the bot may not write there. Give it "View Channel", "Send Messages" and "Embed Links".`,
    }
  }
  if (status === 400) return { kind: 'never', status, detail: `${said}: it does not take this message.` }
  return { kind: 'again', status, detail: `${said}.` }
}

/** How long the next call of the same kind must wait, in milliseconds: Discord says it before it would refuse one. */
function restMs(headers: Headers): number {
  const isLast = headers.get('x-ratelimit-remaining') === '0'
  return isLast ? secondsToMs(headers.get('x-ratelimit-reset-after')) : 0
}

/** Seconds with a fraction: in the body, else in the header. */
function retryAfterMs(status: number, headers: Headers, answer: unknown): number | null {
  const seconds = numberIn(answer, 'retry_after')
  if (seconds !== null && seconds >= 0) return Math.ceil(seconds * 1_000)
  const header = headers.get('retry-after')
  return status === 429 || header !== null ? secondsToMs(header) : null
}

function secondsToMs(text: string | null): number {
  return text !== null && /^\d{1,7}(\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1_000) : 0
}

function numberIn(value: unknown, key: string): number | null {
  const found = typeof value === 'object' && value !== null ? (value as { [key: string]: unknown })[key] : undefined
  return typeof found === 'number' && Number.isFinite(found) ? found : null
}
