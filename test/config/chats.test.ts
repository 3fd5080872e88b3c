/** The settings of chats: what is taken, and what is refused when the settings are read, without showing a secret. */

import { describe, expect, it } from 'vitest'
import { type Config, readConfig, type Settings, secretsOf } from '../../src/config.ts'

const LOCAL: Settings = {
  QC_USER_ID: '123',
  QC_API_TOKEN: 'abc',
  QC_ORGANIZATION_ID: '5cad178b20a1d52567b534553413b691',
  ADMIN_TOKEN: 'dev-admin-token',
  QC_API_URL: 'http://127.0.0.1:5612/api/v2',
}
const { QC_API_URL: _, ...account } = LOCAL
const DEPLOYED: Settings = { ...account, ADMIN_TOKEN: 'a-long-random-text' }
const KEY = 'ab'.repeat(32)
const DEVELOPMENT_KEY = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025'
const DISCORD = {
  DISCORD_PUBLIC_KEY: KEY,
  DISCORD_APPLICATION_ID: '1000000000000000001',
  DISCORD_BOT_TOKEN: 'MTAw.GabCde.a-long-token-of-a-bot',
  DISCORD_CHANNEL: '1100000000000000001',
}

function config(more: Settings, from = DEPLOYED): Config {
  const read = readConfig({ ...from, ...more })
  if (!read.ok) throw new Error(read.problems.join(' '))
  return read.config
}

function problems(more: Settings, from = DEPLOYED): readonly string[] {
  const read = readConfig({ ...from, ...more })
  return read.ok ? [] : read.problems
}

describe('the settings of Discord', () => {
  it('may be left out: the door is closed and nothing is posted', () => {
    expect(config({}).discord).toEqual({
      apiUrl: 'https://discord.com/api/v10',
      publicKeys: [],
      applicationIds: [],
      guilds: [],
      bot: null,
    })
  })

  it('are read, the key in lower case', () => {
    expect(config({ ...DISCORD, DISCORD_PUBLIC_KEY: ` ${KEY.toUpperCase()}` }).discord).toEqual({
      apiUrl: 'https://discord.com/api/v10',
      publicKeys: [KEY],
      applicationIds: [DISCORD.DISCORD_APPLICATION_ID],
      guilds: [],
      bot: { token: DISCORD.DISCORD_BOT_TOKEN, channelId: DISCORD.DISCORD_CHANNEL },
    })
  })

  it('name servers whose members are answered, by their ids', () => {
    const guilds = '1100000000000000001, 1100000000000000002'
    expect(config({ ...DISCORD, DISCORD_GUILD_ID: guilds }).discord.guilds).toEqual(guilds.split(', '))
    for (const wrong of ['acme', '1', '1100000000000000001 x']) {
      expect(problems({ ...DISCORD, DISCORD_GUILD_ID: wrong })).toEqual([
        expect.stringMatching(/^DISCORD_GUILD_ID must be/),
      ])
    }
  })

  it('may be the key alone: commands work, and no cards are posted', () => {
    expect(config({ DISCORD_PUBLIC_KEY: KEY }).discord).toMatchObject({ publicKeys: [KEY], bot: null })
  })

  it.each<[Settings, RegExp]>([
    [{ DISCORD_PUBLIC_KEY: KEY.slice(1) }, /^DISCORD_PUBLIC_KEY must be 64 characters of 0-9 and a-f/],
    [{ DISCORD_PUBLIC_KEY: 'g'.repeat(64) }, /^DISCORD_PUBLIC_KEY must be 64/],
    [{ DISCORD_APPLICATION_ID: 'leansweep' }, /^DISCORD_APPLICATION_ID must be an id/],
    [{ ...DISCORD, DISCORD_CHANNEL: '#ops' }, /^DISCORD_CHANNEL must be an id/],
    [
      { ...DISCORD, DISCORD_BOT_TOKEN: `Bot ${DISCORD.DISCORD_BOT_TOKEN}` },
      /^DISCORD_BOT_TOKEN must be the token alone/,
    ],
    [{ ...DISCORD, DISCORD_BOT_TOKEN: '' }, /^DISCORD_CHANNEL is set and DISCORD_BOT_TOKEN is missing/],
    [{ ...DISCORD, DISCORD_PUBLIC_KEY: '' }, /^DISCORD_CHANNEL is set and DISCORD_PUBLIC_KEY is missing: no button/],
    [{ DISCORD_API_URL: 'http://discord.com/api/v10' }, /^DISCORD_API_URL must be an https address/],
    [{ DISCORD_API_URL: 'http://127.0.0.1:1/api/v10' }, /^DISCORD_API_URL must be an https address/],
  ])('%j is named with what is wrong', (settings, problem) => {
    const found = problems(settings)
    expect(found).toEqual([expect.stringMatching(problem)])
    expect(found.join()).not.toContain(DISCORD.DISCORD_BOT_TOKEN)
  })

  it('the public key of development works with a sandbox on this machine and is refused everywhere else', () => {
    expect(problems({ DISCORD_PUBLIC_KEY: DEVELOPMENT_KEY }, LOCAL)).toEqual([])
    for (const key of [DEVELOPMENT_KEY, DEVELOPMENT_KEY.toUpperCase()]) {
      expect(problems({ DISCORD_PUBLIC_KEY: key })).toEqual([
        expect.stringMatching(/^DISCORD_PUBLIC_KEY is a public development secret/),
      ])
    }
  })

  it('may point at a stand-in on this machine beside a sandbox', () => {
    expect(config({ DISCORD_API_URL: 'http://127.0.0.1:1/api/v10/' }, LOCAL).discord.apiUrl).toBe(
      'http://127.0.0.1:1/api/v10',
    )
  })
})

