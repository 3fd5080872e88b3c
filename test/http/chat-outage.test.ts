/** While a chat takes nothing, in both: what is told later is how things stand by then, and counts from then. */

import { describe, expect, it } from 'vitest'
import { card, makeChat, onCard, VENDORS } from '../support/chats.ts'
import { eventually } from '../support/discord-person.ts'
import { stale, staleMany } from '../support/policies.ts'
import { later, tick } from '../support/slack-scene.ts'
import { DAY, HOUR } from '../support/world.ts'

const start = Date.now()
const CARE = ['keep30', 'keep', 'why']

describe.concurrent.each(VENDORS)('%s, after an outage', (vendor) => {
  it('is never asked about a plan that is over by then: the one message says how it ended', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), { name: 'New/c' }])
    await tick(chat, start)
    await card(chat, /newly marked/, CARE)
    await chat.quiet()
    await chat.refuses('posts', 3)
    expect((await tick(chat, start + 2 * DAY)).status).toBe('waiting')
    await later(chat, 24 * HOUR + 60_000)
    await chat.world.alarm()
    expect(await chat.world.stub.proposal()).toMatchObject({ state: 'expired' })
    await chat.quiet()
    await card(chat, /1 project: expired undecided, it stays/, [])
    expect(await chat.posted()).toHaveLength(2)
    expect(await chat.took('approve')).toBe(0)
  }, 60_000)

  it('gets the digest as it reads by then, and its receipt is the notice for all in it', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), stale('Old/b')], { approve: 'never', notice: '36h' })
    await chat.refuses('posts', 2)
    await tick(chat, start)
    expect((await chat.ann.types('keep', { project: 'Old/a', until: 'forever' })).text).toMatch(/^Ann keeps Old\/a/)
    await chat.quiet()
    const digest = await card(chat, /2 projects newly marked/, CARE)
    expect(digest.text).toMatch(/Old\/a \(\d+\): kept by Ann for ever/)
    expect(digest.text).toMatch(/\[Keep 30 d: Old\/b \(\d+\)\]/)
    expect(await chat.posted()).toHaveLength(1)
    expect((await chat.ann.types('why', { project: 'Old/b' })).text).toMatch(/People were told of it on /)
    expect((await tick(chat, start + 3 * DAY)).counts).toMatchObject({ due: 1, confirmed: 1 })
  }, 60_000)

  it('is told anew by the next sweep what was in a digest that it never took', async () => {
    const chat = await makeChat(vendor, [stale('Old/a')], { after: '6d', notice: '36h' })
    await chat.refuses('posts', 1, 'for ever')
    await tick(chat, start)
    await eventually(async () => {
      return (await chat.world.stub.deliveries(1, null))[0]?.state === 'given up'
    }, 'it is given up')
    expect((await chat.stranger.types('status')).text).toMatch(/1 message to \w+ given up since it last took one: /)
    await later(chat, 2_000)
    await tick(chat, start + HOUR)
    await chat.quiet()
    await card(chat, /1 project newly marked/, CARE)
    expect((await chat.stranger.types('status')).text).not.toMatch(/given up/)
  }, 60_000)

  it('loses a Stop that outlived its sweep with the press, and shows what came of it', async () => {
    const chat = await makeChat(vendor, staleMany(25), { approve: 'never' })
    await tick(chat, start)
    await card(chat, /25 projects newly marked/)
    chat.world.aMinuteLater()
    let deletes = 0
    chat.world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('projects/delete')) {
          deletes += 1
          await new Promise((resolve) => setTimeout(resolve, 150))
          if (deletes === 21) {
            await card(chat, /of 25 done/, ['stop'])
            await chat.refuses('edits', 50)
          }
        }
        return fetch(input, init)
      },
    })
    await tick(chat, start + 2 * DAY)
    const outlived = await card(chat, /of 25 done/, ['stop'])
    expect((await chat.ann.presses(outlived, 'stop')).text).toMatch(/^That sweep is over already; there was nothing/)
    expect((await onCard(chat, outlived, /^Done: 25 deleted/)).verbs).toEqual(['undo'])
    expect(await chat.world.deletions()).toHaveLength(25)
  }, 60_000)
})
