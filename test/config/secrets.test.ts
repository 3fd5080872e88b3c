/** The development secrets are known to everybody: a deployed Worker refuses each of them, in every setting. */

import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { DEVELOPMENT_SECRETS, readConfig, type Settings, secretsOf } from '../../src/config.ts'

/** Settings of a deployed Worker, every secret one filled in. */
const DEPLOYED: { readonly [name: string]: string } = {
  QC_USER_ID: '123',
  QC_API_TOKEN: '0f'.repeat(32),
  QC_ORGANIZATION_ID: '5cad178b20a1d52567b534553413b691',
  ADMIN_TOKEN: 'a1'.repeat(32),
}
const SECRET_NAMES = ['QC_API_TOKEN', 'ADMIN_TOKEN', 'STANDARD_WEBHOOKS_SECRET', 'A_SETTING_OF_TOMORROW']

function problemsOf(settings: object): readonly string[] {
  const read = readConfig(settings as Settings)
  return read.ok ? [] : read.problems
}

describe('the development secrets', () => {
  const cases = DEVELOPMENT_SECRETS.flatMap((secret) => SECRET_NAMES.map((name) => [secret, name] as const))

  it.each(cases)('%s as %s are refused by a deployed Worker, and not repeated', (secret, name) => {
    for (const value of [secret, secret.toUpperCase(), ` ${secret}`, `another-secret-${'x'.repeat(32)} ${secret}`]) {
      const problems = problemsOf({ ...DEPLOYED, [name]: value })
      expect(problems).toContain(`${name} is a public development secret of .dev.vars.example. Choose one of your own.`)
      expect(problems.join(' ')).not.toContain(secret)
    }
  })

  it.each(cases)('%s as %s are taken beside a sandbox of this machine', (secret, name) => {
    for (const url of ['http://127.0.0.1:5612/api/v2', 'http://localhost:5612/api/v2', 'http://[::1]:5612/api/v2']) {
      const problems = problemsOf({ ...DEPLOYED, QC_API_URL: url, [name]: secret })
      expect(problems.filter((problem) => problem.includes('development secret'))).toEqual([])
    }
  })

  it('hold all that the example file of settings prints', async () => {
    const example = await readFile('.dev.vars.example', 'utf8')
    const assigned = [...example.matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ])
    const shown = ['QC_USER_ID', 'QC_API_TOKEN', 'QC_ORGANIZATION_ID', 'QC_API_URL']
    const secret = assigned.filter(([name = '']) => !shown.includes(name))
    expect(secret.length).toBeGreaterThan(4)
    expect(secret.filter(([, value = '']) => !DEVELOPMENT_SECRETS.includes(value))).toEqual([])
  })

  it.each(['https://127.0.0.1.example.com/api/v2', 'https://localhost.example.com/api/v2', undefined])(
    'are refused with the API at %s',
    (url) => {
      expect(problemsOf({ ...DEPLOYED, QC_API_URL: url, ADMIN_TOKEN: 'dev-admin-token' }).join(' ')).toMatch(
        /ADMIN_TOKEN is a public development secret/,
      )
    },
  )

  it.each(['ADMIN_TOKEN', 'READ_TOKEN'])('%s has at least sixteen characters and no blank', (name) => {
    const url = { QC_API_URL: 'http://127.0.0.1:5612/api/v2' }
    for (const base of [DEPLOYED, { ...DEPLOYED, ...url }]) {
      expect(problemsOf({ ...base, [name]: 'x'.repeat(15) })).toEqual([
        `${name} has fewer than 16 characters. Make one with: openssl rand -hex 32`,
      ])
      const blanks = problemsOf({ ...base, [name]: 'one long enough but with blanks' }).join(' ')
      expect(blanks).toContain(
        name === 'ADMIN_TOKEN' ? 'ADMIN_TOKEN has a blank in it.' : 'READ_TOKEN has fewer than 16',
      )
      expect(problemsOf({ ...base, [name]: 'x'.repeat(16) })).toEqual([])
      expect(problemsOf({ ...base, [name]: `${'x'.repeat(16)}, ${'y'.repeat(16)}` })).toEqual([])
    }
    expect(problemsOf(DEPLOYED)).toEqual([])
  })

  it('no more than two admin tokens are good at a time', () => {
    const three = ['x', 'y', 'z'].map((letter) => letter.repeat(16)).join(',')
    expect(problemsOf({ ...DEPLOYED, ADMIN_TOKEN: three }).join(' ')).toMatch(/^ADMIN_TOKEN has more than 2 tokens/)
  })

  it.each([
    ['ADMIN_TOKEN', 'READ_TOKEN'],
    ['ADMIN_TOKEN', 'QC_API_TOKEN'],
    ['GITHUB_SECRET', 'QUANTCONNECT_SECRET'],
    ['GITHUB_SECRET', 'QC_ORGANIZATION_ID'],
    ['SLACK_SIGNING_SECRET', 'GITHUB_SECRET'],
  ])('%s is not also %s, not even as one of two', (name, other) => {
    const same = '5cad178b20a1d52567b534553413b691'
    const base = { ...DEPLOYED, [other]: same }
    for (const value of [same, `another-one-that-is-long, ${same}`]) {
      if (name === 'SLACK_SIGNING_SECRET' && value !== same) continue
      const said = problemsOf({ ...base, [name]: value }).join(' ')
      expect(said).toContain('have the same value')
      expect(said).toContain(name)
      expect(said).not.toContain(same)
    }
  })
})