describe('the settings of Slack', () => {
  const SECRET = '0123456789abcdef0123456789abcdef'
  const SLACK = { SLACK_SIGNING_SECRET: SECRET, SLACK_BOT_TOKEN: 'xoxb-1-2-a-Token', SLACK_CHANNEL: 'C0123456789' }

  it('may be left out: the doors are closed and nothing is posted', () => {
    expect(config({}).slack).toEqual({
      apiUrl: 'https://slack.com/api',
      signingSecrets: [],
      teams: [],
      bot: null,
    })
  })

  it('are read, several signing secrets in their order', () => {
    expect(config({ ...SLACK, SLACK_SIGNING_SECRET: `${SECRET}, old0${SECRET}` }).slack).toEqual({
      apiUrl: 'https://slack.com/api',
      signingSecrets: [SECRET, `old0${SECRET}`],
      teams: [],
      bot: { token: SLACK.SLACK_BOT_TOKEN, channelId: SLACK.SLACK_CHANNEL },
    })
  })

  it('name workspaces and organizations whose requests are answered, by their ids', () => {
    expect(config({ ...SLACK, SLACK_TEAM_ID: ' T0123456789, E0123456789' }).slack.teams).toEqual([
      'T0123456789',
      'E0123456789',
    ])
    for (const wrong of ['acme', 't0123456789', 'T1', 'C0123456789', 'T0123456789 E0123456789']) {
      expect(problems({ ...SLACK, SLACK_TEAM_ID: wrong })).toEqual([expect.stringMatching(/^SLACK_TEAM_ID must be/)])
    }
  })

  it('may be the secret alone: commands work, and no cards are posted', () => {
    expect(config({ SLACK_SIGNING_SECRET: SECRET }).slack).toMatchObject({ signingSecrets: [SECRET], bot: null })
  })

  it.each<[Settings, RegExp]>([
    [{ SLACK_SIGNING_SECRET: `${SECRET},` }, /^SLACK_SIGNING_SECRET must be the "Signing Secret"/],
    [{ ...SLACK, SLACK_SIGNING_SECRET: 'short' }, /^SLACK_SIGNING_SECRET must be the "Signing Secret"/],
    [{ SLACK_BOT_TOKEN: 'xoxp-1-2-a-Token' }, /^SLACK_BOT_TOKEN must be the "Bot User OAuth Token"/],
    [{ ...SLACK, SLACK_CHANNEL: '#ops' }, /^SLACK_CHANNEL must be the id of a channel/],
    [{ ...SLACK, SLACK_BOT_TOKEN: '' }, /^SLACK_CHANNEL is set and SLACK_BOT_TOKEN is missing/],
    [{ ...SLACK, SLACK_SIGNING_SECRET: '' }, /^SLACK_CHANNEL is set and SLACK_SIGNING_SECRET is missing: no button/],
    [{ SLACK_API_URL: 'http://127.0.0.1:1/api' }, /^SLACK_API_URL must be an https address/],
    [
      { SLACK_WEBHOOK_URL: 'https://hooks.slack.com.evil.example/x' },
      /^SLACK_WEBHOOK_URL must be at hooks\.slack\.com/,
    ],
  ])('%j is named with what is wrong', (settings, problem) => {
    const found = problems(settings)
    expect(found).toEqual([expect.stringMatching(problem)])
    for (const secret of [SECRET, 'a-Token']) expect(found.join()).not.toContain(secret)
  })

  it('the signing secret of development works with a sandbox on this machine and is refused everywhere else', () => {
    const known = { SLACK_SIGNING_SECRET: `${SECRET},8f742231b10e8888abcd99yyyzzz85a5` }
    expect(problems(known, LOCAL)).toEqual([])
    expect(problems(known)).toEqual([expect.stringMatching(/^SLACK_SIGNING_SECRET is a public development secret/)])
  })
})

