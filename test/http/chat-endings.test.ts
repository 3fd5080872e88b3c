/** How what was approved ended, in both chats: well, badly, in part, stopped or killed, the question itself says so and names who. */

import { describe, expect, it } from 'vitest'
import { type Chat, card, makeChat, onCard, type Shown, VENDORS } from '../support/chats.ts'
import { eventually } from '../support/discord-person.ts'
import { stale, staleMany } from '../support/policies.ts'
import { tick } from '../support/slack-scene.ts'
import { DAY } from '../support/world.ts'

const start = Date.now()
const ASKS = ['approve', 'refuse']

/** Marked, due, and asked about. */
async function asked(chat: Chat, count: number): Promise<Shown> {
  await tick(chat, start)
  await card(chat, /newly marked/)
  await chat.quiet()
  expect((await tick(chat, start + 2 * DAY)).status).toBe('waiting')
  return card(chat, new RegExp(`${count} projects? waiting for approval`), ASKS)
}

/** Waits until the run that carries out what was approved has ended, however long it takes here, and is told. */
async function carriedOut(chat: Chat): Promise<void> {
  const run = await eventually(async () => {
    const runs = await chat.world.stub.runs(5, null).catch(() => [])
    return runs.find(({ trigger }) => trigger === 'approval')
  }, 'it begins')
  await chat.world.ended(run.id)
  await chat.quiet()
}

/** All that somebody could still press to decide or to stop. */
async function alive(chat: Chat): Promise<readonly Shown[]> {
  return (await chat.posted()).filter(({ verbs }) => verbs.some((verb) => [...ASKS, 'stop'].includes(verb)))
}

describe.concurrent.each(VENDORS)('the card of an approved plan in %s', (vendor) => {
  it('says that its run failed, why and who had approved it, and offers nothing more', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), { name: 'New/c' }])
    const question = await asked(chat, 1)
    await chat.world.faults({ endpoint: 'projects/read', kind: 'status-503' })
    await chat.ann.presses(question, 'approve')
    const ended = await onCard(chat, question, /^(Failed|Blocked): /)
    expect(ended.text).toMatch(/503/)
    expect(ended.text).toMatch(/Approved by Ann\. Plan [0-9a-f]{16}\. Ended /)
    expect(ended.verbs).toEqual([])
    expect(await chat.world.deletions()).toEqual([])
    expect(await alive(chat)).toEqual([])
  }, 60_000)

  it('says first what could not be done where a part could, and takes back what was', async () => {
    const chat = await makeChat(vendor, staleMany(2))
    const question = await asked(chat, 2)
    await chat.world.faults({ endpoint: 'projects/delete', kind: 'refuse-message', calls: [1] })
    await chat.bob.presses(question, 'approve')
    const ended = await onCard(chat, question, /^Partly done: 1 deleted, 1 failed\./)
    expect(ended.text).toMatch(/Approved by Bob\..*Not done \(1\).*delete Old\/p\d \(\d+\): failed\..*Done \(1\)/s)
    expect(ended.verbs).toEqual(['undo'])
    await chat.quiet()
    // The digest says of one that it is gone, and still offers to keep the other.
    const digest = await card(chat, /2 projects newly marked/, ['keep30', 'keep', 'why'])
    expect(digest.text.match(/Old\/p\d \(\d+\): deleted/g)).toHaveLength(1)
    expect((await chat.ann.presses(ended, 'undo')).text).toMatch(/^Undoing run /)
    const undone = await onCard(chat, question, /^Partly done: 1 deleted, 1 failed; undone by Ann\./)
    expect(undone.verbs).toEqual([])
    expect((await chat.world.projects()).map(({ name }) => name).sort()).toEqual(['Old/p0', 'Old/p1'])
  }, 60_000)

  it('has Stop while it is carried out, and in the end says who approved and who stopped it', async () => {
    const chat = await makeChat(vendor, staleMany(25))
    const question = await asked(chat, 25)
    let deletes = 0
    let told: Shown | null = null
    chat.world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('projects/delete')) {
          deletes += 1
          await new Promise((resolve) => setTimeout(resolve, 150))
          if (deletes === 21) {
            const going = await onCard(chat, question, /of 25 done/)
            expect(going.text).toMatch(/Approved by Bob\./)
            expect(going.verbs).toEqual(['stop'])
            told = await chat.ann.presses(going, 'stop')
          }
        }
        return fetch(input, init)
      },
    })
    await chat.bob.presses(question, 'approve')
    await carriedOut(chat)
    const ended = await onCard(chat, question, /^Partly done: 21 deleted/)
    expect(told).toMatchObject({ only: chat.ann.id, text: expect.stringMatching(/^You stopped run /) })
    expect(ended.text).toMatch(/Stopped by Ann/)
    expect(ended.text).toMatch(/Approved by Bob\./)
    expect(ended.verbs).toEqual(['undo'])
    expect(await chat.world.deletions()).toHaveLength(21)
    expect(await alive(chat)).toEqual([])
  }, 60_000)

  it('is the result also when the workspace was killed in the middle of it', async () => {
    const chat = await makeChat(vendor, staleMany(25))
    const question = await asked(chat, 25)
    let deletes = 0
    chat.world.set({
      fetch: async (input, init, ctx) => {
        if (String(input).endsWith('projects/delete')) {
          deletes += 1
          if (deletes === 13) ctx.abort('killed by a test')
        }
        return fetch(input, init)
      },
    })
    await chat.ann.presses(question, 'approve')
    await carriedOut(chat)
    expect(deletes).toBeGreaterThan(13)
    const ended = await onCard(chat, question, /^(Done|Partly done): 2\d deleted/)
    expect(ended.text).toMatch(/Approved by Ann\./)
    expect(await alive(chat)).toEqual([])
    // One card from the question to the end of it.
    expect((await chat.posted()).filter(({ text }) => !/newly marked/.test(text))).toHaveLength(1)
  }, 60_000)
})

describe.concurrent.each(VENDORS)('a digest in %s', (vendor) => {
  it('says on itself who keeps a project and who released it, by button or by typing, and offers nothing for it', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), stale('Old/b'), stale('Old/c')], { approve: 'never' })
    await tick(chat, start)
    const digest = await card(chat, /3 projects newly marked/, ['keep30', 'keep', 'why'])
    await chat.ann.presses(digest, 'keep30', 'Old/a')
    const kept = await onCard(chat, digest, /Old\/a \(\d+\): kept by Ann to the end of \d{4}-\d\d-\d\d/)
    expect(kept.text.split('▾')[1]).not.toContain('Old/a')
    await chat.quiet()
    await chat.ann.types('keep', { project: 'Old/b', until: '30d' })
    await onCard(chat, digest, /Old\/b \(\d+\): kept by Ann to the end of \d{4}-\d\d-\d\d/)
    await chat.quiet()
    await chat.ann.types('release', { project: 'Old/a' })
    const released = await onCard(chat, digest, /Old\/a \(\d+\): released by Ann/)
    expect(released.text).not.toMatch(/Old\/a \(\d+\): kept/)
    // One project is left, so its buttons name it.
    expect(released.text).toMatch(/\[Keep 30 d: Old\/c \(\d+\)\]/)
    await chat.quiet()
    // That is told once: where it was read, and to nobody else.
    expect((await chat.posted()).map(({ text }) => text.split('\n')[0])).toEqual([
      '3 projects newly marked. Keep what should stay.',
    ])
    expect((await chat.world.why('Old/b')).verdict).toBe('held')
  }, 60_000)
})
