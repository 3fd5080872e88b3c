/** Quiet by default, in both chats: one digest however much there is, each thing told once, and counted only when it arrived. */

import { describe, expect, it } from 'vitest'
import { type Chat, card, makeChat, VENDORS } from '../support/chats.ts'
import { eventually } from '../support/discord-person.ts'
import { stale, staleMany } from '../support/policies.ts'
import { tick } from '../support/slack-scene.ts'
import { DAY, HOUR } from '../support/world.ts'

const start = Date.now()
const CARE = ['keep30', 'keep', 'why']

/** A tick, and all that is to be told of it. */
async function swept(chat: Chat, at: number): Promise<void> {
  await tick(chat, at)
  await chat.quiet()
}

const titles = async (chat: Chat) => (await chat.posted()).map(({ text }) => text.split('\n')[0])

describe.concurrent.each(VENDORS)('a plan that is asked for in %s', (vendor) => {
  it('by several within a minute is looked at once for all of them', async () => {
    const chat = await makeChat(vendor, [{ name: 'Solo' }])
    const asked = [chat.ann, chat.bob, chat.stranger, chat.ann]
    for (const somebody of asked) {
      expect((await somebody.types('plan')).text).toBe('Looking at all projects. The plan follows here.')
    }
    // Two where a minute begins between them.
    expect((await chat.world.stub.runs(10, null)).length).toBeLessThanOrEqual(2)
  })

  it('during a pause says what it may have to wait for', async () => {
    const chat = await makeChat(vendor, [{ name: 'Solo' }])
    await chat.ann.types('pause')
    const asked = await chat.stranger.types('plan')
    expect(asked.text).toBe(
      'Looking at all projects. The plan follows here, at the latest when the pause of Ann is lifted.',
    )
  })
})