describe('incoming webhooks', () => {
  const URLS = {
    SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T0123456789/B0123456789/a-Long_Token0',
    DISCORD_WEBHOOK_URL: 'https://discord.com/api/webhooks/1100000000000000001/a-Long_Token0',
    TEAMS_WEBHOOK_URL:
      'https://prod-12.westeurope.logic.azure.com:443/workflows/0123456789abcdef/triggers/manual?sig=a-Long_Signature0',
  } as const

  it('are read in the order in which people see them', () => {
    expect(config(URLS).notify).toEqual([
      { kind: 'slack', url: URLS.SLACK_WEBHOOK_URL },
      { kind: 'discord', url: URLS.DISCORD_WEBHOOK_URL },
      { kind: 'teams', url: URLS.TEAMS_WEBHOOK_URL.replace(':443', '') },
    ])
    expect(config({}).notify).toEqual([])
  })

  it.each<[keyof Settings, string, RegExp]>([
    ['DISCORD_WEBHOOK_URL', 'http://discord.com/api/webhooks/1/S3cret-part', /must be an https address/],
    ['DISCORD_WEBHOOK_URL', 'discord.com/api/webhooks/1/S3cret-part', /must be an address/],
    [
      'DISCORD_WEBHOOK_URL',
      'https://evildiscord.com/api/webhooks/1/S3cret-part',
      /must be at discord\.com or discordapp\.com\./,
    ],
    [
      'DISCORD_WEBHOOK_URL',
      'https://discord.com.evil.example/S3cret-part',
      /must be at discord\.com or discordapp\.com\./,
    ],
    ['DISCORD_WEBHOOK_URL', 'https://me:S3cret-part@discord.com/', /must have no name or password/],
    [
      'TEAMS_WEBHOOK_URL',
      'https://acme.webhook.office.com/webhookb2/S3cret-part',
      /is of an Office 365 connector, and those are switched off/,
    ],
    [
      'TEAMS_WEBHOOK_URL',
      'https://hooks.slack.com/services/S3cret-part',
      /must be of a workflow in Teams, not of another chat/,
    ],
    ['TEAMS_WEBHOOK_URL', 'javascript:alert("S3cret-part")', /must be an address/],
  ])('%s = %s is refused, and not shown', (name, url, problem) => {
    const found = problems({ [name]: url })
    expect(found).toEqual([expect.stringMatching(problem)])
    expect(found[0]).toMatch(new RegExp(`^${name} `))
    expect(found.join()).not.toContain('S3cret-part')
  })

  it('may be http on this machine beside a sandbox', () => {
    expect(problems({ TEAMS_WEBHOOK_URL: 'http://127.0.0.1:1/teams' }, LOCAL)).toEqual([])
    expect(problems({ TEAMS_WEBHOOK_URL: 'http://127.0.0.1:1/teams' })).toHaveLength(1)
    expect(problems({ TEAMS_WEBHOOK_URL: 'http://10.0.0.1/teams' }, LOCAL)).toHaveLength(1)
  })

  it('are secrets as a whole: what is secret in them is taken out of every text', () => {
    const secrets = secretsOf(URLS)
    expect(secrets).toEqual(expect.arrayContaining(['a-Long_Token0', 'a-Long_Signature0']))
  })
})

describe('PUBLIC_URL', () => {
  it('is where links of messages lead, without a slash at its end', () => {
    expect(config({ PUBLIC_URL: 'https://sweep.example/' }).publicUrl).toBe('https://sweep.example')
    expect(config({}).publicUrl).toBeNull()
    expect(config({ PUBLIC_URL: 'http://localhost:8787' }, LOCAL).publicUrl).toBe('http://localhost:8787')
  })

  it.each([
    'http://sweep.example',
    'sweep.example',
    'https://sweep.example/leansweep',
    'https://sweep.example/?a=b',
    'https://a:b@sweep.example',
  ])('%s is refused with what it should be', (url) => {
    expect(problems({ PUBLIC_URL: url })).toEqual([expect.stringMatching(/^PUBLIC_URL must /)])
  })
})
