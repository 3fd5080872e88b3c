/** `npm run chat:register`, against a stand-in of Discord's API: what is registered where, and what is said when it is not. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commandList } from '../../src/discord/commands.ts'
import { startStandins } from '../support/node/standins.ts'
import { run } from './support.ts'

const APPLICATION = '1000000000000000001'
const GUILD = '1400000000000000001'
const TOKEN = 'stand-in-bot-token'

let standins: Awaited<ReturnType<typeof startStandins>>
let world: string
let settings: Record<string, string>
let next = 1

beforeAll(async () => {
  standins = await startStandins()
})
beforeEach(() => {
  world = `${standins.url}/w/${next++}`
  settings = {
    DISCORD_APPLICATION_ID: APPLICATION,
    DISCORD_BOT_TOKEN: TOKEN,
    DISCORD_API_URL: `${world}/discord/api/v10`,
  }
})
afterAll(() => standins.close())

async function control(path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${world}/_standin/discord/${path}`, { method: 'POST', body: JSON.stringify(body) })
  return answer.json()
}

interface Seen {
  readonly commands: { readonly [scope: string]: unknown }
  readonly requests: readonly { readonly method: string; readonly path: string }[]
}

async function seen(): Promise<Seen> {
  return (await control('state', {})) as Seen
}

/** Without a settings file, so that nothing of this machine's takes part. */
function register(args: readonly string[] = [], env: Record<string, string> = settings) {
  return run('chat-register', [...args, '--env', '/dev/null'], env)
}

