/** Discord as a channel, against a stand-in of its API: posting, changing, refusals, rate limits, lost answers. */

import { describe, expect, it } from 'vitest'
import { type DiscordBot, discordChannel } from '../../src/discord/channel.ts'
import type { CardMessage, Delivery } from '../../src/hooks/channel.ts'
import { APPROVAL, REFUSED } from '../support/cards.ts'
import { readable } from '../support/discord-reader.ts'
import type { Fault } from '../support/node/discord.ts'
import { BOT_TOKEN, CHANNEL, DELIVERY, makeStandins, type Standins } from '../support/standins.ts'

const ID = 'msg_0123456789abcdef0123456789abcdef'

function channelOf(standins: Standins, change: Partial<DiscordBot> = {}) {
  const bot = { apiUrl: standins.discordApi, botToken: BOT_TOKEN, channelId: CHANNEL, publicUrl: null, ...change }
  return discordChannel(bot)
}

function deliver(
  standins: Standins,
  message: Partial<CardMessage> = {},
  change: Partial<DiscordBot> = {},
): Promise<Delivery> {
  const whole: CardMessage = {
    kind: 'card',
    id: ID,
    card: APPROVAL,
    replaces: null,
    key: ID,
    repeats: false,
    ...message,
  }
  return channelOf(standins, change).deliver(whole, DELIVERY)
}

async function messages(standins: Standins): Promise<readonly string[]> {
  return (await standins.discord()).messages.map(readable)
}

describe('a card to Discord', () => {
  it('is posted to the channel by the bot, and its ending takes its place', async () => {
    const standins = makeStandins()
    const posted = await deliver(standins)
    expect(posted).toEqual({ kind: 'delivered', status: 200, ref: expect.stringMatching(`^${CHANNEL}/\\d+$`) })
    expect((await messages(standins))[0]).toContain('[!Approve 3] [Keep all]')

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
    const elsewhere = { channelId: '1100000000000000002' }
    expect(await deliver(standins, { card: REFUSED, replaces }, elsewhere)).toMatchObject({ kind: 'delivered' })
    expect((await messages(standins))[0]).toContain('refused by')
  })

  it('is there once when the answer to its post was lost and it is sent again', async () => {
    const standins = makeStandins()
    await standins.setDiscord({ faults: [{ of: 'POST channels', lostAfter: true }] })
    await expect(deliver(standins)).rejects.toThrow()
    expect(await messages(standins)).toHaveLength(1)

    const again = await deliver(standins)
    const { messages: all } = await standins.discord()
    expect(all).toHaveLength(1)
    expect(again).toMatchObject({ kind: 'delivered', ref: `${CHANNEL}/${all[0]?.id}` })
    // Another message is another one.
    await deliver(standins, { id: 'msg_ffffffffffffffffffffffffffffffff' })
    expect(await messages(standins)).toHaveLength(2)
  })

  it('waits as long as Discord says: before it is refused, and after', async () => {
    const standins = makeStandins()
    await standins.setDiscord({ limit: { calls: 1, windowMs: 4_000 } })
    const last = await deliver(standins)
    expect(last).toMatchObject({ kind: 'delivered' })
    expect(last.kind === 'delivered' ? last.restMs : 0).toBeGreaterThan(3_000)
    const refused = await deliver(standins, { id: 'msg_2' })
    expect(refused).toMatchObject({ kind: 'again', status: 429, detail: 'Discord asks for fewer messages.' })
    const wait = refused.kind === 'again' ? (refused.retryAfterMs ?? 0) : 0
    expect(wait).toBeGreaterThan(3_000)
    expect(wait).toBeLessThanOrEqual(4_000)
  })

  const unknown = { message: 'Unknown', code: 10_003 }
  it.each<[string, Fault, Delivery]>([
    [
      'a rate limit in the header only',
      { of: 'POST', status: 429, headers: { 'retry-after': '7' } },
      { kind: 'again', status: 429, detail: 'Discord asks for fewer messages.', retryAfterMs: 7_000 },
    ],
    [
      'a rate limit that does not say how long',
      { of: 'POST', status: 429 },
      { kind: 'again', status: 429, detail: 'Discord asks for fewer messages.', retryAfterMs: 0 },
    ],
    ['an outage', { of: 'POST', status: 503 }, { kind: 'again', status: 503, detail: 'Discord answered 503.' }],
    [
      'a redirect',
      { of: 'POST', status: 302, headers: { location: 'https://evil.example/' } },
      { kind: 'again', status: 302, detail: 'Discord answered 302.' },
    ],
    [
      'an unknown channel',
      { of: 'POST', status: 404, body: unknown },
      { kind: 'gone', status: 404, detail: 'Discord answered 404, code 10003: there is no such channel.' },
    ],
    [
      'a channel where it may not write',
      { of: 'POST', status: 403, body: { code: 50_013 } },
      {
        kind: 'again',
        status: 403,
        detail:
          'Discord answered 403, code 50013: the bot may not write there. Give it "View Channel", "Send Messages" and "Embed Links".',
      },
    ],
    [
      'a message that does not fit',
      { of: 'POST', status: 400, body: { code: 50_035 } },
      { kind: 'never', status: 400, detail: 'Discord answered 400, code 50035: it does not take this message.' },
    ],
  ])('meets %s', async (_, fault, expected) => {
    const standins = makeStandins()
    await standins.setDiscord({ faults: [fault] })
    expect(await deliver(standins)).toEqual(expected)
  })

  it('meets a token that is not accepted any more', async () => {
    const standins = makeStandins()
    await standins.setDiscord({ botToken: 'another' })
    const detail = 'Discord answered 401, code 0: the token is not accepted.'
    expect(await deliver(standins)).toEqual({ kind: 'gone', status: 401, detail })
  })

  it('never comes to a message that was deleted', async () => {
    const standins = makeStandins()
    const detail = 'Discord answered 404, code 10008: the message is not there any more.'
    expect(await deliver(standins, { replaces: `${CHANNEL}/99` })).toEqual({ kind: 'never', status: 404, detail })
  })

  it('tells two bots and two channels apart without giving the token away', async () => {
    const standins = makeStandins()
    const prints = await Promise.all(
      [{}, { botToken: 'other' }, { channelId: '1100000000000000002' }].map((change) =>
        channelOf(standins, change).fingerprint(),
      ),
    )
    expect(new Set(prints).size).toBe(3)
    expect(prints.join()).not.toContain(BOT_TOKEN)
    expect(channelOf(standins).to).toBe(`channel ${CHANNEL}`)
  })
})
