/** Published and frozen vectors, every negative case, and Slack's own edge library as a second opinion. */

import fc from 'fast-check'
import { verifySlackRequest } from 'slack-edge'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TOLERANCE_S, type Verified, verifySlack } from '../../src/slack/verify.ts'
import { COMMAND_BODY, SIGNING_SECRET, signSlack } from '../support/slack.ts'

const TIMESTAMP = '1531420618'
const AT = Number(TIMESTAMP) * 1_000
const SIGNATURE = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'

interface Given {
  readonly signature: string | null
  readonly timestamp: string | null
  readonly body: string | Uint8Array
}

const RIGHT: Given = { signature: SIGNATURE, timestamp: TIMESTAMP, body: COMMAND_BODY }

function verify(change: Partial<Given> = {}, secrets = [SIGNING_SECRET], at = AT): Promise<Verified> {
  const { signature, timestamp, body } = { ...RIGHT, ...change }
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return verifySlack(secrets, { signature, timestamp, body: new Uint8Array(bytes) }, at)
}

const no = (why: string) => ({ ok: false, why })

describe('the signature of Slack', () => {
  it('is accepted in the published vector, of a command', async () => {
    expect(await verify()).toEqual({ ok: true })
  })

  it('is accepted in the frozen vector, of a button', async () => {
    const signature = 'v0=9dffc25b49a4a7fc2e15c9c9450bf8af09eb501fcef9039eaea3deb58af0c82c'
    const body = 'payload=%7B%22type%22%3A%22block_actions%22%7D'
    expect(await verify({ signature, body })).toEqual({ ok: true })
  })

  const MALFORMED: readonly (readonly [what: string, change: Partial<Given>])[] = [
    ['hex in capitals', { signature: SIGNATURE.toUpperCase().replace('V0', 'v0') }],
    ['a signature cut short', { signature: SIGNATURE.slice(0, -1) }],
    ['a signature one longer', { signature: `${SIGNATURE}0` }],
    ['a blank behind', { signature: `${SIGNATURE} ` }],
    ['a blank before', { signature: ` ${SIGNATURE}` }],
    ['another version', { signature: SIGNATURE.replace('v0', 'v9') }],
    ['no version', { signature: SIGNATURE.slice(3) }],
    ['two signatures, the second right', { signature: `v0=${'0'.repeat(64)}, ${SIGNATURE}` }],
    ['the header twice', { signature: `${SIGNATURE}, ${SIGNATURE}` }],
    ['not hex', { signature: `v0=${'g'.repeat(64)}` }],
    ['letters behind the time', { timestamp: `${TIMESTAMP}abc` }],
    ['an exponent', { timestamp: '1e9' }],
    ['a sign', { timestamp: '-1' }],
    ['milliseconds', { timestamp: `${TIMESTAMP}000` }],
    ['a decimal', { timestamp: `${TIMESTAMP}.0` }],
    ['a leading zero', { timestamp: `0${TIMESTAMP}` }],
    ['other digits', { timestamp: '１５３１４２０６１８' }],
    ['the time twice', { timestamp: `${TIMESTAMP}, ${TIMESTAMP}` }],
  ]

  it.each(MALFORMED)('is refused for its form: %s', async (_, change) => {
    expect(await verify(change)).toEqual(no('malformed'))
  })

  it('is refused when a header is absent or empty', async () => {
    for (const nothing of [null, '']) {
      expect(await verify({ signature: nothing })).toEqual(no('absent'))
      expect(await verify({ timestamp: nothing })).toEqual(no('absent'))
    }
  })

  it('is good for five minutes before and after, and not a second longer', async () => {
    for (const side of [-1, 1]) {
      expect(await verify({}, [SIGNING_SECRET], AT + side * TOLERANCE_S * 1_000)).toEqual({ ok: true })
      expect(await verify({}, [SIGNING_SECRET], AT + side * (TOLERANCE_S + 1) * 1_000)).toEqual(no('too far from now'))
    }
  })

  it('is wrong for any other bit of body, time or signature, and for another secret', async () => {
    const bytes = new TextEncoder().encode(COMMAND_BODY)
    for (let at = 0; at < bytes.length; at += 7) {
      const flipped = bytes.slice()
      flipped[at] = (flipped[at] ?? 0) ^ 1
      expect(await verify({ body: flipped })).toEqual(no('wrong'))
    }
    expect(await verify({ timestamp: '1531420619' })).toEqual(no('wrong'))
    expect(await verify({ signature: SIGNATURE.replace(/3$/, '2') })).toEqual(no('wrong'))
    expect(await verify({}, ['8f742231b10e8888abcd99yyyzzz85a6'])).toEqual(no('wrong'))
    expect(await verify({}, [])).toEqual(no('wrong'))
  })

  it('is over the bytes: a byte-order mark or bytes that are no UTF-8 count', async () => {
    expect(
      await verify({ body: new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode(COMMAND_BODY)]) }),
    ).toEqual(no('wrong'))
    const body = new Uint8Array([0xff, 0x00, 0x3d])
    const signature = await signSlack(SIGNING_SECRET, TIMESTAMP, body)
    expect(await verify({ body, signature })).toEqual({ ok: true })
  })

  it('is accepted with any secret of the list, wherever it stands', async () => {
    expect(await verify({}, ['a new secret', SIGNING_SECRET])).toEqual({ ok: true })
    expect(await verify({}, [SIGNING_SECRET, 'a new secret'])).toEqual({ ok: true })
  })
})

