/** The bearer of one project: what it is, for whom it is good, and every way to be wrong. */

import { sign } from '@octokit/webhooks-methods'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bearerOf, verifyBearer } from '../../src/hooks/bearer.ts'
import type { ProofFailure } from '../../src/hooks/failure.ts'
import { fromHex, toHex, utf8 } from '../../src/hooks/hmac.ts'
import { flipped } from './support.ts'

const SECRET = 'dev-quantconnect-secret'
const MALFORMED: ProofFailure = { kind: 'malformed', header: 'authorization' }
const MISMATCH: ProofFailure = { kind: 'mismatch', header: 'authorization' }

/** `printf 23456007 | openssl dgst -sha256 -hmac dev-quantconnect-secret` */
const KNOWN = { projectId: 23_456_007, bearer: '99dcc2f4af2e6a0c673e594a0f8dfafd4d1a6e96ed72e87a42af9df9f7aa2a4b' }

async function failureOf(
  authorization: string | null,
  projectId: number = KNOWN.projectId,
  secrets: readonly string[] = [SECRET],
): Promise<ProofFailure | 'accepted'> {
  const verdict = await verifyBearer(secrets.map(utf8), authorization, projectId)
  return verdict.ok ? 'accepted' : verdict.failure
}

describe('the bearer of a project', () => {
  it('is what openssl makes of the secret and the id', async () => {
    expect(await bearerOf(utf8(SECRET), KNOWN.projectId)).toBe(KNOWN.bearer)
    expect(await failureOf(`Bearer ${KNOWN.bearer}`)).toBe('accepted')
  })

  it('is what another library makes of any secret and id, and good for that project alone', async () => {
    const anId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 16 }), anId, anId, fc.nat(255), async (secret, id, other, bit) => {
        const bearer = (await sign(secret, String(id))).slice('sha256='.length)
        expect(await bearerOf(utf8(secret), id)).toBe(bearer)
        expect(await failureOf(`Bearer ${bearer}`, id, [secret])).toBe('accepted')
        if (other !== id) expect(await failureOf(`Bearer ${bearer}`, other, [secret])).toEqual(MISMATCH)
        const changed = toHex(flipped(fromHex(bearer), bit))
        expect(await failureOf(`Bearer ${changed}`, id, [secret])).toEqual(MISMATCH)
      }),
      { numRuns: 300 },
    )
  })

  it('is taken in any case of its scheme', async () => {
    expect(await failureOf(`bearer ${KNOWN.bearer}`)).toBe('accepted')
    expect(await failureOf(`BEARER ${KNOWN.bearer}`)).toBe('accepted')
  })

  it('outlives a change of the secret for as long as the old one is in the list', async () => {
    expect(await failureOf(`Bearer ${KNOWN.bearer}`, KNOWN.projectId, ['a new secret of ours', SECRET])).toBe(
      'accepted',
    )
    expect(await failureOf(`Bearer ${KNOWN.bearer}`, KNOWN.projectId, ['a new secret of ours'])).toEqual(MISMATCH)
    expect(await failureOf(`Bearer ${KNOWN.bearer}`, KNOWN.projectId, [])).toEqual(MISMATCH)
  })

  it('is not there when the header is absent or empty', async () => {
    expect(await failureOf(null)).toEqual({ kind: 'absent', header: 'authorization' })
    expect(await failureOf('')).toEqual({ kind: 'absent', header: 'authorization' })
  })

  it.each([
    ['in capitals', `Bearer ${KNOWN.bearer.toUpperCase()}`],
    ['truncated', `Bearer ${KNOWN.bearer.slice(0, -1)}`],
    ['with a space after it', `Bearer ${KNOWN.bearer} `],
    ['with two spaces before it', `Bearer  ${KNOWN.bearer}`],
    ['there twice, which arrives joined', `Bearer ${KNOWN.bearer}, Bearer ${KNOWN.bearer}`],
    ['of another scheme', `Basic ${KNOWN.bearer}`],
    ['without a scheme', KNOWN.bearer],
    ['the secret itself', `Bearer ${SECRET}`],
  ])('is refused when it is %s', async (_, authorization) => {
    expect(await failureOf(authorization)).toEqual(MALFORMED)
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    'is for no project with the id %d',
    async (id) => {
      expect(await failureOf(`Bearer ${KNOWN.bearer}`, id)).toEqual({ kind: 'no project' })
      await expect(bearerOf(utf8(SECRET), id)).rejects.toThrow(TypeError)
    },
  )
})
