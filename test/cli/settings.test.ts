/** The settings of development: the same wherever they are written, so that scripts can be written against them. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { developmentSecrets, root } from '../../src/cli/settings.ts'
import { readConfig } from '../../src/config.ts'

const example = parseEnv(readFileSync(join(root, '.dev.vars.example'), 'utf8'))

describe('the settings of development', () => {
  it('are those of .dev.vars.example, which fit a sandbox as they stand', () => {
    const { QC_API_URL, ...secrets } = example
    expect(secrets).toEqual(developmentSecrets)
    expect(readConfig(example)).toMatchObject({ ok: true, config: { development: true } })
  })

  it('are refused by a Worker that talks to QuantConnect, each secret by its name', () => {
    const read = readConfig({ ...example, QC_API_URL: undefined } as never)
    const named = read.ok ? [] : read.problems.map((problem) => problem.split(' ')[0])
    // The token of development is public, and too short as well.
    expect([...new Set(named)].sort()).toEqual([
      'ADMIN_TOKEN',
      'DISCORD_PUBLIC_KEY',
      'GITHUB_SECRET',
      'QUANTCONNECT_SECRET',
      'SLACK_SIGNING_SECRET',
      'STANDARD_WEBHOOKS_SECRET',
    ])
  })
})
