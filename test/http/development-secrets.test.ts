/** A deployed Worker with a secret of development in any of its settings: no door opens, no run acts, and none shows it. */

import { beforeAll, describe, expect, it } from 'vitest'
import { DEVELOPMENT_SECRETS, PUBLIC_API } from '../../src/config.ts'
import { ask } from '../support/door.ts'
import { type Planted, planted } from '../support/planted.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { problemOf } from '../support/rows.ts'
import { makeWorld, type World } from '../support/world.ts'

const now = Date.now()

/** As if it were deployed: every secret of its own, every address public. */
const DEPLOYED: Planted = planted({
  hooks: 'https://hooks.example.com',
  slackApi: 'https://slack.com/api',
  discordApi: 'https://discord.com/api/v10',
  publicKey: 'ab'.repeat(32),
  receivers: ['https://one.example.com/in?t=1', 'https://two.example.com/in?t=2'],
})
const NAMES = Object.keys(DEPLOYED)

const DOORS = [
  ['GET', '/api/runs'],
  ['GET', '/metrics'],
  ['GET', '/'],
  ['POST', '/hooks'],
  ['POST', '/hooks/github'],
  ['POST', '/hooks/quantconnect'],
  ['POST', '/slack/commands'],
  ['POST', '/discord/interactions'],
] as const

let world: World
beforeAll(async () => {
  world = await makeWorld(DELETE_OLD, staleMany(1))
})

describe('G20 a deployed Worker', () => {
  it('takes settings without any secret of development', async () => {
    const hooks = { SLACK_WEBHOOK_URL: undefined, DISCORD_WEBHOOK_URL: undefined, TEAMS_WEBHOOK_URL: undefined }
    const env = { ...DEPLOYED, ...hooks, QC_API_URL: PUBLIC_API }
    const answer = await ask(world, '/api/runs', { bearer: DEPLOYED.ADMIN_TOKEN, env })
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"runs"')])
  })

  it.each(NAMES)(
    'G20 with any development secret as %s names the setting and does not show the secret',
    async (name) => {
      for (const secret of DEVELOPMENT_SECRETS) {
        const env = { ...DEPLOYED, QC_API_URL: PUBLIC_API, [name]: secret }
        const answer = await ask(world, '/api/runs', { bearer: env.ADMIN_TOKEN, env })
        const { detail } = await problemOf(answer, 503)
        expect(detail).toContain(`${name} is a public development secret of .dev.vars.example.`)
        expect(detail).not.toContain(secret)
      }
    },
  )

  it.each(DOORS)('keeps %s %s closed while it has one', async (method, path) => {
    const env = { ...DEPLOYED, QC_API_URL: PUBLIC_API, GITHUB_SECRET: 'dev-github-secret' }
    const answer = await ask(world, path, { method, bearer: env.ADMIN_TOKEN, env })
    expect(answer.status).toBe(503)
    const text = await answer.text()
    expect(text).toContain('GITHUB_SECRET is a public development secret')
    expect(text).not.toContain('dev-github-secret')
  })

  it('does nothing by itself either while it has one, and its run says which', async () => {
    let calls = 0
    const own = await makeWorld(DELETE_OLD, staleMany(2))
    await own.tick(now)
    own.set({
      env: { ...DEPLOYED, QC_API_URL: PUBLIC_API, GITHUB_SECRET: 'dev-github-secret' },
      fetch: () => Promise.reject(new Error(`Call number ${++calls}.`)),
      outside: () => Promise.reject(new Error(`Call number ${++calls}.`)),
    })
    await own.renew()
    // A deployed Worker takes no time in the future.
    const run = await own.tick(now + 60_000)
    expect(run).toMatchObject({ status: 'failed', counts: { acted: 0 } })
    expect(run.message).toMatch(/^Nothing was done\. .*GITHUB_SECRET is a public development secret/)
    expect(JSON.stringify(run)).not.toContain('dev-github-secret')
    expect(calls).toBe(0)
    expect((await own.projects()).length).toBe(2)
  })
})
