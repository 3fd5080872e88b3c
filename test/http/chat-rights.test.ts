/** Who may, in both chats: the people of the policy by the vendor's id, and nobody else anything but look. */

import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/chat/command.ts'
import { type Chat, card, makeChat, onCard, type Somebody, VENDORS } from '../support/chats.ts'
import { stale } from '../support/policies.ts'
import { later, tick } from '../support/slack-scene.ts'
import { DAY } from '../support/world.ts'

const start = Date.now()
const PROJECT = { project: 'Old/a' }
const LOOKS = ['plan', 'why', 'status', 'help', 'approve', 'baseline']

/** Every command that does something, with what it takes. */
const DOES: readonly (readonly [command: string, options?: { readonly [option: string]: string }])[] = [
  ['keep', { ...PROJECT, until: 'forever' }],
  ['release', PROJECT],
  ['update', { ...PROJECT, what: 'description', value: 'mine' }],
  ['delete', { target: 'Old/a' }],
  ['run'],
  ['approve', { plan: 'ffffffffffffffff' }],
  ['refuse'],
  ['undo', { target: 'Old/a' }],
  ['baseline', { hash: 'ffffffffffffffff' }],
  ['pause'],
  ['resume'],
]

/** All that could have been changed. */
async function stands({ world }: Chat): Promise<string> {
  const projects = (await world.projects()).map(({ name, description }) => [name, description])
  const runs = (await world.stub.runs(50, null)).filter(({ trigger }) => trigger !== 'cron')
  const { paused } = await world.stub.health()
  return JSON.stringify([
    projects,
    runs,
    paused,
    (await world.stub.proposal())?.state,
    (await world.why('Old/a')).verdict,
  ])
}

async function mayNothing(chat: Chat, somebody: Somebody): Promise<void> {
  const before = await stands(chat)
  for (const [command, options] of DOES) {
    const told = await somebody.types(command, options)
    expect([command, told.only, told.text]).toEqual([
      command,
      somebody.id,
      expect.stringMatching(/^Sorry, you may look but not .*: the policy names nobody with your/),
    ])
    expect(told.text).toContain(`"${somebody.id}"`)
    expect(told.verbs).toEqual([])
  }
  expect(await stands(chat)).toBe(before)
}

describe('the commands here', () => {
  it('are all there are: those that look, and those that do', () => {
    expect([...new Set([...LOOKS, ...DOES.map(([command]) => command)])].sort()).toEqual([...COMMANDS].sort())
  })
})

describe.concurrent.each(VENDORS)('in %s', (vendor) => {
  it('G7 somebody whom the policy does not name may look at everything and do nothing, and is told so in private', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), { name: 'New/c' }])
    const { stranger } = chat
    await tick(chat, start)
    const digest = await card(chat, /1 project newly marked/, ['keep30', 'keep', 'why'])
    for (const verb of ['keep30', 'keep']) {
      expect(await stranger.presses(digest, verb)).toMatchObject({
        only: stranger.id,
        text: expect.stringMatching(/^Sorry, you may look but not keep projects/),
      })
    }
    expect((await stranger.presses(digest, 'why')).text).toMatch(/Old\/a \(\d+\): marked/)
    await chat.quiet()
    expect((await tick(chat, start + 2 * DAY)).status).toBe('waiting')
    const question = await card(chat, /waiting for approval/, ['approve', 'refuse'])
    for (const verb of ['approve', 'refuse']) {
      expect((await stranger.presses(question, verb)).text).toMatch(
        /^Sorry, you may look but not (approve|refuse) plans/,
      )
    }
    await mayNothing(chat, stranger)
    // What waits may be looked at, with nothing to press.
    const waits = await stranger.types('approve')
    expect([waits.only, waits.verbs]).toEqual([stranger.id, []])
    expect(waits.text).toMatch(/^1 project waiting for approval: 1 to delete.*May decide: Ann and Bob\./s)
    for (const look of [
      await stranger.types('status'),
      await stranger.types('why', PROJECT),
      await stranger.types('help'),
    ])
      expect([look.only, look.text]).toEqual([stranger.id, expect.not.stringMatching(/Sorry/)])
    expect((await onCard(chat, question, /waiting for approval/)).verbs).toEqual(['approve', 'refuse'])
  }, 60_000)

  it('G7 where the policy names nobody, nobody may: the question has no buttons and says why', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), { name: 'New/c' }], { people: 'nobody' })
    await tick(chat, start)
    const digest = await card(chat, /1 project newly marked/, ['keep30', 'keep', 'why'])
    expect((await chat.ann.presses(digest, 'keep')).text).toMatch(/^Sorry, you may look but not keep projects/)
    await chat.quiet()
    await tick(chat, start + 2 * DAY)
    const question = await card(chat, /1 project waiting for approval/, [])
    expect(question.text).toMatch(/Nobody may decide: the policy names no \[\[person\]\] with may = \["approve"\]\./)
    await mayNothing(chat, chat.ann)
    expect(await chat.world.deletions()).toEqual([])
  }, 60_000)

  it('G7 who may one thing may not another: Bob approves, and changes nothing himself', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), { name: 'New/c' }])
    await tick(chat, start)
    const before = await stands(chat)
    for (const [command, options] of DOES.filter(([name]) => !['approve', 'refuse'].includes(name))) {
      const told = await chat.bob.types(command, options)
      expect([command, told.only, told.text]).toEqual([
        command,
        chat.bob.id,
        expect.stringMatching(/^Sorry, Bob, you may not .*: the policy gives you "approve", and this needs "operate"/),
      ])
    }
    expect(await stands(chat)).toBe(before)
  }, 60_000)

  it('G7 who asked for a run is not one of the two who approve it', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), { name: 'New/c' }], { approve: 'two' })
    const { ann, bob } = chat
    await tick(chat, start)
    await chat.quiet()
    // A minute before it is due, and two minutes pass.
    await tick(chat, start + DAY - 60_000)
    await later(chat, 120_000)
    await ann.types('run')
    const question = await card(chat, /1 project waiting for approval/, ['approve', 'refuse'])
    expect(question.text).toMatch(/Needs two different people of: Ann and Bob; not Ann, who asked for it\./)
    expect((await ann.presses(question, 'approve')).text).toMatch(
      /^Ann asked for this run, so two others have to approve\./,
    )
    expect((await bob.presses(question, 'approve')).text).toMatch(
      /^Bob approved the plan for 1 project\. 1 more has to\./,
    )
    const once = await onCard(chat, question, /Approved by Bob so far; 1 more has to\./)
    expect(once.verbs).toEqual(['approve', 'refuse'])
    const { hash = '' } = (await chat.world.stub.proposal()) ?? {}
    expect((await ann.types('approve', { plan: hash.slice(0, 8) })).text).toMatch(/^Ann asked for this run/)
    expect(await chat.world.deletions()).toEqual([])
    // To refuse can only save something.
    expect((await ann.presses(once, 'refuse')).text).toMatch(/^Ann refused the plan: 1 project stays\./)
    expect((await onCard(chat, question, /refused by Ann, it stays/)).verbs).toEqual([])
  }, 60_000)
})
