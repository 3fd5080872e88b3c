/** Standard Webhooks: the published vector, every way to be wrong, and the specification's own library as a second opinion. */

import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProofFailure } from '../../src/hooks/failure.ts'
import { type Bytes, toBase64, utf8 } from '../../src/hooks/hmac.ts'
import { readWhsec } from '../../src/hooks/secrets.ts'
import { MOST_SIGNATURES, signWebhook, verifyWebhook, type WebhookMessage } from '../../src/hooks/standard-webhooks.ts'
import { flipped } from './support.ts'

const SECRET_TEXT = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const SECRET = keyOf(SECRET_TEXT)
const OTHER = keyOf('whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD')

/** Published in the tests of the reference library. */
const VECTOR = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  body: utf8('{"test": 2432232314}'),
}
const SIGNED_AT = 1_614_265_330_000

function keyOf(text: string): Bytes {
  const read = readWhsec(text)
  if (!read.ok) throw new Error(read.why)
  return read.key
}

async function failureOf(
  change: Partial<WebhookMessage>,
  now = SIGNED_AT,
  secrets: readonly Bytes[] = [SECRET],
): Promise<ProofFailure | 'accepted'> {
  const verdict = await verifyWebhook(secrets, { ...VECTOR, ...change }, now)
  return verdict.ok ? 'accepted' : verdict.failure
}

/** The vector's id and body, signed for that time. */
async function signedAt(timestamp: number, secret = SECRET): Promise<WebhookMessage> {
  const { id, body } = VECTOR
  return { id, timestamp: String(timestamp), signature: await signWebhook(secret, id, timestamp, body), body }
}

describe('the published vector', () => {
  it('is what we sign', async () => {
    expect(await signWebhook(SECRET, VECTOR.id, 1_614_265_330, VECTOR.body)).toBe(VECTOR.signature)
  })

  it('is what we accept, and the id is given back', async () => {
    expect(await verifyWebhook([SECRET], VECTOR, SIGNED_AT)).toEqual({ ok: true, id: VECTOR.id })
  })
})

