/** Slack as a channel, against a stand-in of its API: posting, changing, refusals, rate limits, lost answers. */

import { describe, expect, it } from 'vitest'
import type { CardMessage, Delivery } from '../../src/hooks/channel.ts'
import { type SlackBot, slackChannel } from '../../src/slack/channel.ts'
import { APPROVAL, REFUSED } from '../support/cards.ts'
import type { SlackFault } from '../support/node/slack.ts'
import { readable } from '../support/slack-reader.ts'
import { DELIVERY, makeStandins, SLACK_CHANNEL, SLACK_TOKEN, type Standins } from '../support/standins.ts'

const MESSAGE: CardMessage = {
  kind: 'card',
  id: 'msg_0123456789abcdef0123456789abcdef',
  card: APPROVAL,
  replaces: null,
  key: 'plan:1',
  repeats: false,
}

function deliver(
  standins: Standins,
  message: Partial<CardMessage> = {},
  change: Partial<SlackBot> = {},
): Promise<Delivery> {
  const bot = { apiUrl: standins.slackApi, botToken: SLACK_TOKEN, channelId: SLACK_CHANNEL, publicUrl: null, ...change }
  return slackChannel(bot).deliver({ ...MESSAGE, ...message }, DELIVERY)
}

async function messages(standins: Standins): Promise<readonly string[]> {
  return (await standins.slack()).messages.map(readable)
}