describe('npm run chat:register', () => {
  it('registers every command everywhere, with one request, and says how to invite the application', async () => {
    const { code, out } = await register()
    expect(code).toBe(0)
    const [done, invite] = out.split('\n')
    expect(done).toBe('/sweep is registered in every server where the application is.')
    expect(invite).toBe(
      `To invite the application to a server, open https://discord.com/oauth2/authorize?client_id=${APPLICATION}&scope=bot+applications.commands&permissions=19456`,
    )
    const { commands, requests } = await seen()
    expect(commands).toEqual({ [`applications/${APPLICATION}/commands`]: commandList('everywhere') })
    expect(requests).toHaveLength(1)
  })

  it('registers in one server, twice as well as once, and as JSON for programs', async () => {
    for (const time of [1, 2]) {
      const { code, json } = await register(['--guild', GUILD, '--json'])
      expect([time, code, json()]).toEqual([
        time,
        0,
        { scope: { guildId: GUILD }, commands: commandList('in one server') },
      ])
    }
    expect((await seen()).commands).toEqual({
      [`applications/${APPLICATION}/guilds/${GUILD}/commands`]: commandList('in one server'),
    })
  })

  it('takes the commands away again', async () => {
    await register(['--guild', GUILD])
    const { code, out } = await register(['--guild', GUILD, '--remove'])
    expect([code, out]).toEqual([0, `/sweep is gone in the server ${GUILD}.\n`])
    expect((await seen()).commands).toEqual({ [`applications/${APPLICATION}/guilds/${GUILD}/commands`]: [] })
  })

  it('sends nothing on a dry run and shows what it would send, without the token', async () => {
    const { code, out, err } = await register(['--guild', GUILD, '--dry-run'])
    expect([code, err]).toEqual([0, 'Nothing was sent.\n'])
    const [line, ...rest] = out.split('\n')
    expect(line).toBe(`PUT ${settings.DISCORD_API_URL}/applications/${APPLICATION}/guilds/${GUILD}/commands`)
    expect(JSON.parse(rest.slice(3).join('\n'))).toEqual(commandList('in one server'))
    expect(out).not.toContain(TOKEN)
    const json = await register(['--dry-run', '--json', '--remove'])
    expect(json.json()).toEqual({
      method: 'PUT',
      url: `${settings.DISCORD_API_URL}/applications/${APPLICATION}/commands`,
      body: [],
    })
    expect((await seen()).requests).toEqual([])
  })

  it('shows on a dry run also what is missing of the settings', async () => {
    const { code, out, err } = await register(['--dry-run'], {})
    expect(code).toBe(0)
    expect(out).toMatch(/^PUT https:\/\/discord\.com\/api\/v10\/applications\/\{DISCORD_APPLICATION_ID\}\/commands\n/)
    expect(err).toMatch(/^Nothing was sent\. DISCORD_APPLICATION_ID is missing: .* DISCORD_BOT_TOKEN is missing: /)
  })

  it.each<[string, object, readonly string[], RegExp]>([
    [
      'a token that is not accepted',
      { botToken: 'x' },
      [],
      /^Discord answered 401, code 0: it does not accept DISCORD_BOT_TOKEN\. Make a new one/m,
    ],
    [
      'the id of another application',
      { applicationId: '1000000000000000002' },
      [],
      /^Discord answered 403, code 20012: DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN are not of the same application\./m,
    ],
    [
      'a server where it is not',
      {},
      ['--guild', '1400000000000000002'],
      /^Discord answered 403, code 50001: the application is not in the server 1400000000000000002\. .* invite it first: https:\S+client_id=1000000000000000001&/m,
    ],
    [
      'too many requests',
      { faults: [{ of: 'PUT', status: 429, body: { retry_after: 61.2 } }] },
      [],
      /^Discord answered 429: too many requests\. Try again in 62 seconds\./m,
    ],
    ['an outage', { faults: [{ of: 'PUT', status: 503 }] }, [], /^Discord answered 503\. Try again later\./m],
    [
      'a list that it does not take',
      { faults: [{ of: 'PUT', status: 400, body: { code: 50_035 } }] },
      [],
      /^Discord answered 400, code 50035: it does not take the commands\./m,
    ],
    [
      'a connection that breaks off',
      { faults: [{ of: 'PUT', lostAfter: true }] },
      [],
      /^http:\/\/127\.0\.0\.1:\d+\S+ does not answer: .*\. Running it again does no harm\./m,
    ],
  ])('ends with 2 and what to do at %s', async (_, set, args, message) => {
    await control('set', set)
    const { code, out, err } = await register(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
    expect(err).not.toContain(TOKEN)
  })

  it.each<[readonly string[], Record<string, string>, RegExp]>([
    [
      [],
      {},
      /^DISCORD_APPLICATION_ID is missing: "Application ID" .* DISCORD_BOT_TOKEN is missing: .* Put it into \.dev\.vars/,
    ],
    [
      [],
      { DISCORD_APPLICATION_ID: 'leansweep', DISCORD_BOT_TOKEN: TOKEN },
      /^DISCORD_APPLICATION_ID must be an id: 15 to 20 digits\./,
    ],
    [
      [],
      { DISCORD_APPLICATION_ID: APPLICATION, DISCORD_BOT_TOKEN: `Bot ${TOKEN}` },
      /^DISCORD_BOT_TOKEN must be the token alone/,
    ],
    [
      [],
      { DISCORD_APPLICATION_ID: APPLICATION, DISCORD_BOT_TOKEN: TOKEN, DISCORD_API_URL: 'http://discord.example' },
      /^DISCORD_API_URL must be an https address/,
    ],
    [['--guild', 'our server'], {}, /^--guild takes the id of a server, 15 to 20 digits, not "our server"\.\n\n/],
    [['everywhere'], {}, /^"everywhere" is not expected here\.\n\n/],
    [['--gild', GUILD], {}, /^Unknown option '--gild'\. Did you mean --guild\?\n\n/],
  ])('%j %j ends with 2 and says what is wrong', async (args, env, message) => {
    const { code, out, err } = await register(args, env)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
    expect(err).not.toContain(TOKEN)
  })

  it('has help that explains it', async () => {
    const { code, out, err } = await register(['--help'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/--guild ID .*--dry-run .*Exit codes: 0 .* 2 /s)
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  })
})
