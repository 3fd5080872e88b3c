/** GitHub's signature: the published vector, every way to be wrong, and GitHub's own JavaScript library as a second opinion. */

import { sign, verify } from '@octokit/webhooks-methods'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProofFailure } from '../../src/hooks/failure.ts'
import { verifyGithub } from '../../src/hooks/github.ts'
import { type Bytes, fromHex, toHex, utf8 } from '../../src/hooks/hmac.ts'
import { flipped } from './support.ts'

/** Published in GitHub's documentation. */
const SECRET = "It's a Secret to Everybody"
const BODY = 'Hello, World!'
const SIGNATURE = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'

const MISMATCH: ProofFailure = { kind: 'mismatch', header: 'x-hub-signature-256' }
const MALFORMED: ProofFailure = { kind: 'malformed', header: 'x-hub-signature-256' }

async function failureOf(
  signature: string | null,
  body: Bytes = utf8(BODY),
  secrets: readonly string[] = [SECRET],
): Promise<ProofFailure | 'accepted'> {
  const verdict = await verifyGithub(secrets.map(utf8), signature, body)
  return verdict.ok ? 'accepted' : verdict.failure
}

describe('the known answers', () => {
  it('the published one is accepted', async () => {
    expect(await failureOf(SIGNATURE)).toBe('accepted')
  })

  it('the frozen one is accepted', async () => {
    const signature = 'sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3'
    expect(await failureOf(signature, utf8('{"foo":"bar"}'), ['mysecret'])).toBe('accepted')
  })
})

describe('a delivery is refused with its exact reason', () => {
  it('when one bit of the body is another, wherever it is', async () => {
    const body = utf8(BODY)
    for (let bit = 0; bit < body.length * 8; bit++) {
      expect(await failureOf(SIGNATURE, flipped(body, bit))).toEqual(MISMATCH)
    }
  })

  it('when one bit of the signature is another, wherever it is', async () => {
    const mac = fromHex(SIGNATURE.slice(7))
    for (let bit = 0; bit < 256; bit++) {
      expect(await failureOf(`sha256=${toHex(flipped(mac, bit))}`)).toEqual(MISMATCH)
    }
  })

  it('when another secret signed it, or none is configured', async () => {
    expect(await failureOf(SIGNATURE, utf8(BODY), ['another secret of ours'])).toEqual(MISMATCH)
    expect(await failureOf(SIGNATURE, utf8(BODY), [])).toEqual(MISMATCH)
  })

  it('when its signature is absent or empty', async () => {
    expect(await failureOf(null)).toEqual({ kind: 'absent', header: 'x-hub-signature-256' })
    expect(await failureOf('')).toEqual({ kind: 'absent', header: 'x-hub-signature-256' })
  })

  it.each([
    ['there twice, which arrives joined', `${SIGNATURE}, ${SIGNATURE}`],
    ['in capitals', `sha256=${SIGNATURE.slice(7).toUpperCase()}`],
    ['truncated', SIGNATURE.slice(0, -1)],
    ['longer', `${SIGNATURE}0`],
    ['with a space after it', `${SIGNATURE} `],
    ['with a space before it', ` ${SIGNATURE}`],
    ['without its prefix', SIGNATURE.slice(7)],
    ['of the old kind', `sha1=${SIGNATURE.slice(7, 47)}`],
    ['with a prefix of another version', SIGNATURE.replace('sha256', 'v9')],
    ['with a prefix in capitals', SIGNATURE.replace('sha256', 'SHA256')],
    ['not hex', `sha256=${'g'.repeat(64)}`],
    ['a number', `sha256=${'１'.repeat(64)}`],
  ])('when its signature is %s', async (_, signature) => {
    expect(await failureOf(signature)).toEqual(MALFORMED)
  })
})

it('a secret is changed without a pause: the old one counts while it is in the list, wherever in it', async () => {
  expect(await failureOf(SIGNATURE, utf8(BODY), ['the new secret of ours', SECRET])).toBe('accepted')
  expect(await failureOf(SIGNATURE, utf8(BODY), [SECRET, 'the new secret of ours'])).toBe('accepted')
})

it('the body is bytes: a byte-order mark and bytes that are no UTF-8 are signed like any other', async () => {
  const key = await crypto.subtle.importKey('raw', utf8(SECRET), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  for (const body of [Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d), Uint8Array.of(0xff, 0xfe), new Uint8Array(0)]) {
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, body))
    expect(await failureOf(`sha256=${toHex(mac)}`, body)).toBe('accepted')
  }
})

describe("beside GitHub's library", () => {
  const aSecret = fc.string({ minLength: 1, unit: 'grapheme' })
  const aBody = fc.string({ minLength: 1, unit: 'grapheme' })

  it('what it signs we accept, as it does itself, and after one change both refuse', async () => {
    const change = fc.record({ what: fc.constantFrom('body', 'signature', 'secret'), at: fc.nat() })
    await fc.assert(
      fc.asyncProperty(aSecret, aBody, change, async (secret, body, { what, at }) => {
        const signature = await sign(secret, body)
        expect(await verify(secret, body, signature)).toBe(true)
        expect(await failureOf(signature, utf8(body), [secret])).toBe('accepted')

        const changed = { secret, body, signature }
        if (what === 'body') changed.body = `${body.slice(0, at % body.length)}\n${body.slice(at % body.length)}`
        if (what === 'signature') changed.signature = `sha256=${toHex(flipped(fromHex(signature.slice(7)), at % 256))}`
        if (what === 'secret') changed.secret = `${secret}x`
        expect(await verify(changed.secret, changed.body, changed.signature)).toBe(false)
        expect(await failureOf(changed.signature, utf8(changed.body), [changed.secret])).toEqual(MISMATCH)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['without its prefix', SIGNATURE.slice(7)],
    ['in capitals', `sha256=${SIGNATURE.slice(7).toUpperCase()}`],
    ['with a space after it', `${SIGNATURE} `],
    ['with something between its digits', SIGNATURE.replace('757107', '75-71-07')],
  ])('we are stricter: it takes a signature %s, we do not', async (_, signature) => {
    expect(await verify(SECRET, BODY, signature)).toBe(true)
    expect(await failureOf(signature)).toEqual(MALFORMED)
  })
})