describe.concurrent.each(VENDORS)('a digest in %s', (vendor) => {
  it('tells of an unchanged mark when it is made and when its notice begins, and at no tick between or after', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), stale('New/c')], { after: '6d', notice: '48h' })
    const marked = '1 project newly marked. Keep what should stay.'
    const due = '1 due. Keep what should stay.'
    await swept(chat, start)
    expect(await titles(chat)).toEqual([marked])
    for (const days of [0.1, 1, 2, 3, 3.9]) await swept(chat, start + days * DAY)
    expect(await titles(chat)).toEqual([marked])
    await swept(chat, start + 4 * DAY)
    expect(await titles(chat)).toEqual([marked, due])
    for (const days of [4.1, 5, 5.9]) await swept(chat, start + days * DAY)
    expect(await titles(chat)).toEqual([marked, due])
    // What is new beside it has a digest of its own, which does not tell the old again.
    await chat.world.edit('New/c', { name: 'Old/c', modified: start - 200 * DAY })
    await swept(chat, start + 5.95 * DAY)
    expect(await titles(chat)).toEqual([marked, due, marked])
    expect((await chat.posted()).at(-1)?.text).not.toContain('Old/a')
  }, 60_000)

  it('and the question of the same tick come one after the other: a chat takes one message a second', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), stale('New/c')])
    await chat.isBusy(2)
    await tick(chat, start)
    await chat.world.edit('New/c', { name: 'Old/c', modified: start - 200 * DAY })
    await tick(chat, start + 2 * DAY)
    // The chat wanted nothing for two seconds, so that three messages wait.
    expect(await titles(chat)).toEqual([])
    await chat.quiet()
    expect((await titles(chat)).toSorted()).toEqual([
      expect.stringMatching(/^1 project newly marked/),
      expect.stringMatching(/^1 project newly marked/),
      expect.stringMatching(/^1 project waiting for approval/),
    ])
    expect(await chat.tooMany()).toBe(1)
  }, 60_000)

  it('of hundreds is one message that cuts its lists, counts what it leaves out and links to all', async () => {
    const chat = await makeChat(vendor, staleMany(300))
    await swept(chat, start)
    const [digest, ...others] = await chat.posted()
    expect(others).toEqual([])
    expect(digest?.text).toMatch(/^300 projects newly marked\./)
    expect(digest?.text).toMatch(/in Old \(300\)/)
    expect(digest?.text).toMatch(/… and \d+ more/)
    expect(digest?.text).toMatch(/https:\/\/sweep\.example\/runs\/\d{8}-/)
    expect(digest?.verbs).toEqual(CARE)
    expect(digest?.text).toMatch(/Keep 30 d: which\? \(25 of 300\)/)
    // What can be chosen is what was read.
    for (const [line, id] of digest?.text.matchAll(/• p\d+ \((\d+)\)/g) ?? [])
      expect(digest?.text.split('▾')[1], line).toContain(`(${id})`)
    await tick(chat, start + 2 * DAY)
    const question = await card(chat, /^300 projects waiting for approval: 300 to delete/, ['approve', 'refuse'])
    expect(question.text).toMatch(/… and 290 more/)
    expect(question.text).toMatch(/https:\/\/sweep\.example\/runs\/\d{8}-/)
  }, 60_000)

  it('has every name as it is, however long and in whatever script, and rings nobody', async () => {
    const names = [
      '👩‍🔬 日本の戦略',
      'אסטרטגיה ישנה',
      `very ${'long '.repeat(40)}name`,
      '@everyone <!channel> &amp; *b* `c`',
    ]
    const chat = await makeChat(
      vendor,
      names.map((name) => stale(`Old/${name}`)),
    )
    await swept(chat, start)
    const digest = await card(chat, /4 projects newly marked/, CARE)
    for (const name of names) expect(digest.text).toContain(name)
    expect(digest.rings).toEqual([])
    const [chosen = ''] = names
    expect((await chat.ann.presses(digest, 'keep', chosen)).text).toMatch(/^Ann keeps project \d+ for ever\./)
    await chat.quiet()
    expect((await card(chat, /4 projects newly marked/)).text).toMatch(
      new RegExp(`Old/${chosen} \\(\\d+\\): kept by Ann for ever`),
    )
  }, 60_000)

  it('gives no notice while the vendor says no: due times move, and it is shown until one is taken', async () => {
    const chat = await makeChat(vendor, [stale('Old/a')], { approve: 'never', notice: '36h' })
    const { world, ann } = chat
    await chat.refuses('posts', 3)
    await tick(chat, start)
    const attempts = async () => (await world.stub.deliveries(1, null))[0]
    const first = await eventually(async () => {
      await world.alarm()
      world.aMinuteLater()
      const newest = await attempts()
      return (newest?.attempts ?? 0) > 1 && newest?.reason !== '' && newest
    }, 'it failed twice')
    expect(first).toMatchObject({ state: 'due', about: 'digest' })
    expect(first?.reason).toMatch(vendor === 'slack' ? /channel_not_found.*\/invite/ : /403.*"Send Messages"/)
    for (const days of [2, 9]) {
      expect((await tick(chat, start + days * DAY)).counts).toMatchObject({ marked: 1, due: 0, acted: 0 })
    }
    expect((await ann.types('why', { project: 'Old/a' })).text).toMatch(/no message about it has been delivered/)
    expect((await ann.types('status')).text).toMatch(
      /1 message to \w+ not delivered so far, and tried again: \w+ answered/,
    )
    expect(await chat.posted()).toEqual([])

    await chat.quiet()
    await card(chat, /1 project newly marked/, CARE)
    const told = await attempts()
    expect(told).toMatchObject({ state: 'delivered' })
    expect((await ann.types('why', { project: 'Old/a' })).text).toMatch(
      /People were told of it on .*; it goes not before /,
    )
    expect(await world.deletions()).toEqual([])
    expect((await tick(chat, start + 9 * DAY + 35 * HOUR)).counts).toMatchObject({ due: 0 })
  }, 60_000)
})
