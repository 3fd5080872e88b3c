/** The doors of Slack over HTTP: who gets in, what the set-up asks, and that nobody is left without an answer. */

import fc from 'fast-check'
import { verifySlackRequest } from 'slack-edge'
import { describe, expect, it, vi } from 'vitest'
import { ask } from '../support/door.ts'
import { NO_CAPS, stale } from '../support/policies.ts'
import { COMMAND_BODY, SIGNING_SECRET, signSlack } from '../support/slack.ts'
import { signedAsk, slackEnv, slackPerson } from '../support/slack-person.ts'
import { readable } from '../support/slack-reader.ts'
import { makeStandins } from '../support/standins.ts'
import { makeWorld, type World } from '../support/world.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const NOBODY = { name: 'f'.repeat(32), sandbox: 'http://127.0.0.1:1' } as World
const seconds = (shift = 0) => String(Math.floor(Date.now() / 1_000) + shift)

describe('POST /slack/…', () => {
  const standins = makeStandins()

  it.each([
    ['a wrong signature', { signature: `v0=${'0'.repeat(64)}` }],
    ['another version', { signature: `v9=${'0'.repeat(64)}` }],
    ['a time 301 s ago', { timestamp: seconds(-301) }],
    ['a time in 302 s', { timestamp: seconds(302) }],
    ['a time in milliseconds', { timestamp: String(Date.now()) }],
    ['a time with letters', { timestamp: `${seconds()}abc` }],
  ])('gives one answer to %s, at every door', async (_, change) => {
    const log = vi.spyOn(console, 'warn').mockReturnValue()
    const answers = []
    for (const path of ['commands', 'actions', 'events']) {
      const answer = await signedAsk(NOBODY, standins, path, bytes(COMMAND_BODY), change)
      answers.push([answer.status, ((await answer.json()) as { detail: string }).detail])
    }
    const detail = 'The request does not prove that it comes from Slack. Check the signing secret and the clock.'
    expect(answers).toEqual([401, 401, 401].map((status) => [status, detail]))
    log.mockRestore()
  })

  it('says yes to the certificate check and to the question of the set-up, and to what it does not know', async () => {
    // Without a signature, as Slack sends it.
    const check = await signedAsk(NOBODY, standins, 'commands', bytes('ssl_check=1&token=x'), { signature: '' })
    expect([check.status, await check.text()]).toEqual([200, ''])
    const set = bytes('{"type":"url_verification","challenge":"3eZbrw1aB","token":"x"}')
    const up = await signedAsk(NOBODY, standins, 'events', set)
    expect([up.status, await up.text(), up.headers.get('content-type')]).toEqual([
      200,
      '3eZbrw1aB',
      expect.stringMatching(/^text\/plain/),
    ])
    const event = await signedAsk(NOBODY, standins, 'events', bytes('{"type":"event_callback","event":{}}'))
    expect([event.status, event.headers.get('x-slack-no-retry')]).toEqual([200, '1'])
    const view = bytes(new URLSearchParams({ payload: '{"type":"view_closed"}' }).toString())
    expect((await signedAsk(NOBODY, standins, 'actions', view)).status).toBe(200)
  })

  it('refuses what is signed and yet not of Slack', async () => {
    for (const body of [
      '',
      'hello',
      'payload=%7B',
      'command=%2Fsweep',
      new URLSearchParams({ payload: '[]' }).toString(),
    ]) {
      const answer = await signedAsk(NOBODY, standins, 'actions', bytes(body))
      expect([200, 400]).toContain(answer.status)
    }
    expect((await signedAsk(NOBODY, standins, 'commands', bytes('x'.repeat(1_048_577)))).status).toBe(413)
  })

  it('only answers to addresses of Slack itself', async () => {
    const fields = { command: '/sweep', text: 'help', user_id: 'U1', trigger_id: '1', channel_id: 'C1' }
    for (const response_url of [
      'https://evil.example/x',
      'http://hooks.slack.com/x',
      'https://hooks.slack.com.evil.example/x',
    ]) {
      const body = bytes(new URLSearchParams({ ...fields, response_url }).toString())
      expect((await signedAsk(NOBODY, standins, 'commands', body)).status).toBe(400)
    }
  })

  it('is closed while the secret is not set, and says how to set it', async () => {
    const answer = await ask(NOBODY, '/slack/commands', { method: 'POST', body: 'x', bearer: null })
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('wrangler secret put SLACK_SIGNING_SECRET'),
    })
    expect((await ask(NOBODY, '/slack/commands', { bearer: null })).status).toBe(405)
  })

  it('takes the old secret while it is still in the list', async () => {
    const timestamp = seconds()
    const body = bytes('{"type":"url_verification","challenge":"x"}')
    for (const [secret, status] of [
      [SIGNING_SECRET, 200],
      ['9'.repeat(32), 200],
      ['e'.repeat(32), 401],
    ] as const) {
      const answer = await ask(NOBODY, '/slack/events', {
        method: 'POST',
        body,
        bearer: null,
        headers: {
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': await signSlack(secret, timestamp, body),
        },
        env: { ...slackEnv(standins), SLACK_SIGNING_SECRET: `${'9'.repeat(32)},${SIGNING_SECRET}` },
      })
      expect(answer.status).toBe(status)
    }
  })

  it('lets in exactly what slack-edge verifies, for random requests and one change to them', async () => {
    const log = vi.spyOn(console, 'warn').mockReturnValue()
    const seed = Date.now() % 2 ** 31
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('none', 'body', 'timestamp', 'signature'), fc.nat(9), async (change, by) => {
        const [timestamp, text] = [seconds(), `{"type":"url_verification","challenge":"${by}"}`]
        const right = await signSlack(SIGNING_SECRET, timestamp, bytes(text))
        const sent = {
          body: change === 'body' ? text.replace(`"${by}"`, `"${by + 1}"`) : text,
          timestamp: change === 'timestamp' ? String(Number(timestamp) - 1) : timestamp,
          signature: change === 'signature' ? `${right.slice(0, -1)}${right.endsWith('0') ? '1' : '0'}` : right,
        }
        const headers = new Headers({
          'x-slack-signature': sent.signature,
          'x-slack-request-timestamp': sent.timestamp,
        })
        const isRight = await verifySlackRequest(SIGNING_SECRET, headers, sent.body)
        expect(isRight).toBe(change === 'none')
        const answer = await signedAsk(NOBODY, standins, 'events', bytes(sent.body), sent)
        expect(answer.status).toBe(isRight ? 200 : 401)
      }),
      { seed, numRuns: 40 },
    )
    log.mockRestore()
  })

  it('is never in trouble over what is signed, whatever it is', async () => {
    const fields = fc.dictionary(
      fc.constantFrom('payload', 'text', 'user_id', 'trigger_id', 'response_url', 'command', 'ssl_check', '__proto__'),
      fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant('https://hooks.slack.com/x')),
    )
    const form = fields.map((all) => bytes(new URLSearchParams(Object.entries(all)).toString()))
    const any = fc.oneof(form, fc.json().map(bytes), fc.uint8Array({ maxLength: 200 }))
    const seed = Date.now() % 2 ** 31
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('commands', 'actions', 'events'), any, async (door, body) => {
        const answer = await signedAsk(NOBODY, standins, door, body)
        expect([200, 400]).toContain(answer.status)
      }),
      { seed, numRuns: 200 },
    )
  })

  it('answers help at once and to its asker alone, and what comes twice is done once', async () => {
    const world = await makeWorld(`${NO_CAPS}\n[[person]]\nname = "Ann"\nslack = "U0ANN"\nmay = ["operate"]`, [
      stale('a'),
    ])
    const own = makeStandins()
    world.set({ env: slackEnv(own) })
    await world.tick(Date.now())
    const ann = slackPerson(world, own, 'U0ANN')
    const help = await ann.types('help')
    expect(help.only).toBe('U0ANN')
    expect(readable(help)).toContain('/sweep keep <project> [30d | forever | until 2027-01-31]')
    await ann.types('pause')
    expect((await world.stub.health()).paused).toBeTruthy()
    await ann.types('resume')
    await ann.repeats()
    expect((await own.slack()).messages.at(-1)).toMatchObject({ text: expect.stringMatching(/came twice/) })
  })
})
