/** The secrets of the doors as they are set: what is taken, and what is refused when the settings are read. */

import { describe, expect, it } from 'vitest'
import { readConfig, type Settings } from '../../src/config.ts'
import { utf8 } from '../../src/hooks/hmac.ts'

const LOCAL: Settings = {
  QC_USER_ID: '123',
  QC_API_TOKEN: 'abc',
  QC_ORGANIZATION_ID: '5cad178b20a1d52567b534553413b691',
  ADMIN_TOKEN: 'dev-admin-token',
  QC_API_URL: 'http://127.0.0.1:5612/api/v2',
}
const { QC_API_URL: _, ...account } = LOCAL
const DEPLOYED: Settings = { ...account, ADMIN_TOKEN: 'a-long-random-text' }

function problems(settings: Settings): readonly string[] {
  const read = readConfig(settings)
  return read.ok ? [] : read.problems
}

function base64(bytes: number): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes).fill(7)))
}

describe('the secrets of the doors', () => {
  it('may be left out, and then their doors are closed', () => {
    const read = readConfig(LOCAL)
    expect(read).toMatchObject({ ok: true, config: { hooks: { standardWebhooks: [], github: [], quantconnect: [] } } })
  })

  it('are read as keys: the decoded bytes of a Standard Webhooks one, the text of the others', () => {
    const read = readConfig({
      ...DEPLOYED,
      STANDARD_WEBHOOKS_SECRET: `whsec_${base64(24)}, whsec_${base64(64)}`,
      GITHUB_SECRET: 'sixteen letters!,and ünother one 16',
      QUANTCONNECT_SECRET: ' some other letters ',
    })
    if (!read.ok) throw new Error(read.problems.join(' '))
    expect(read.config.hooks).toEqual({
      standardWebhooks: [new Uint8Array(24).fill(7), new Uint8Array(64).fill(7)],
      github: [utf8('sixteen letters!'), utf8('and ünother one 16')],
      quantconnect: [utf8('some other letters')],
    })
  })

  it.each([
    ['STANDARD_WEBHOOKS_SECRET', '', /^STANDARD_WEBHOOKS_SECRET is empty, .*; leave the setting out/],
    ['STANDARD_WEBHOOKS_SECRET', '  ', /is empty/],
    ['STANDARD_WEBHOOKS_SECRET', `whsec_${base64(24)},`, /is empty, or one of its secrets is/],
    ['STANDARD_WEBHOOKS_SECRET', base64(24), /must begin with "whsec_"/],
    ['STANDARD_WEBHOOKS_SECRET', `whsk_${base64(32)}`, /must begin with "whsec_"/],
    ['STANDARD_WEBHOOKS_SECRET', `whsec_${base64(23)}`, /must hold 24 to 64 bytes; it holds 23\./],
    ['STANDARD_WEBHOOKS_SECRET', `whsec_${base64(65)}`, /must hold 24 to 64 bytes; it holds 65\./],
    ['STANDARD_WEBHOOKS_SECRET', 'whsec_', /must hold 24 to 64 bytes; it holds 0\./],
    ['STANDARD_WEBHOOKS_SECRET', `whsec_${base64(32).replace('=', '')}`, /base64 with its padding/],
    ['STANDARD_WEBHOOKS_SECRET', `whsec_${base64(24)} x`, /base64/],
    ['STANDARD_WEBHOOKS_SECRET', `whsec_${'_-'.repeat(16)}`, /base64/],
    ['GITHUB_SECRET', '', /^GITHUB_SECRET is empty/],
    ['GITHUB_SECRET', 'short', /^GITHUB_SECRET must have at least 16 characters\. Make one with: openssl rand -hex 32/],
    ['GITHUB_SECRET', 'a secret that is long enough,short', /at least 16 characters/],
    ['QUANTCONNECT_SECRET', ' , ', /^QUANTCONNECT_SECRET is empty/],
    ['QUANTCONNECT_SECRET', 'fifteen letters', /at least 16 characters/],
  ])('%s = %j is named with what is wrong, and not shown', (name, value, problem) => {
    const found = problems({ ...DEPLOYED, [name]: value })
    expect(found[0]).toMatch(problem)
    for (const part of value.split(',')) if (part.trim().length > 8) expect(found.join(' ')).not.toContain(part.trim())
  })

  it.each([
    ['STANDARD_WEBHOOKS_SECRET', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['GITHUB_SECRET', 'dev-github-secret'],
    ['QUANTCONNECT_SECRET', 'dev-quantconnect-secret'],
  ])('%s = %s works with a sandbox on this machine and is refused everywhere else, even in a list', (name, value) => {
    expect(problems({ ...LOCAL, [name]: value })).toEqual([])
    expect(problems({ ...DEPLOYED, [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name} is a public development secret of \\.dev\\.vars`)),
    ])
    const own = name === 'STANDARD_WEBHOOKS_SECRET' ? `whsec_${base64(32)}` : 'a secret that is our own'
    expect(problems({ ...DEPLOYED, [name]: `${own}, ${value}` })).toHaveLength(1)
  })
})
