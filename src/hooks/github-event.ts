/**
 * What a delivery of GitHub says. Only its body is signed: the kind of event is a header anybody could have changed, so
 * a deletion must look like one in its body too.
 */

import * as v from 'valibot'
import { LONGEST_NAME } from '../core/base/bounds.ts'
import { parseJsonOnce } from '../core/base/json-keys.ts'
import type { BranchDeleted } from '../core/command/on-event.ts'
import type { Bytes } from './hmac.ts'

export type GithubEvent =
  | { readonly kind: 'ping' }
  | { readonly kind: 'branch deleted'; readonly branch: BranchDeleted; readonly sender: string | null }
  /** Nothing to do. */
  | { readonly kind: 'ignored'; readonly why: string }
  /** It is not what it says it is. */
  | { readonly kind: 'refused'; readonly why: string }

export type Payload =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: 'content type' | 'not JSON' }

const Deletion = v.object({
  ref: v.pipe(v.string(), v.nonEmpty(), v.maxLength(LONGEST_NAME)),
  ref_type: v.string(),
  repository: v.object({ full_name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(LONGEST_NAME)) }),
  sender: v.optional(v.object({ login: v.optional(v.string()) })),
})

/** The name of an account, a bot's included. */
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:\[bot\])?$/

/** The JSON of a delivery, sent as such or as the `payload` of a form; both are UTF-8 and nothing else. */
export function readPayload(body: Bytes, contentType: string): Payload {
  const type = contentType.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json' && type !== 'application/x-www-form-urlencoded') {
    return { ok: false, reason: 'content type' }
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    const value = parseJsonOnce(type === 'application/json' ? text : formField(text, 'payload'))
    return value === undefined ? { ok: false, reason: 'not JSON' } : { ok: true, value }
  } catch {
    return { ok: false, reason: 'not JSON' }
  }
}

/** `event`: the header `x-github-event`. */
export function readGithubEvent(event: string, payload: unknown): GithubEvent {
  if (event === 'ping') return { kind: 'ping' }
  if (event !== 'delete') return { kind: 'ignored', why: 'Only the event "delete" means something here.' }
  const read = v.safeParse(Deletion, payload)
  if (!read.success) return { kind: 'refused', why: 'The body is not that of the event "delete".' }
  const { ref, ref_type, repository, sender } = read.output
  // The one event with the same fields says which branch is the main one.
  if (Object.hasOwn(payload as object, 'master_branch')) {
    return { kind: 'refused', why: 'The body is that of the event "create", not of "delete".' }
  }
  if (ref_type !== 'branch') return { kind: 'ignored', why: 'Only a deleted branch means something here, not a tag.' }
  const login = sender?.login ?? ''
  return {
    kind: 'branch deleted',
    branch: { repository: repository.full_name, branch: ref },
    sender: LOGIN.test(login) ? login : null,
  }
}

/** The one value of a field; throws when there is none, more than one, or it is malformed. */
function formField(form: string, name: string): string {
  const [field, more] = form.split('&').filter((part) => part.startsWith(`${name}=`))
  if (field === undefined || more !== undefined) throw new TypeError('not one value')
  return decodeURIComponent(field.slice(name.length + 1).replaceAll('+', ' '))
}