describe('beside slack-edge', () => {
  afterEach(() => void vi.useRealTimers())

  function edge(signature: string, timestamp: string, body: string, secret = SIGNING_SECRET): Promise<boolean> {
    const headers = new Headers({ 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp })
    return verifySlackRequest(secret, headers, body)
  }

  it('says the same of any body, time and secret, and of one change to them', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const secret = fc.string({ minLength: 1, maxLength: 40 })
    const seed = Date.now() % 2 ** 31
    await fc.assert(
      fc.asyncProperty(
        secret,
        secret,
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 1_000_000_000, max: 1_999_999_999 }),
        fc.integer({ min: -290, max: 290 }),
        async (one, other, body, seconds, off) => {
          const at = (seconds + off) * 1_000
          vi.setSystemTime(at)
          const signature = await signSlack(one, String(seconds), new TextEncoder().encode(body))
          expect(await edge(signature, String(seconds), body, one)).toBe(true)
          expect(await verify({ signature, timestamp: String(seconds), body }, [one], at)).toEqual({ ok: true })
          expect(await edge(signature, String(seconds), `${body}x`, one)).toBe(false)
          expect(await verify({ signature, timestamp: String(seconds), body: `${body}x` }, [one], at)).toEqual(
            no('wrong'),
          )
          const isSame = one === other
          expect(await edge(signature, String(seconds), body, other)).toBe(isSame)
          expect((await verify({ signature, timestamp: String(seconds), body }, [other], at)).ok).toBe(isSame)
        },
      ),
      { seed, numRuns: 60 },
    )
  })

  it('is stricter: the future, another version and capitals are good enough for slack-edge', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: AT - 3_600_000 })
    expect(await edge(SIGNATURE, TIMESTAMP, COMMAND_BODY)).toBe(true)
    expect(await verify({}, [SIGNING_SECRET], AT - 3_600_000)).toEqual(no('too far from now'))
    vi.setSystemTime(AT)
    expect(await edge(SIGNATURE.replace('v0', 'v9'), TIMESTAMP, COMMAND_BODY)).toBe(true)
    expect(await verify({ signature: SIGNATURE.replace('v0', 'v9') })).toEqual(no('malformed'))
    const capitals = SIGNATURE.toUpperCase()
    expect(await edge(capitals, TIMESTAMP, COMMAND_BODY)).toBe(true)
    expect(await verify({ signature: capitals })).toEqual(no('malformed'))
  })
})
