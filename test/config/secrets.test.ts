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

  it('a deployed Worker wants an admin token of eight characters, and takes good settings', () => {
    expect(problemsOf({ ...DEPLOYED, ADMIN_TOKEN: 'x'.repeat(7) })).toEqual([
      'ADMIN_TOKEN has fewer than 8 characters. Choose a long one: openssl rand -hex 32',
    ])
    expect(problemsOf({ ...DEPLOYED, ADMIN_TOKEN: 'x'.repeat(8) })).toEqual([])
    expect(problemsOf(DEPLOYED)).toEqual([])
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
