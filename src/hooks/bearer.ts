/**
 * The bearer of a live algorithm, whose `Notify.Web` cannot sign: HMAC-SHA256(secret, project id), in hex. It is good for
 * one project, so a leaked one reaches no other.
 */

import type { ProofFailure } from './failure.ts'
import { type Bytes, fromHex, isSignedByAny, macOf, toHex, utf8 } from './hmac.ts'

export type BearerVerdict =
  | { readonly ok: true; readonly projectId: number }
  | { readonly ok: false; readonly failure: ProofFailure }

const BEARER = /^[Bb][Ee][Aa][Rr][Ee][Rr] ([0-9a-f]{64})$/

/** What an algorithm sends: 64 lower-case hex digits. The id is signed as decimal digits. */
export async function bearerOf(secret: Bytes, projectId: number): Promise<string> {
  if (!isProjectId(projectId)) throw new TypeError('A project id is a whole number above 0.')
  return toHex(await macOf(secret, utf8(String(projectId))))
}

/** Whether the `authorization` header is the bearer of that project (null = unknown), by one of the secrets. */
export async function verifyBearer(
  secrets: readonly Bytes[],
  authorization: string | null,
  projectId: number | null,
): Promise<BearerVerdict> {
  if (!authorization) return { ok: false, failure: { kind: 'absent', header: 'authorization' } }
  const mac = BEARER.exec(authorization)?.[1]
  if (mac === undefined) return { ok: false, failure: { kind: 'malformed', header: 'authorization' } }
  if (!isProjectId(projectId)) return { ok: false, failure: { kind: 'no project' } }
  if (await isSignedByAny(secrets, [fromHex(mac)], utf8(String(projectId)))) return { ok: true, projectId }
  return { ok: false, failure: { kind: 'mismatch', header: 'authorization' } }
}

/** A whole number above 0 that can be written in one way only. */
export function isProjectId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}
