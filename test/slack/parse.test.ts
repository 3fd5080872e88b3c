/** What the bytes of a verified request say; and that an app made with Slack's own edge library reads the same in them. */

import fc from 'fast-check'
import { SlackApp } from 'slack-edge'
import { describe, expect, it } from 'vitest'
import { isSslCheck, readEvent, readPress, readSlashCommand } from '../../src/slack/parse.ts'
import { COMMAND_BODY, SIGNING_SECRET, signSlack } from '../support/slack.ts'

const bytes = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
const form = (fields: { readonly [name: string]: string }) => bytes(new URLSearchParams(fields).toString())
const RESPONSE_URL = 'https://hooks.slack.com/actions/T1/1/abc'

const PRESS = {
  type: 'block_actions',
  api_app_id: 'A1',
  token: 'deprecated',
  trigger_id: '1.2.3',
  response_url: RESPONSE_URL,
  team: { id: 'T1', domain: 'acme' },
  user: { id: 'U1', username: 'ann', team_id: 'T1' },
  channel: { id: 'C1', name: 'ops' },
  container: { type: 'message', message_ts: '1700000000.000100', channel_id: 'C1', is_ephemeral: false },
  message: { ts: '1700000000.000100', text: '…', blocks: [] },
  actions: [
    {
      type: 'button',
      action_id: 'sweep.approve.0',
      block_id: 'press',
      value: '20261124-100000-1f3a9c/1f3a9c0d2b4e6f80',
      action_ts: '1700000050.123456',
    },
  ],
}
const pressOf = (change: object) => readPress(form({ payload: JSON.stringify({ ...PRESS, ...change }) }), false)
const actionOf = (change: object) => pressOf({ actions: [{ ...PRESS.actions[0], ...change }] })

describe('a slash command', () => {
  it('is read from the published request', () => {
    expect(readSlashCommand(bytes(COMMAND_BODY), false)).toEqual({
      kind: 'command',
      command: '/webhook-collect',
      teamId: 'T1DC2JH3J',
      enterpriseId: '',
      text: '',
      userId: 'U2CERLKJA',
      channelId: 'G8PSS9T3V',
      triggerId: '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
      responseUrl: 'https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN',
    })
  })

  it('has its text as it was typed: Slack escapes three characters', () => {
    const fields = { user_id: 'U1', trigger_id: '1', response_url: RESPONSE_URL }
    const read = readSlashCommand(form({ ...fields, text: 'why A &amp; &lt;b&gt; &amp;lt; &quot;' }), false)
    expect(read).toMatchObject({ text: 'why A & <b> &lt; &quot;' })
  })

  it.each([
    ['nobody', { user_id: '' }],
    ['no trigger', { trigger_id: '' }],
    ['no address to answer to', { response_url: '' }],
    ["another's address", { response_url: 'https://hooks.slack.com.evil.example/' }],
    ['an address with a port', { response_url: 'https://hooks.slack.com:8443/' }],
    ['an address without encryption', { response_url: 'http://hooks.slack.com/x' }],
    ['an address of this machine', { response_url: 'http://127.0.0.1:1/x' }],
  ])('of %s is none', (_, change) => {
    const fields = { user_id: 'U1', trigger_id: '1', response_url: RESPONSE_URL, text: 'help', ...change }
    expect(readSlashCommand(form(fields), false)).toBeNull()
  })

  it('takes the addresses of Slack for governments, and of this machine only while developing', () => {
    const read = (url: string, development: boolean) =>
      readSlashCommand(form({ user_id: 'U1', trigger_id: '1', response_url: url }), development)?.kind
    expect(read('https://hooks.slack-gov.com/commands/x', false)).toBe('command')
    expect(read('http://127.0.0.1:8123/x', true)).toBe('command')
    expect(read('http://127.0.0.1.evil.example/x', true)).toBeUndefined()
  })
})

describe('a check of the certificate', () => {
  it('is a short form that says so, and nothing else', () => {
    expect(isSslCheck(bytes('ssl_check=1&token=xxx'))).toBe(true)
    for (const body of ['', 'ssl_check=0', 'ssl_check=true', 'ssl_check=1x', 'xssl_check=1', COMMAND_BODY]) {
      expect(isSslCheck(bytes(body))).toBe(false)
    }
    expect(isSslCheck(bytes(`ssl_check=1&text=${'x'.repeat(1_000)}`))).toBe(false)
  })
})