describe('a card to Slack', () => {
  it('is posted to the channel by the bot, and its ending takes its place', async () => {
    const standins = makeStandins()
    const posted = await deliver(standins)
    expect(posted).toEqual({
      kind: 'delivered',
      status: 200,
      ref: expect.stringMatching(`^${SLACK_CHANNEL}/\\d+\\.\\d+$`),
    })
    expect((await messages(standins))[0]).toContain('[!Approve 3]')

    const ref = posted.kind === 'delivered' ? (posted.ref ?? '') : ''
    const edited = await deliver(standins, { id: 'msg_2', card: REFUSED, replaces: ref })
    expect(edited).toEqual({ kind: 'delivered', status: 200, ref })
    const [shown, ...others] = await messages(standins)
    expect(others).toEqual([])
    expect(shown).toContain('refused by *Bob*')
    expect(shown).not.toMatch(/\[.*(Approve|Keep all)/)
  })

  it('is changed where it was posted, also when the settings name another channel by then', async () => {
    const standins = makeStandins()
    const posted = await deliver(standins)
    const replaces = posted.kind === 'delivered' ? (posted.ref ?? null) : null
    expect(await deliver(standins, { card: REFUSED, replaces }, { channelId: 'C9999999999' })).toMatchObject({
      kind: 'delivered',
    })
    expect((await messages(standins))[0]).toContain('refused by')
  })

  it('is there once when the answer to its post was lost and it is sent again', async () => {
    const standins = makeStandins()
    await standins.setSlack({ faults: [{ of: 'chat.postMessage', lostAfter: true }] })
    await expect(deliver(standins)).rejects.toThrow()
    const again = await deliver(standins, { repeats: true, card: REFUSED })
    const { messages: all } = await standins.slack()
    expect(all).toHaveLength(1)
    expect(again).toMatchObject({ kind: 'delivered', ref: `${SLACK_CHANNEL}/${all[0]?.ts}` })
    expect((await messages(standins))[0]).toContain('refused by')
    // What is about something else is another message.
    await deliver(standins, { key: 'plan:2', repeats: true })
    expect(await messages(standins)).toHaveLength(2)
  })

  it('is posted all the same when the bot may not look for what it posted before', async () => {
    const standins = makeStandins()
    await standins.setSlack({ scopes: ['chat:write'] })
    expect(await deliver(standins, { repeats: true })).toMatchObject({ kind: 'delivered' })
    expect(await messages(standins)).toHaveLength(1)
  })

  it('waits as long as Slack says when there were too many', async () => {
    const standins = makeStandins()
    await standins.setSlack({ perSecond: 1 })
    expect(await deliver(standins)).toMatchObject({ kind: 'delivered' })
    expect(await deliver(standins, { key: 'plan:2' })).toEqual({
      kind: 'again',
      status: 429,
      detail: 'Slack asks for fewer messages.',
      retryAfterMs: 1_000,
    })
  })

  const MANY = 'Slack asks for fewer messages.'
  it.each<[string, SlackFault, Delivery]>([
    [
      'a rate limit within HTTP 200',
      { of: 'chat.postMessage', headers: { 'retry-after': '30' }, body: { ok: false, error: 'ratelimited' } },
      { kind: 'again', status: 200, detail: MANY, retryAfterMs: 30_000 },
    ],
    [
      'a rate limit that does not say how long',
      { of: 'chat.postMessage', status: 429 },
      { kind: 'again', status: 429, detail: MANY },
    ],
    [
      'an outage',
      { of: 'chat.postMessage', status: 503, body: 'busy' },
      { kind: 'again', status: 503, detail: 'Slack answered 503.' },
    ],
    [
      'a yes that is none',
      { of: 'chat.postMessage', body: 'ok' },
      { kind: 'again', status: 200, detail: 'Slack answered 200.' },
    ],
    [
      'an error of its own',
      { of: 'chat.postMessage', body: { ok: false, error: 'internal_error' } },
      { kind: 'again', status: 200, detail: 'Slack answered 200, internal_error.' },
    ],
    [
      'an error that is no word',
      { of: 'chat.postMessage', body: { ok: false, error: 'xoxb-secret <b>' } },
      { kind: 'again', status: 200, detail: 'Slack answered 200.' },
    ],
    [
      'a redirect',
      { of: 'chat.postMessage', status: 302, headers: { location: 'https://evil.example/' } },
      { kind: 'again', status: 302, detail: 'Slack answered 302.' },
    ],
    [
      'a message that does not fit',
      { of: 'chat.postMessage', body: { ok: false, error: 'msg_blocks_too_long' } },
      { kind: 'never', status: 200, detail: 'Slack answered 200, msg_blocks_too_long: it does not take this message.' },
    ],
    [
      'a revoked token',
      { of: 'chat.postMessage', body: { ok: false, error: 'token_revoked' } },
      { kind: 'gone', status: 200, detail: 'Slack answered 200, token_revoked: the token was revoked.' },
    ],
    [
      'a word that every object has',
      { of: 'chat.postMessage', body: { ok: false, error: 'constructor' } },
      { kind: 'again', status: 200, detail: 'Slack answered 200, constructor.' },
    ],
  ])('%s is told apart', async (_, fault, expected) => {
    const standins = makeStandins()
    await standins.setSlack({ faults: [fault] })
    expect(await deliver(standins)).toEqual(expected)
  })

  it('says what to do where the bot is not in the channel', async () => {
    const standins = makeStandins()
    await standins.setSlack({ channels: [] })
    expect(await deliver(standins)).toMatchObject({
      kind: 'again',
      detail: expect.stringContaining('/invite @leansweep'),
    })
  })

  it('never is what it would take the place of when somebody deleted that', async () => {
    const standins = makeStandins()
    const replaces = `${SLACK_CHANNEL}/1700000000.000100`
    expect(await deliver(standins, { replaces })).toMatchObject({ kind: 'never' })
  })

  it('G20 keeps the token to itself', async () => {
    const standins = makeStandins()
    const channel = slackChannel({
      apiUrl: standins.slackApi,
      botToken: SLACK_TOKEN,
      channelId: SLACK_CHANNEL,
      publicUrl: null,
    })
    expect(JSON.stringify([channel, await channel.fingerprint()])).not.toContain('stand-in')
    const other = slackChannel({
      apiUrl: standins.slackApi,
      botToken: 'xoxb-other',
      channelId: SLACK_CHANNEL,
      publicUrl: null,
    })
    expect(await other.fingerprint()).not.toBe(await channel.fingerprint())
  })
})
