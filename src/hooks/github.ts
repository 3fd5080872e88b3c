/** GitHub's signature over the body of a delivery: `X-Hub-Signature-256`. No time and no id is signed. */

import type { ProofFailure } from './failure.ts'
import { type Bytes, fromHex, isSignedByAny } from './hmac.ts'

export type GithubVerdict = { readonly ok: true } | { readonly ok: false; readonly failure: ProofFailure }

const HEADER = 'x-hub-signature-256'
const SIGNATURE = /^sha256=([0-9a-f]{64})$/

/** Whether one of the secrets signed this body. `signature`: the header as it was sent, null when absent. */
export async function verifyGithub(
  secrets: readonly Bytes[],
  signature: string | null,
  body: Bytes,
): Promise<GithubVerdict> {
  if (!signature) return { ok: false, failure: { kind: 'absent', header: HEADER } }
  const mac = SIGNATURE.exec(signature)?.[1]
  if (mac === undefined) return { ok: false, failure: { kind: 'malformed', header: HEADER } }
  if (await isSignedByAny(secrets, [fromHex(mac)], body)) return { ok: true }
  return { ok: false, failure: { kind: 'mismatch', header: HEADER } }
}