describe('a press', () => {
  it('is a button with the message it is on', () => {
    expect(pressOf({})).toEqual({
      kind: 'press',
      teamId: 'T1',
      enterpriseId: '',
      userId: 'U1',
      channelId: 'C1',
      message: { channel: 'C1', ts: '1700000000.000100' },
      actionId: 'sweep.approve.0',
      value: '20261124-100000-1f3a9c/1f3a9c0d2b4e6f80',
      actionTs: '1700000050.123456',
      responseUrl: RESPONSE_URL,
    })
  })

  it('says where it comes from, in an organization-wide installation too', () => {
    const user = { id: 'U1', username: 'ann' }
    expect(pressOf({ team: null, enterprise: { id: 'E1' }, user })).toMatchObject({ teamId: '', enterpriseId: 'E1' })
    expect(pressOf({ team: null, enterprise: { id: 'E1' } })).toMatchObject({ teamId: 'T1', enterpriseId: 'E1' })
    expect(pressOf({ team: { id: 'T1', enterprise_id: 'E2' } })).toMatchObject({ teamId: 'T1', enterpriseId: 'E2' })
  })

  it('is a choice from a menu', () => {
    const selected_option = { text: { type: 'plain_text', text: 'Old/a (7)' }, value: '7' }
    expect(actionOf({ type: 'static_select', value: undefined, selected_option })).toMatchObject({ value: '7' })
  })

  it('on what one person alone sees has no message that could be changed', () => {
    const container = { ...PRESS.container, is_ephemeral: true }
    expect(pressOf({ container })).toMatchObject({ kind: 'press', message: null })
  })

  it.each<[string, object]>([
    ['a link', { type: 'button', value: undefined, url: 'https://sweep.example' }],
    ['an element of another kind', { type: 'overflow', value: undefined, selected_option: { value: '7' } }],
    ['a value that is no text', { value: 7 }],
  ])('that carries nothing is ignored: %s', (_, change) => {
    expect(actionOf(change)).toEqual({ kind: 'ignored', what: 'a press without a value' })
  })

  it('of another kind is ignored, and what is none is none', () => {
    expect(pressOf({ type: 'view_submission' })).toEqual({ kind: 'ignored', what: 'view_submission' })
    for (const change of [{ user: null }, { user: { id: 7 } }, { actions: [] }, { actions: 'x' }, { type: 7 }]) {
      expect(pressOf(change)).toBeNull()
    }
    for (const body of ['', 'payload=', 'payload=null', 'payload=[]', 'payload=%7B']) {
      expect(readPress(bytes(body), false)).toBeNull()
    }
    expect(readPress(new Uint8Array([0xff, 0xfe]), false)).toBeNull()
  })
})

describe('an event', () => {
  it('is the question of the set-up, or ignored', () => {
    expect(readEvent(bytes('{"type":"url_verification","challenge":"3eZ"}'))).toEqual({
      kind: 'url verification',
      challenge: '3eZ',
    })
    expect(readEvent(bytes('{"type":"event_callback"}'))).toEqual({ kind: 'ignored', what: 'event_callback' })
    for (const body of ['', '[]', '{"type":7}', '{"type":"url_verification"}'])
      expect(readEvent(bytes(body))).toBeNull()
  })
})

describe('beside slack-edge', () => {
  /** An app of the library, and what its listeners were given last. */
  function libraryApp() {
    const seen: { command: object | null; press: object | null } = { command: null, press: null }
    const app = new SlackApp({
      env: { SLACK_SIGNING_SECRET: SIGNING_SECRET, SLACK_BOT_TOKEN: 'xoxb-library' },
      authorize: async () => ({ botToken: 'xoxb-library', botId: 'B1', botUserId: 'UB', botScopes: [] }),
    })
      .command('/sweep', async ({ payload }) => {
        const {
          text,
          user_id: userId,
          channel_id: channelId,
          trigger_id: triggerId,
          response_url: responseUrl,
          command,
          team_id: teamId,
          enterprise_id: enterpriseId = '',
        } = payload
        seen.command = { command, teamId, enterpriseId, text, userId, channelId, triggerId, responseUrl }
        return ''
      })
      .action(/^sweep\./, async ({ payload, context }) => {
        const [action] = payload.actions
        const { message_ts: ts, channel_id: channel } = payload.container as { message_ts: string; channel_id: string }
        seen.press = {
          teamId: payload.team?.id,
          enterpriseId: payload.enterprise?.id ?? '',
          userId: context.userId,
          channelId: context.channelId,
          message: { channel, ts },
          actionId: action?.action_id,
          value: (action as { value?: string } | undefined)?.value,
          actionTs: action?.action_ts,
          responseUrl: (context as { responseUrl?: string }).responseUrl,
        }
      })
    return { app, seen }
  }

  async function signed(body: Uint8Array<ArrayBuffer>): Promise<Request> {
    const timestamp = String(Math.floor(Date.now() / 1_000))
    return new Request('https://sweep.example/slack', {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': await signSlack(SIGNING_SECRET, timestamp, body),
      },
    })
  }

  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((text) => !/[&\uD800-\uDFFF]/.test(text))

  it("reads the same in any command, as the library's own listener is given it", async () => {
    const { app, seen } = libraryApp()
    const seed = Date.now() % 2 ** 31
    await fc.assert(
      fc.asyncProperty(word, word, word, async (text, user, channel) => {
        const body = form({
          command: '/sweep',
          text,
          user_id: user,
          channel_id: channel,
          team_id: 'T1',
          trigger_id: '1.2',
          response_url: RESPONSE_URL,
        })
        expect((await app.run(await signed(body))).status).toBe(200)
        expect(readSlashCommand(body, false)).toEqual({ kind: 'command', ...seen.command })
      }),
      { seed, numRuns: 50 },
    )
  })

  it('reads the same in any press', async () => {
    const { app, seen } = libraryApp()
    const seed = Date.now() % 2 ** 31
    await fc.assert(
      fc.asyncProperty(word, word, word, async (value, user, ts) => {
        const payload = {
          ...PRESS,
          user: { ...PRESS.user, id: user },
          container: { ...PRESS.container, message_ts: ts },
          actions: [{ ...PRESS.actions[0], value }],
        }
        const body = form({ payload: JSON.stringify(payload) })
        expect((await app.run(await signed(body))).status).toBe(200)
        expect(readPress(body, false)).toEqual({ kind: 'press', ...seen.press })
      }),
      { seed, numRuns: 50 },
    )
  })
})
