/**
 * What one HTTP answer means. QuantConnect reports most errors as HTTP 200 with `success: false`, has several faces for
 * bad credentials and may throttle in-band, so neither the status nor the body alone tells. Pure.
 */

import type { Failure } from './failure.ts'

export type Fields = { readonly [key: string]: unknown }

export interface HttpAnswer {
  readonly status: number
  readonly contentType: string
  /** Milliseconds named by `Retry-After`, or null. */
  readonly retryAfterMs: number | null
  readonly bytes: ArrayBuffer | Uint8Array
}

/**
 * `again` says whether a read is worth repeating. `emptyServerError` is an empty HTTP 500, which lean-cli takes for bad
 * credentials once it has come twice. The effect in a transport failure is that of a mutation; reads have none.
 */
export type Meaning =
  | { readonly kind: 'answer'; readonly body: Fields }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly again: 'no' | 'yes' | 'emptyServerError' }

/** Beginnings of the errors that mean bad credentials (lean-cli api_client.py; reports of 2025 and 2026). */
const AUTH_ERROR = /^\s*(hash doesn['’]t match|userid not valid|invalid timestamp|too many failed attempts)/i
const NOT_FOUND_ERROR = /^\s*project not found\.?\s*$/i
const THROTTLE_ERROR = /rate[\s_-]*limit|too many|slow(?:ing)?[\s_-]*down|throttl/i
/** A hiccup that asks for a repeat (mcp-server issue 45). */
const HICCUP_ERROR = /failed to process request data|please try again/i

export function readAnswer(answer: HttpAnswer): Meaning {
  const { status } = answer
  if (status >= 300 && status < 400) {
    return failure(transport(`HTTP ${status}, a redirect; not followed, so that credentials go nowhere else`), 'no')
  }
  const body = parse(answer.bytes)
  const told = tellsOfErrors(body, status) ? readErrors(body.fields, answer) : null
  if (told !== null && told.failure.kind === 'auth') return told
  if (status === 401) return failure({ kind: 'auth', detail: 'HTTP 401' }, 'no')
  if (status === 429) return told?.failure.kind === 'throttled' ? told : failure(throttled('HTTP 429', answer), 'yes')
  if (status >= 500) return readServerError(answer, body, told)
  if (status === 408) return failure(transport('HTTP 408, the server gave up waiting'), 'yes')
  if (status === 413) return failure({ kind: 'refused', errors: ['HTTP 413: the request is too large.'] }, 'no')
  if (told !== null) return told
  if (status >= 400 || status < 200) {
    return failure({ kind: 'refused', errors: [`HTTP ${status}${hintOf(status)}`] }, 'no')
  }
  return readSuccess(answer, body)
}

/** An answer with `success: false`; and one with an error status, where it says a reason in words we know. */
function tellsOfErrors(body: Body, status: number): body is Body & { kind: 'object' } {
  if (body.kind !== 'object') return false
  if (body.fields.success === false) return true
  return (
    status >= 400 &&
    body.fields.success === undefined &&
    errorsOf(body.fields).some((text) => THROTTLE_ERROR.test(text))
  )
}

/** 5xx says nothing about the request; only a plain word about credentials or pace is believed. */
function readServerError(answer: HttpAnswer, body: Body, told: (Meaning & { kind: 'failure' }) | null): Meaning {
  if (told?.failure.kind === 'throttled') return told
  const detail = `HTTP ${answer.status}`
  if (answer.status === 500 && body.kind === 'empty') {
    return failure(transport(`${detail} with an empty body`), 'emptyServerError')
  }
  return failure(transport(detail), 'yes')
}

function readSuccess(answer: HttpAnswer, body: Body): Meaning {
  if (body.kind === 'empty') return failure({ kind: 'malformed', detail: 'the answer is empty' }, 'yes')
  if (body.kind === 'markup') return failure(transport('a web page instead of data'), 'yes')
  // The body that parses is believed, whatever its header says: PHP calls everything text/html that says nothing else.
  if (body.kind === 'unreadable') {
    if (/\bhtml\b/i.test(answer.contentType)) return failure(transport('a web page instead of data'), 'yes')
    return failure({ kind: 'malformed', detail: body.why }, 'yes')
  }
  if (body.fields.success === true) return { kind: 'answer', body: body.fields }
  const detail = 'success' in body.fields ? '"success" is neither true nor false' : '"success" is missing'
  return failure({ kind: 'malformed', detail }, 'no')
}

function readErrors(fields: Fields, answer: HttpAnswer): Meaning & { kind: 'failure' } {
  const errors = errorsOf(fields)
  const all = errors.join(' ')
  if (errors.some((error) => AUTH_ERROR.test(error))) return failure({ kind: 'auth', detail: all }, 'no')
  if (errors.length > 0 && errors.every((error) => NOT_FOUND_ERROR.test(error))) {
    return failure({ kind: 'notFound', detail: all }, 'no')
  }
  if (errors.some((error) => THROTTLE_ERROR.test(error))) return failure(throttled(all, answer), 'yes')
  if (errors.some((error) => HICCUP_ERROR.test(error))) return failure(transport(all), 'yes')
  return failure({ kind: 'refused', errors }, 'no')
}

/** `errors` or `messages` (lists) or `Message` (text), whichever is there (lean-cli reads the same three); gateways say `error`. */
function errorsOf(fields: Fields): readonly string[] {
  for (const given of [fields.errors, fields.messages, fields.Message, fields.message, fields.error]) {
    const texts = (Array.isArray(given) ? given : [given]).map(textOf).filter((text) => text !== '')
    if (texts.length > 0) return texts
  }
  return []
}

function textOf(error: unknown): string {
  if (typeof error === 'string') return error.trim()
  return error === undefined || error === null ? '' : JSON.stringify(error)
}

type Body =
  | { readonly kind: 'object'; readonly fields: Fields }
  | { readonly kind: 'empty' }
  | { readonly kind: 'markup' }
  | { readonly kind: 'unreadable'; readonly why: string }

function parse(bytes: ArrayBuffer | Uint8Array): Body {
  if (bytes.byteLength === 0) return { kind: 'empty' }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    return { kind: 'unreadable', why: 'the answer is not UTF-8 text' }
  }
  if (/^\s*</.test(text)) return { kind: 'markup' }
  if (/^\s*$/.test(text)) return { kind: 'empty' }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { kind: 'object', fields: value as Fields }
    return { kind: 'unreadable', why: 'the answer is not a JSON object' }
  } catch {
    return { kind: 'unreadable', why: 'the answer is not JSON, or was cut short' }
  }
}

function hintOf(status: number): string {
  if (status === 403) return ': access denied; something between us and QuantConnect may block this address.'
  if (status === 404) return ': no such address; check QC_API_URL.'
  return ''
}

function transport(detail: string): Failure {
  return { kind: 'transport', detail, effect: 'unknown' }
}

function throttled(detail: string, answer: HttpAnswer): Failure {
  return { kind: 'throttled', detail, retryAfterMs: answer.retryAfterMs }
}

function failure(failure: Failure, again: 'no' | 'yes' | 'emptyServerError'): Meaning & { kind: 'failure' } {
  return { kind: 'failure', failure, again }
}
