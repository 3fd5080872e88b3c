/** Published and frozen vectors, every negative case, and two other authors' Ed25519 as a second opinion. */

import * as noble from '@noble/ed25519'
import { verifyKey } from 'discord-interactions'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TOLERANCE_S, type Verified, verifyDiscord } from '../../src/discord/verify.ts'

/** RFC 8032, section 7.1, test 3. */
const SEED = 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7'
const PUBLIC = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025'
/** Of test 2: another key than the one that signed. */
const OTHER_PUBLIC = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'

const PING = {
  timestamp: '1700000000',
  body: '{"type":1}',
  signature:
    'cb05842f04f0ae5aed87d4506cf629a9651672164731481deecbd4e2beb72ecb20b942dc48f403bd27dc7f4aad3050c4ff811d6be68f4d52379c11a80931a30e',
}
const AT = Number(PING.timestamp) * 1_000

type Change = { [K in keyof typeof PING]?: (typeof PING)[K] | Uint8Array | null }

function verify(change: Change = {}, publicKey = PUBLIC, at = AT): Promise<Verified> {
  const { timestamp, body, signature } = { ...PING, ...change }
  const bytes = typeof body === 'string' ? utf8(body) : (body as Uint8Array)
  return verifyDiscord(
    [publicKey],
    { signature: signature as string | null, timestamp: timestamp as string | null, body: bytes },
    at,
  )
}

const utf8 = (text: string) => new TextEncoder().encode(text)

/** Signs as Discord does, with a library that is not ours. */
async function signed(timestamp: string, body: Uint8Array, seed: string | Uint8Array = SEED): Promise<string> {
  const secret = typeof seed === 'string' ? Uint8Array.fromHex(seed) : seed
  const message = new Uint8Array(await new Blob([timestamp, body as Uint8Array<ArrayBuffer>]).arrayBuffer())
  return (await noble.signAsync(message, secret)).toHex()
}

