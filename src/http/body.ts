/** Request bodies: bounded, read once as bytes, decoded strictly, and only then parsed. */

import type { Context } from 'hono'
import * as v from 'valibot'
import { nearest } from '../core/nearest.ts'
import { problem } from './problem.ts'

/** The most bytes a body may have: 1 MiB. */
export const BODY_LIMIT = 1_048_576

export type BodyRead<T> = { readonly ok: true; readonly body: T } | { readonly ok: false; readonly response: Response }

/** A JSON body of that shape, or the answer that says what is wrong with it. Unknown keys are refused. */
export async function readJson<T>(
  c: Context,
  schema: v.GenericSchema<unknown, T>,
  keys: readonly string[],
): Promise<BodyRead<T>> {
  const bytes = await readBounded(c.req.raw)
  if (bytes === null) {
    return refuse(problem(c, 413, { title: 'Body too large', detail: `A body may have at most ${BODY_LIMIT} bytes.` }))
  }
  const parsed = parse(bytes)
  if (parsed === undefined) {
    return refuse(problem(c, 400, { title: 'Not JSON', detail: 'The body must be one JSON value in UTF-8.' }))
  }
  const unknown = unknownKey(parsed, keys)
  if (unknown !== null) return refuse(problem(c, 422, { title: 'Unknown key', detail: unknown }))
  const result = v.safeParse(schema, parsed)
  if (result.success) return { ok: true, body: result.output }
  const [issue] = result.issues
  const detail = `${v.getDotPath(issue) ?? 'The body'}: ${issue.message}.`
  return refuse(problem(c, 422, { title: 'The body does not fit', detail }))
}

async function readBounded(request: Request): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > BODY_LIMIT) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > BODY_LIMIT) return null
    chunks.push(chunk)
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    return undefined
  }
}

function unknownKey(value: unknown, keys: readonly string[]): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  if (unknown === undefined) return null
  const close = nearest(unknown, keys)
  return `"${unknown}" is not a key of this request. ${close === null ? `Known keys: ${keys.join(', ')}.` : `Did you mean "${close}"?`}`
}

function refuse(response: Response): { readonly ok: false; readonly response: Response } {
  return { ok: false, response }
}