describe('a message is refused with its exact reason', () => {
  it('when one bit of the body is another, wherever it is', async () => {
    for (let bit = 0; bit < VECTOR.body.length * 8; bit++) {
      expect(await failureOf({ body: flipped(VECTOR.body, bit) })).toEqual({
        kind: 'mismatch',
        header: 'webhook-signature',
      })
    }
  })

  it('when one digit of the time is another', async () => {
    expect(await failureOf({ timestamp: '1614265331' })).toMatchObject({ kind: 'mismatch' })
  })

  it('when one bit of the signature is another, wherever it is', async () => {
    const mac = Uint8Array.from(atob(VECTOR.signature.slice(3)), (char) => char.charCodeAt(0))
    for (let bit = 0; bit < 256; bit++) {
      expect(await failureOf({ signature: `v1,${toBase64(flipped(mac, bit))}` })).toMatchObject({ kind: 'mismatch' })
    }
  })

  it('when the id is another one, for the id is signed', async () => {
    expect(await failureOf({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJel' })).toMatchObject({ kind: 'mismatch' })
  })

  it('when another secret signed it, or none is configured', async () => {
    expect(await failureOf({}, SIGNED_AT, [OTHER])).toMatchObject({ kind: 'mismatch' })
    expect(await failureOf({}, SIGNED_AT, [])).toMatchObject({ kind: 'mismatch' })
  })

  it('when it was signed 301 s ago or 301 s in the future, and not at exactly 300 s', async () => {
    expect(await failureOf({}, SIGNED_AT + 301_000)).toEqual({ kind: 'too old', seconds: 301 })
    expect(await failureOf({}, SIGNED_AT - 301_000)).toEqual({ kind: 'too new', seconds: 301 })
    expect(await failureOf({}, SIGNED_AT + 300_999)).toBe('accepted')
    expect(await failureOf({}, SIGNED_AT - 300_000)).toBe('accepted')
  })

  it.each(['id', 'timestamp', 'signature'] as const)('when its %s is absent or empty', async (part) => {
    const header = `webhook-${part}`
    expect(await failureOf({ [part]: null })).toEqual({ kind: 'absent', header })
    expect(await failureOf({ [part]: '' })).toEqual({ kind: 'absent', header })
  })

  it.each(['id', 'timestamp', 'signature'] as const)(
    'when its %s is there twice, which arrives joined',
    async (part) => {
      const header = `webhook-${part}`
      expect(await failureOf({ [part]: `${VECTOR[part]}, ${VECTOR[part]}` })).toEqual({ kind: 'malformed', header })
      expect(await failureOf({ [part]: `${VECTOR[part]},${VECTOR[part]}` })).toEqual({ kind: 'malformed', header })
    },
  )

  it.each([
    '1614265330abc',
    '1e9',
    '-1',
    '+1614265330',
    '1614265330.0',
    ' 1614265330',
    '1614265330 ',
    '01614265330',
    '0x6037c072',
    '１６１４２６５３３０',
  ])('when its time is written as %j', async (timestamp) => {
    expect(await failureOf({ timestamp })).toEqual({ kind: 'malformed', header: 'webhook-timestamp' })
  })

  it('when its time is in milliseconds', async () => {
    expect(await failureOf(await signedAt(SIGNED_AT))).toMatchObject({ kind: 'too new' })
  })

  it.each([
    ['truncated', VECTOR.signature.slice(0, -1)],
    ['without its padding', VECTOR.signature.replace('=', '')],
    ['with a space after it', `${VECTOR.signature} `],
    ['with a space before it', ` ${VECTOR.signature}`],
    ['with two spaces between two', `${VECTOR.signature}  ${VECTOR.signature}`],
    ['with something after it', `${VECTOR.signature},x`],
    ['in the alphabet of addresses', VECTOR.signature.replaceAll('+', '-').replaceAll('/', '_')],
    ['with bits left over', VECTOR.signature.replace('OE=', 'OF=')],
    ['of 31 bytes', `v1,${toBase64(new Uint8Array(31))}`],
    ['of 33 bytes', `v1,${toBase64(new Uint8Array(33))}`],
    ['without a version', VECTOR.signature.slice(3)],
    ['empty', 'v1,'],
    ['in hex', `v1,${'0'.repeat(64)}`],
    ['of a version in capitals', VECTOR.signature.replace('v1', 'V1')],
    ['of a version with an equals sign', VECTOR.signature.replace('v1,', 'v9=')],
  ])('when its signature is %s', async (_, signature) => {
    expect(await failureOf({ signature })).toEqual({ kind: 'malformed', header: 'webhook-signature' })
  })

  it('when it has no signature of a version we know', async () => {
    expect(await failureOf({ signature: VECTOR.signature.replace('v1,', 'v2,') })).toEqual({ kind: 'no known version' })
    expect(await failureOf({ signature: `v1a,${toBase64(new Uint8Array(64))}` })).toEqual({ kind: 'no known version' })
  })

  it.each(['msg.1', 'msg 1', 'msg\t1', 'm'.repeat(257), 'mßg'])('when its id is %j', async (id) => {
    expect(await failureOf({ id })).toEqual({ kind: 'malformed', header: 'webhook-id' })
  })

  it('when it has more signatures than anybody needs, so that it can not keep us busy', async () => {
    const many = Array.from({ length: MOST_SIGNATURES + 1 }, () => VECTOR.signature).join(' ')
    expect(await failureOf({ signature: many })).toEqual({ kind: 'too many signatures', most: MOST_SIGNATURES })
  })
})

describe('a secret is changed without a pause', () => {
  it('the second of two signatures is enough, and signatures of other versions are passed over', async () => {
    const wrong = `v1,${toBase64(new Uint8Array(32))}`
    const other = `v1a,${toBase64(new Uint8Array(64))}`
    expect(await failureOf({ signature: `${wrong} ${VECTOR.signature}` })).toBe('accepted')
    expect(await failureOf({ signature: `${other} ${VECTOR.signature}` })).toBe('accepted')
    expect(await failureOf({ signature: `${VECTOR.signature} ${wrong}` })).toBe('accepted')
  })

  it('one malformed signature spoils the message, whatever the others are', async () => {
    expect(await failureOf({ signature: `${VECTOR.signature} v1,x` })).toMatchObject({ kind: 'malformed' })
  })

  it('the old secret counts for as long as it is in the list, wherever in it', async () => {
    expect(await failureOf({}, SIGNED_AT, [OTHER, SECRET])).toBe('accepted')
    expect(await failureOf({}, SIGNED_AT, [SECRET, OTHER])).toBe('accepted')
  })
})

describe('the body is bytes', () => {
  it('a byte-order mark or a byte that is no UTF-8 is signed like any other', async () => {
    for (const body of [Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d), Uint8Array.of(0xff, 0xfe), new Uint8Array(0)]) {
      const signature = await signWebhook(SECRET, 'msg_1', 1_614_265_330, body)
      const message = { id: 'msg_1', timestamp: '1614265330', signature, body }
      expect(await verifyWebhook([SECRET], message, SIGNED_AT)).toEqual({ ok: true, id: 'msg_1' })
    }
  })

  it('where it begins is certain: no id and body sign like another id and body', async () => {
    await expect(signWebhook(SECRET, 'a.1', 2, utf8('x'))).rejects.toThrow(TypeError)
    await expect(signWebhook(SECRET, 'a', 1.5, utf8('x'))).rejects.toThrow(TypeError)
  })
})

const anId = fc.stringMatching(/^[!-+\-/-~]{1,64}$/)
const aTime = fc.integer({ min: 0, max: 4_000_000_000 })
/** Text, for the library takes nothing else; not empty, for nothing could be changed in it. */
const aBody = fc.string({ minLength: 1, unit: 'grapheme' })
const aSecret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => Uint8Array.from(bytes))

describe('beside the library of the specification', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  /** What the library says of headers and body. */
  function libraryAccepts(secret: Bytes, id: string, timestamp: string, signature: string, body: string): boolean {
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
    try {
      new Webhook(secret, { format: 'raw' }).verify(body, headers, { jsonParse: false } as never)
      return true
    } catch {
      return false
    }
  }

  it('what we sign it accepts, what it signs we accept, and after one change both refuse', async () => {
    const change = fc.record({ what: fc.constantFrom('body', 'id', 'timestamp', 'signature'), at: fc.nat() })
    await fc.assert(
      fc.asyncProperty(aSecret, anId, aTime, aBody, change, async (secret, id, time, text, { what, at }) => {
        vi.setSystemTime(time * 1_000)
        const body = utf8(text)
        const ours = await signWebhook(secret, id, time, body)
        const theirs = new Webhook(secret, { format: 'raw' }).sign(id, new Date(time * 1_000), text)
        expect(ours).toBe(theirs)
        expect(libraryAccepts(secret, id, String(time), ours, text)).toBe(true)
        const message = { id, timestamp: String(time), signature: theirs, body }
        expect(await verifyWebhook([secret], message, Date.now())).toEqual({ ok: true, id })

        const changed = { id, timestamp: String(time), signature: theirs, text }
        if (what === 'body') changed.text = text.slice(0, at % text.length) + text.slice((at % text.length) + 1)
        if (what === 'id') changed.id = `${id}x`
        if (what === 'timestamp') changed.timestamp = String(time + 1 + (at % 300))
        if (what === 'signature') {
          const mac = Uint8Array.from(atob(theirs.slice(3)), (char) => char.charCodeAt(0))
          changed.signature = `v1,${toBase64(flipped(mac, at % 256))}`
        }
        expect(libraryAccepts(secret, changed.id, changed.timestamp, changed.signature, changed.text)).toBe(false)
        const altered = { ...changed, body: utf8(changed.text) }
        expect(await verifyWebhook([secret], altered, Date.now())).toMatchObject({ ok: false })
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['a time with letters after it', { timestamp: '1614265330abc' }],
    ['a time with a space before it', { timestamp: ' 1614265330' }],
    ['a time with a zero before it', { timestamp: '01614265330' }],
    ['something after the signature', { signature: `${VECTOR.signature},x` }],
    ['a space after the signature', { signature: `${VECTOR.signature} ` }],
    ['a malformed signature beside a good one', { signature: `${VECTOR.signature} v1,x` }],
  ])('we are stricter: it lets %s pass, we do not', async (_, change) => {
    vi.setSystemTime(SIGNED_AT)
    const { id, timestamp, signature } = { ...VECTOR, ...change }
    expect(libraryAccepts(SECRET, id, timestamp, signature, '{"test": 2432232314}')).toBe(true)
    expect(await failureOf(change)).toMatchObject({ kind: 'malformed' })
  })

  it('we are stricter: it takes an id with a full stop, which the specification forbids', async () => {
    vi.setSystemTime(SIGNED_AT)
    const signature = new Webhook(SECRET, { format: 'raw' }).sign('msg.1', new Date(SIGNED_AT), '{}')
    expect(libraryAccepts(SECRET, 'msg.1', '1614265330', signature, '{}')).toBe(true)
    expect(await failureOf({ id: 'msg.1', signature, body: utf8('{}') })).toMatchObject({ kind: 'malformed' })
  })
})