describe('the signature of Discord', () => {
  it('is accepted in the frozen vector, and so by both oracles', async () => {
    expect(await verify()).toEqual({ ok: true })
    expect(await verifyKey(PING.body, PING.signature, PING.timestamp, PUBLIC)).toBe(true)
    expect(await signed(PING.timestamp, utf8(PING.body))).toBe(PING.signature)
  })

  it('stands on the platform that agrees with RFC 8032, tests 1 to 3', async () => {
    const vectors = [
      [
        'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
        '',
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      ],
      [
        OTHER_PUBLIC,
        '72',
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      ],
      [
        PUBLIC,
        'af82',
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
      ],
    ] as const
    for (const [key, message, signature] of vectors) {
      const imported = await crypto.subtle.importKey('raw', Uint8Array.fromHex(key), 'Ed25519', false, ['verify'])
      const bytes = [Uint8Array.fromHex(signature), Uint8Array.fromHex(message)] as const
      expect(await crypto.subtle.verify('Ed25519', imported, ...bytes)).toBe(true)
    }
  })

  it.each<[string, Change, string]>([
    ['one bit flipped in the body', { body: '{"type":0}' }, 'wrong'],
    ['another time', { timestamp: '1700000001' }, 'wrong'],
    ['one bit flipped in the signature', { signature: `d${PING.signature.slice(1)}` }, 'wrong'],
    ['a signature of nothing but zeros', { signature: '0'.repeat(128) }, 'wrong'],
    ['no signature', { signature: null }, 'absent'],
    ['no timestamp', { timestamp: null }, 'absent'],
    ['an empty signature', { signature: '' }, 'malformed'],
    ['an empty timestamp', { timestamp: '' }, 'malformed'],
    ['the signature header twice', { signature: `${PING.signature}, ${PING.signature}` }, 'malformed'],
    [
      'two signatures of which the second is right',
      { signature: `${'0'.repeat(128)}, ${PING.signature}` },
      'malformed',
    ],
    ['the timestamp header twice', { timestamp: '1700000000, 1700000000' }, 'malformed'],
    ['hex in capitals', { signature: PING.signature.toUpperCase() }, 'malformed'],
    ['a truncated signature', { signature: PING.signature.slice(0, -2) }, 'malformed'],
    ['a trailing space', { signature: `${PING.signature} ` }, 'malformed'],
    ['a trailing newline', { signature: `${PING.signature}\n` }, 'malformed'],
    ['a prefix', { signature: `v1=${PING.signature}` }, 'malformed'],
    ['base64 instead of hex', { signature: btoa('x'.repeat(64)) }, 'malformed'],
    ['letters after the time', { timestamp: '1700000000abc' }, 'malformed'],
    ['an exponent as the time', { timestamp: '17e8' }, 'malformed'],
    ['a negative time', { timestamp: '-1700000000' }, 'malformed'],
    ['a time with a fraction', { timestamp: '1700000000.0' }, 'malformed'],
    ['a time with a leading zero', { timestamp: '01700000000' }, 'malformed'],
    ['a time in milliseconds', { timestamp: '1700000000000' }, 'malformed'],
    ['a byte-order mark put before the body', { body: utf8('\uFEFF{"type":1}') }, 'wrong'],
    ['a body that is not UTF-8', { body: new Uint8Array([0xff, 0xfe]) }, 'wrong'],
    ['an empty body', { body: '' }, 'wrong'],
  ])('is refused with %s', async (_, change, why) => {
    expect(await verify(change)).toEqual({ ok: false, why })
  })

  it('is refused under another key, and accepted under the one that signed', async () => {
    expect(await verify({}, OTHER_PUBLIC)).toEqual({ ok: false, why: 'wrong' })
    expect(await verify({}, PUBLIC)).toEqual({ ok: true })
  })

  it('is refused rather than an error when the key is no point of the curve', async () => {
    expect(await verify({}, 'f'.repeat(64))).toEqual({ ok: false, why: 'wrong' })
  })

  it.each([
    ['exactly 300 s early', -TOLERANCE_S, true],
    ['exactly 300 s late', TOLERANCE_S, true],
    ['301 s early', -TOLERANCE_S - 1, false],
    ['301 s late', TOLERANCE_S + 1, false],
    ['a millisecond over 300 s', TOLERANCE_S + 0.001, false],
  ])('%s: accepted %#', async (_, seconds, isAccepted) => {
    const verified = await verify({}, PUBLIC, AT + seconds * 1_000)
    expect(verified).toEqual(isAccepted ? { ok: true } : { ok: false, why: 'too far from now' })
    // The oracle has no clock: this rule is ours.
    expect(await verifyKey(PING.body, PING.signature, PING.timestamp, PUBLIC)).toBe(true)
  })

  it('is over bytes: a signed byte-order mark and signed bytes that are no text are accepted as they are', async () => {
    for (const body of [utf8('\uFEFF{"type":1}'), new Uint8Array([0xff, 0x00, 0xfe])]) {
      expect(await verify({ body, signature: await signed(PING.timestamp, body) })).toEqual({ ok: true })
    }
  })

  it('agrees with both oracles on random messages of random keys: what they sign passes, one change and it does not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.integer({ min: 1_600_000_000, max: 4_000_000_000 }).map(String),
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        fc.record({ where: fc.constantFrom('body', 'timestamp', 'signature', 'key'), place: fc.nat(), bit: fc.nat(7) }),
        async (seed, timestamp, body, { where, place, bit }) => {
          const key = (await noble.getPublicKeyAsync(seed)).toHex()
          const signature = await signed(timestamp, body, seed)
          const at = Number(timestamp) * 1_000
          expect(await verifyDiscord([key], { signature, timestamp, body }, at)).toEqual({ ok: true })
          expect(await verifyKey(body as Uint8Array<ArrayBuffer>, signature, timestamp, key)).toBe(true)

          const changed = {
            key: where === 'key' ? flip(Uint8Array.fromHex(key), place, bit).toHex() : key,
            signature: where === 'signature' ? flip(Uint8Array.fromHex(signature), place, bit).toHex() : signature,
            timestamp: where === 'timestamp' ? otherDigit(timestamp, place) : timestamp,
            body: where === 'body' ? flip(body, place, bit) : body,
          }
          const nearby = Number(changed.timestamp) * 1_000
          expect((await verifyDiscord([changed.key], changed, nearby)).ok).toBe(false)
          const said = [changed.body as Uint8Array<ArrayBuffer>, changed.signature, changed.timestamp] as const
          expect(await verifyKey(...said, changed.key)).toBe(false)
        },
      ),
      { numRuns: 60 },
    )
  })
})

function flip(bytes: Uint8Array, place: number, bit: number): Uint8Array {
  const copy = bytes.slice()
  const at = place % copy.length
  copy[at] = (copy[at] ?? 0) ^ (1 << bit)
  return copy
}

/** Another digit at some place but the first, so that it stays a time. */
function otherDigit(timestamp: string, place: number): string {
  const at = 1 + (place % (timestamp.length - 1))
  return `${timestamp.slice(0, at)}${(Number(timestamp[at]) + 1) % 10}${timestamp.slice(at + 1)}`
}
