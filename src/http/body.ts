/** Request bodies: bounded, read once as bytes, decoded strictly, and only then parsed. */

import type { Context } from 'hono'
import * as v from 'valibot'
import { BODY_LIMIT } from '../core/base/bounds.ts'
import { parseJsonOnce } from '../core/base/json-keys.ts'
import { nearest } from '../core/base/nearest.ts'
import { problem } from './problem.ts'

/** A schema that knows its keys, so that an unknown one can be refused with the nearest. */
export type BodySchema = v.GenericSchema & { readonly entries: v.ObjectEntries }

/** JSON, nothing said, and what curl and fetch say when nobody tells them: the body itself shows whether it is JSON. */
const TAKEN_AS_JSON = /^\s*((application\/([\w.-]+\+)?json|text\/plain|application\/x-www-form-urlencoded)\s*(;.*)?)?$/i

export type BodyRead<T> = { readonly ok: true; readonly body: T } | { readonly ok: false; readonly response: Response }

/**
 * A JSON body of that shape, or the answer that says what is wrong with it: it must not call itself something
 * else, be UTF-8 and have no unknown key. `mayBeEmpty`: nothing at all is `{}`.
 */
export async function readJson<Schema extends BodySchema>(
  c: Context,
  schema: Schema,
  mayBeEmpty = false,
): Promise<BodyRead<v.InferOutput<Schema>>> {
  const bytes = await readBytes(c.req.raw)
  if (bytes === null) return refuse(tooLarge(c))
  const isEmpty = mayBeEmpty && bytes.byteLength === 0
  const type = c.req.header('content-type') ?? ''
  if (!isEmpty && !TAKEN_AS_JSON.test(type)) {
    const detail =
      'The body must be JSON, and its content type says that it is not. Send "content-type: application/json".'
    return refuse(problem(c, 415, { title: 'Not JSON', detail }))
  }
  const parsed = isEmpty ? {} : parseJson(bytes)
  if (parsed === undefined) return refuse(notJson(c))
  const unknown = unknownKey(parsed, Object.keys(schema.entries))
  if (unknown !== null) return refuse(problem(c, 422, { title: 'Unknown key', detail: unknown }))
  const result = v.safeParse(schema, parsed)
  if (result.success) return { ok: true, body: result.output }
  const [issue] = result.issues
  const detail = `${v.getDotPath(issue) ?? 'The body'}: ${issue.message}.`
  return refuse(problem(c, 422, { title: 'The body does not fit', detail }))
}

/** What is sent over the limit is read so far and thrown away: a sender who is cut off in the middle hears no answer. */
const MOST_DRAINED = 4 * 1024 * 1024

/** The body as bytes; null when there are more than `limit` of them. */
export async function readBytes(request: Request, limit = BODY_LIMIT): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit + MOST_DRAINED) return null
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength
      if (size > limit + MOST_DRAINED) return null
      if (size <= limit) chunks.push(chunk)
    }
  } catch {
    return null // broken off by the sender, who hears no answer
  }
  return size > limit ? null : new Uint8Array(await new Blob(chunks).arrayBuffer())
}

/** The answer to a body over the limit. */
export function tooLarge(c: Context, limit = BODY_LIMIT): Response {
  return problem(c, 413, { title: 'Body too large', detail: `A body may have at most ${limit} bytes.` })
}

/** The answer to a body that cannot be parsed. */
export function notJson(c: Context): Response {
  return problem(c, 400, { title: 'Not JSON', detail: 'The body must be one JSON value in UTF-8, with no key twice.' })
}

/** One JSON value in UTF-8, without a byte-order mark and without a key twice; undefined for anything else. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return parseJsonOnce(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined // not UTF-8
  }
}

/** Longer keys are neither looked into nor repeated: nobody misspelt one of ours so. */
const LONGEST_KEY = 200

/** Why a key that is not known was probably meant otherwise; the sentence names the nearest, or all there are. */
export function notAKey(unknown: string, what: string, keys: readonly string[]): string {
  const known = keys.length === 0 ? 'There is none.' : `Known: ${keys.join(', ')}.`
  if (unknown.length > LONGEST_KEY) return `A key is not ${what}. ${known}`
  const close = nearest(unknown, keys)
  return `"${unknown}" is not ${what}. ${close === null ? known : `Did you mean "${close}"?`}`
}

function unknownKey(value: unknown, keys: readonly string[]): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  return unknown === undefined ? null : notAKey(unknown, 'a key of this request', keys)
}

function refuse(response: Response): { readonly ok: false; readonly response: Response } {
  return { ok: false, response }
}
