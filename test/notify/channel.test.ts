/** Incoming webhooks, against stand-ins of each vendor: a card without anything to press, and the vendor's receipt. */

import { describe, expect, it } from 'vitest'
import type { Delivery } from '../../src/hooks/channel.ts'
import { notifyChannel } from '../../src/notify/channel.ts'
import type { Notify } from '../../src/notify/settings.ts'
import { APPROVAL, DIGEST, RUN } from '../support/cards.ts'
import { readable } from '../support/discord-reader.ts'
import { DELIVERY, makeStandins, type Standins } from '../support/standins.ts'

const PAGES = 'https://sweep.example'
const SECRET = 'T0pSecretPart0fTheAddress'
const PATHS: { readonly [kind in Notify['kind']]: string } = {
  slack: `slack/services/T1/B1/${SECRET}`,
  discord: `discord/api/webhooks/1/${SECRET}`,
  teams: `teams/workflows/1?sig=${SECRET}`,
}
const KINDS = Object.keys(PATHS) as Notify['kind'][]

function channelOf(standins: Standins, kind: Notify['kind'], publicUrl: string | null = PAGES) {
  return notifyChannel({ kind, url: `${standins.url}/webhooks/${PATHS[kind]}` }, publicUrl)
}

function deliver(standins: Standins, kind: Notify['kind'], card = APPROVAL, publicUrl: string | null = PAGES) {
  return channelOf(standins, kind, publicUrl).deliver(
    { kind: 'card', id: 'msg_1', card, replaces: null, key: 'msg_1', repeats: false },
    DELIVERY,
  )
}

describe.each(KINDS)('an incoming webhook of %s', (kind) => {
  it('gets the card with a link and without anything to press', async () => {
    const standins = makeStandins()
    for (const card of [APPROVAL, DIGEST]) {
      expect(await deliver(standins, kind, card)).toMatchObject({
        kind: 'delivered',
        status: kind === 'teams' ? 202 : 200,
      })
    }
    const taken = await standins.taken()
    expect(taken).toHaveLength(2)
    for (const { body } of taken) {
      const text = JSON.stringify(body)
      expect(text).toContain(`${PAGES}/runs/${RUN}`)
      expect(text).not.toMatch(/custom_id|action_id|"Keep all"|which\?/)
    }
  })

  it('gets it without a link when nobody said where the pages are', async () => {
    const standins = makeStandins()
    expect(await deliver(standins, kind, APPROVAL, null)).toMatchObject({ kind: 'delivered' })
    expect(JSON.stringify(await standins.taken())).not.toContain(`/runs/${RUN}`)
  })

  it.each<[number, unknown, Delivery['kind']]>([
    [400, 'bad', 'never'],
    [403, 'action_prohibited', 'gone'],
    [404, 'no', 'gone'],
    [410, 'channel_is_archived', 'gone'],
    [413, 'too large', 'never'],
    [429, { retry_after: 1 }, 'again'],
    [500, 'oops', 'again'],
    [302, '', 'again'],
  ])('that answers %i %j', async (status, body, expected) => {
    const standins = makeStandins()
    await standins.answers({
      status,
      body,
      headers: { 'retry-after': '9', location: `https://evil.example/${SECRET}` },
    })
    const delivery = await deliver(standins, kind)
    expect(delivery).toMatchObject({ kind: expected, status })
    expect(JSON.stringify(delivery)).not.toContain(SECRET)
    if (status === 429) expect(delivery).toMatchObject({ retryAfterMs: 9_000 })
    expect(await standins.taken()).toEqual([])
  })

  it.each<readonly [number, string]>([
    [200, 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413'],
    [200, ''],
    [200, '1'],
    [204, ''],
    [200, '{"message":"ok"}'],
    [200, '<html>ok</html>'],
  ])('takes %i "%s" for no receipt', async (status, body) => {
    const standins = makeStandins()
    await standins.answers({ status, body })
    expect(await deliver(standins, kind)).toMatchObject({ kind: 'again', status })
  })

  it('is named without its address, and known apart from another', async () => {
    const standins = makeStandins()
    const channel = channelOf(standins, kind)
    const other = channelOf(makeStandins(), kind)
    expect([channel.key, channel.of, channel.edits]).toEqual([`${kind}-webhook`, kind, false])
    expect(channel.to).not.toContain('/')
    expect(await channel.fingerprint()).not.toBe(await other.fingerprint())
  })
})

describe('the message in Discord', () => {
  it('reads as the one of the bot does, but for the buttons', async () => {
    const standins = makeStandins()
    await deliver(standins, 'discord')
    const [taken] = await standins.taken()
    expect(readable(taken?.body ?? {})).toContain('• delete Research/old/@everyone (23456001), rule stale-research')
    expect(taken?.path).toContain('?wait=true')
  })
})
