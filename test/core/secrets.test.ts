/** Secrets in every form in which they come back, cut anywhere, inside anything. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redaction } from '../../src/core/base/secrets.ts'

const SECRET = 'dT7/+q"é&x=81Zk w\\p0Ga?nB4y'
const clean = redaction([SECRET])

/** Encoders of Node and of the language, none of them the program's own. */
const FORMS: readonly (readonly [form: string, of: (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['in JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
  ['in JSON with escaped slashes', (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
  ['in JSON of ASCII', (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('é', '\\u00e9')],
  ['in a query', (secret) => encodeURIComponent(secret)],
  ['in a form', (secret) => new URLSearchParams({ s: secret }).toString().slice(2)],
  ['in a path', (secret) => encodeURIComponent(secret).toLowerCase()],
  ['in a page', (secret) => page(secret)],
  ['in an attribute of a page', (secret) => page(secret).replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['in base64 for addresses', (secret) => Buffer.from(secret).toString('base64url')],
  ['as a password', (secret) => Buffer.from(`123:${secret}`).toString('base64')],
  ['as a password of another length', (secret) => Buffer.from(`12345:${secret}`).toString('base64')],
  ['as a password of a third length', (secret) => Buffer.from(`1234:${secret}`).toString('base64url')],
  ['in hex', (secret) => Buffer.from(secret).toString('hex')],
  ['in hex, in capitals', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
]

describe('G20 a secret', () => {
  it.each(FORMS)('%s is taken out, wherever it stands', (_, of) => {
    const form = of(SECRET)
    for (const text of [form, `before ${form} after`, `"${form}"`, `${form}${form}`]) {
      expect(longestPiece(clean(text), form)).toBeLessThan(12)
    }
    expect(clean(`before ${form} after`)).toMatch(/^before (MTIz.{0,4})?\[secret\].{0,3} after$/)
  })

  it.each(FORMS)('%s is recognised by any twelve characters of it', (_, of) => {
    const form = of(SECRET)
    // At either end of base64 stand characters that are the neighbour's too.
    for (let from = 8; from + 14 <= form.length - 4; from += 1) {
      expect(clean(`cut: ${form.slice(from, from + 14)}`)).toMatch(/^cut: .{0,2}\[secret\].{0,2}$/)
    }
  })

  it('is found in any case of its letters', () => {
    expect(clean(SECRET.toUpperCase().replace('É', 'é'))).toBe('[secret]')
  })

  it('of eight to eleven characters is taken out whole; a shorter text is none', () => {
    expect(redaction(['s3cret+1'])('x S3CRET+1, s3cret+ s3cret%2B1')).toBe('x [secret], s3cret+ [secret]')
    expect(redaction(['abc', ''])('abc is no secret')).toBe('abc is no secret')
  })

  it('beside another leaves nothing between them, and neither hides the other', () => {
    const two = redaction(['first-secret-of-all', 'of-all-the-others'])
    expect(two('first-secret-of-all-the-others')).toBe('[secret]')
    expect(two('a first-secret-of-all b of-all-the-others c')).toBe('a [secret] b [secret] c')
  })

  it('with the name of the cloud in it does not take that name out of every sentence, and is still found', () => {
    const named = redaction(['my-quantconnect-secret-1'])
    expect(named('QuantConnect refused; check QUANTCONNECT_SECRET.')).toBe(
      'QuantConnect refused; check QUANTCONNECT_SECRET.',
    )
    expect(named('It is my-quantconnect-secret-1, or y-QuantConnect-s.')).toBe('It is [secret], or [secret].')
  })

  it('with half a character in it does not throw', () => {
    expect(redaction(['a-long-secret-\ud800'])('a-long-secret-\ufffd')).toBe('[secret]')
  })

  it('leaves a text without secrets as it is, whatever letters it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        fc.pre(!/(basic|bearer|bot)\W|hooks\.|discord|whs|xox/i.test(text))
        expect(redaction(['a-secret-of-our-own'])(text)).toBe(text)
      }),
    )
  })

  it('of any characters, in any form, cut anywhere, inside any text, is never left with twelve in a row', () => {
    const alone = FORMS.filter(([name]) => !name.startsWith('as a password'))
    const secrets = fc.string({ unit: fc.constantFrom(...'aZ9+/=& "\\%é<~-_'), minLength: 16, maxLength: 60 })
    fc.assert(
      fc.property(secrets, fc.constantFrom(...alone), fc.string(), fc.nat(100), (secret, [, of], around, cut) => {
        const form = of(secret)
        const text = `${around}${form}${around}`.slice(0, around.length + Math.max(12, cut))
        const left = redaction([secret])(text)
        expect(longestPiece(left, form)).toBeLessThan(12 + NEIGHBOURS)
      }),
      { numRuns: 500 },
    )
  })
})

describe('G20 what is secret by its look', () => {
  it.each([
    ['Authorization: Basic MTIzOjAxMjM0NTY3ODlhYmNkZWY=', 'Authorization: Basic [secret]'],
    ['sent "bearer abcdef0123456789.x-y_z"', 'sent "bearer [secret]"'],
    ['POST https://hooks.slack.com/commands/T1/397/96rGlfmi failed', 'POST https://hooks.slack.com/[secret] failed'],
    ['https:\\/\\/hooks.slack.com\\/services\\/T0\\/B0\\/XX', 'https:\\/\\/hooks.slack.com\\/[secret]'],
    ['url=https%3A%2F%2Fhooks.slack.com%2Factions%2FT1', 'url=https%3A%2F%2Fhooks.slack.com%2F[secret]'],
    ['https://discord.com/api/webhooks/1/aB-c?wait=true', 'https://discord.com/api/webhooks/[secret]'],
    ['https://discord.com/api/v10/interactions/1/aB-c/callback', 'https://discord.com/api/v10/interactions/[secret]'],
    ['the key whsec_MfKQ9r8GKYqr and xoxb-1234-5678-abc', 'the key [secret] and [secret]'],
  ])('%s', (text, cleaned) => {
    expect(redaction([])(text)).toBe(cleaned)
  })

  it.each([
    'Send the admin token: "Authorization: Bearer <ADMIN_TOKEN>".',
    'A basic plan, a bearer of news, a bot of ours.',
    'The policy hash is 76645d028758f00d76645d028758f00d76645d028758f00d76645d028758f00d.',
  ])('is not: %s', (text) => {
    expect(redaction([])(text)).toBe(text)
  })
})

function page(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Characters of base64 at either end of a form, which hold bits of what stands beside the secret. */
const NEIGHBOURS = 2

/** The length of the longest part of the form that the text still holds, the mark itself left out. */
function longestPiece(text: string, form: string): number {
  let longest = 0
  for (const part of text.split('[secret]')) {
    for (let from = 0; from < part.length; from += 1) {
      while (from + longest < part.length && form.includes(part.slice(from, from + longest + 1))) longest += 1
    }
  }
  return longest
}
