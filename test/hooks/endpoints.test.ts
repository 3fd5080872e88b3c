/** Where events are sent, as it is set: what is taken, and what is refused without repeating it. */

import { describe, expect, it } from 'vitest'
import { readConfig, type Settings } from '../../src/config.ts'
import { toBase64 } from '../../src/hooks/hmac.ts'
import { SECRETS } from '../support/receiver.ts'

const DEPLOYED: Settings = {
  QC_USER_ID: '123',
  QC_API_TOKEN: 'the token of an account',
  QC_ORGANIZATION_ID: '5cad178b20a1d52567b534553413b691',
  ADMIN_TOKEN: 'a-long-random-text',
}
const LOCAL: Settings = { ...DEPLOYED, QC_API_URL: 'http://127.0.0.1:5612/api/v2' }
const [ONE, TWO, THREE] = SECRETS
const URL = 'https://hooks.example.com/a-secret-path-8271?key=a-secret-value-9912'

function problems(settings: Settings): readonly string[] {
  const read = readConfig(settings)
  return read.ok ? [] : read.problems
}

function endpoints(settings: Settings) {
  const read = readConfig(settings)
  if (!read.ok) throw new Error(read.problems.join(' '))
  return read.config.webhooks.map(({ url, keys }) => ({ url, keys: keys.map((key) => `whsec_${toBase64(key)}`) }))
}

describe('the addresses of webhooks', () => {
  it('may be left out', () => {
    expect(endpoints(DEPLOYED)).toEqual([])
    expect(endpoints({ ...DEPLOYED, WEBHOOK_URLS: ' ', WEBHOOK_SIGNING_SECRETS: '' })).toEqual([])
  })

  it.each([
    ['spaces', ' '],
    ['commas', ','],
    ['commas and lines', ',\n  '],
  ])('are separated by %s, each with the secret in the same place', (_, between) => {
    const urls = [URL, 'https://other.example/'].join(between)
    expect(endpoints({ ...DEPLOYED, WEBHOOK_URLS: urls, WEBHOOK_SIGNING_SECRETS: [ONE, TWO].join(between) })).toEqual([
      { url: URL, keys: [ONE] },
      { url: 'https://other.example/', keys: [TWO] },
    ])
  })

  it('have two secrets each while one is changed, the new one first', () => {
    const settings = { ...DEPLOYED, WEBHOOK_URLS: URL, WEBHOOK_SIGNING_SECRETS: `${TWO}|${ONE}` }
    expect(endpoints(settings)).toEqual([{ url: URL, keys: [TWO, ONE] }])
  })

  it('are on this machine over http only beside a sandbox', () => {
    for (const url of ['http://127.0.0.1:9000/in', 'http://localhost/in', 'http://[::1]:9000/']) {
      const settings = { WEBHOOK_URLS: url, WEBHOOK_SIGNING_SECRETS: ONE }
      expect(endpoints({ ...LOCAL, ...settings })).toEqual([{ url, keys: [ONE] }])
      expect(problems({ ...DEPLOYED, ...settings })).toHaveLength(1)
    }
    const elsewhere = { WEBHOOK_URLS: 'http://hooks.example.com/', WEBHOOK_SIGNING_SECRETS: ONE }
    expect(problems({ ...LOCAL, ...elsewhere })).toHaveLength(1)
  })

  it.each([
    ['an address without a secret', URL, '', /has 1 addresses and WEBHOOK_SIGNING_SECRETS has 0/],
    ['a secret without an address', '', ONE, /has 0 addresses and WEBHOOK_SIGNING_SECRETS has 1/],
    ['two addresses and one secret', `${URL} ${URL}2`, ONE, /has 2 addresses and WEBHOOK_SIGNING_SECRETS has 1/],
    ['what is no address', 'hooks.example.com', ONE, /^WEBHOOK_URLS, number 1, must be an address/],
    ['http', URL.replace('https', 'http'), ONE, /^WEBHOOK_URLS, number 1, must be an https address/],
    ['another protocol', 'ftp://hooks.example.com', ONE, /^WEBHOOK_URLS, number 1, must be/],
    ['a password', 'https://me:a-secret-word@hooks.example.com/', ONE, /number 1, must have no name or password/],
    ['the same address twice', `${URL} ${URL}`, `${ONE} ${TWO}`, /^WEBHOOK_URLS, number 2, is there twice/],
    ['the same secret twice', `${URL} ${URL}2`, `${ONE} ${ONE}`, /SECRETS, number 2, is used elsewhere as well/],
    [
      'an old secret that is another address’s',
      `${URL} ${URL}2`,
      `${ONE} ${TWO}|${ONE}`,
      /number 2, is used elsewhere/,
    ],
    ['three secrets', URL, `${ONE}|${TWO}|${THREE}`, /number 1, has more than two secrets/],
    ['an empty secret beside another', URL, `${ONE}|`, /number 1, is empty/],
    ['a secret that is no whsec_', URL, ONE.slice(6), /number 1, must begin with "whsec_"/],
    ['a secret without its padding', URL, ONE.replace('=', ''), /number 1, must have base64 with its padding/],
    ['a short secret', URL, 'whsec_c2hvcnQ=', /number 1, must hold 24 to 64 bytes; it holds 5/],
    ['a secret with which others sign for us', URL, THREE, /number 1, is used elsewhere as well/],
  ])('are refused: %s', (_, urls, secrets, message) => {
    const given = { WEBHOOK_URLS: urls, WEBHOOK_SIGNING_SECRETS: secrets, STANDARD_WEBHOOKS_SECRET: THREE }
    const said = problems({ ...DEPLOYED, ...given })
    expect(said.filter((problem) => message.test(problem))).toHaveLength(1)
    const all = said.join(' ')
    for (const secret of ['a-secret', ONE.slice(6, 20), TWO.slice(6, 20), THREE.slice(6, 20)]) {
      expect(all).not.toContain(secret)
    }
  })

  it('are refused with a public development secret in a deployed Worker, also as the old one of two', () => {
    const known = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    for (const secrets of [known, `${ONE}|${known}`]) {
      const said = problems({ ...DEPLOYED, WEBHOOK_URLS: URL, WEBHOOK_SIGNING_SECRETS: secrets })
      expect(said).toEqual([
        'WEBHOOK_SIGNING_SECRETS is a public development secret of .dev.vars.example. Choose one of your own.',
      ])
    }
  })
})