describe('addresses of APIs', () => {
  const REAL = {
    QC_API_URL: 'https://www.quantconnect.com/api/v2',
    SLACK_API_URL: 'https://slack.com/api',
    DISCORD_API_URL: 'https://discord.com/api/v10',
  }

  it.each(Object.entries(REAL))('%s is at its own host, on this machine, or where a setting says', (name, real) => {
    const elsewhere = 'https://api.example.net/x'
    expect(problemsOf({ ...DEPLOYED, [name]: real })).toEqual([])
    expect(
      problemsOf({ ...DEPLOYED, QC_API_URL: 'http://127.0.0.1:1/api/v2', [name]: 'http://127.0.0.1:1/x' }),
    ).toEqual([])
    for (const wrong of [elsewhere, real.replace('.com', '.com.example.net'), real.replace('https://', 'https://x')]) {
      expect(problemsOf({ ...DEPLOYED, [name]: wrong }).join(' ')).toMatch(
        new RegExp(`${name} must be at .*; for another host set ALLOW_API_HOSTS to its name\\.`),
      )
    }
    expect(problemsOf({ ...DEPLOYED, [name]: elsewhere, ALLOW_API_HOSTS: 'other.example, api.example.net' })).toEqual(
      [],
    )
  })
})

describe('G20 the secrets of the settings', () => {
  it('are all but those that may be shown, each part of a list, and of addresses the keys in them', () => {
    const env = {
      ...DEPLOYED,
      PACE_MS: '250',
      LOG: { get: () => null },
      TWO_SECRETS: 'first-secret, second-secret',
      A_WEBHOOK: 'https://me:pass-word@hooks.example.com/services/T0123ABC9/kEyOfTheHook?token=q-token-1',
    }
    expect(new Set(secretsOf(env))).toEqual(
      new Set([
        DEPLOYED.QC_API_TOKEN,
        DEPLOYED.ADMIN_TOKEN,
        'first-secret, second-secret',
        'first-secret',
        'second-secret',
        'me',
        'pass-word',
        'T0123ABC9',
        'kEyOfTheHook',
        'q-token-1',
      ]),
    )
  })

  it('are never part of what is said about wrong settings', () => {
    const planted = 'planted-secret-0123456789'
    const wrong = { ...DEPLOYED, QC_USER_ID: 'me', PACE_MS: 'x', QC_API_URL: 'http://api.example.com' }
    for (const name of SECRET_NAMES) {
      expect(problemsOf({ ...wrong, [name]: planted }).join(' ')).not.toContain(planted)
    }
  })
})
