/** What is typed is read strictly, in both chats: how long, which plan, which project; what is not clear is asked back and does nothing. */

import { describe, expect, it } from 'vitest'
import { card, makeChat, VENDORS } from '../support/chats.ts'
import { stale, staleMany } from '../support/policies.ts'
import { tick } from '../support/slack-scene.ts'
import { DAY } from '../support/world.ts'

const start = Date.now()

/** The last day that is kept; the policy's days are those of UTC. */
const inDays = (days: number) => new Date(start + days * DAY).toISOString().slice(0, 10)

const LONG: readonly (readonly [until: string, end: string])[] = [
  ['30d', `to the end of ${inDays(30)}`],
  ['1 day', `to the end of ${inDays(1)}`],
  ['for 10 days', `to the end of ${inDays(10)}`],
  ['6w', `to the end of ${inDays(42)}`],
  ['2 Weeks', `to the end of ${inDays(14)}`],
  ['2999-01-31', 'to the end of 2999-01-31'],
  ['until 2999-02-28', 'to the end of 2999-02-28'],
  ['forever', 'for ever'],
  ['for ever', 'for ever'],
]

const NEVER: readonly (readonly [until: string, says: RegExp])[] = [
  ['0d', /^Until when is "0d"\? \/sweep keep <project> \[30d/],
  ['3651d', /^Until when is "3651d"\?/],
  ['2999-02-30', /^Until when is "2999-02-30"\?/],
  ['30', /^Until when is "30"\?/],
  ['2020-01-31', /^2020-01-31 is over already\./],
]

describe.concurrent.each(VENDORS)('in %s', (vendor) => {
  it('a project is kept for as long as is said, and not at all when that is not clear', async () => {
    const chat = await makeChat(vendor, [stale('Old/a')])
    await chat.standins.setDiscord({ limit: { calls: 50, windowMs: 5_000 } })
    await tick(chat, start)
    for (const [until, says] of NEVER) {
      const told = await chat.ann.types('keep', { project: 'Old/a', until })
      expect([told.only, told.text]).toEqual([chat.ann.id, expect.stringMatching(says)])
    }
    expect((await chat.world.why('Old/a')).verdict).toBe('marked')
    for (const [until, end] of LONG) {
      const told = await chat.ann.types('keep', { project: 'Old/a', until })
      expect(told.text).toMatch(new RegExp(`^Ann keeps Old/a \\(\\d+\\) ${end}\\.$`))
      const shorter = await chat.ann.types('keep', { project: 'Old/a', until: '1d' })
      const isLonger = end !== `to the end of ${inDays(1)}`
      if (isLonger) expect(shorter.text).toMatch(new RegExp(`^Old/a \\(\\d+\\) is kept ${end} already\\.`))
      await chat.ann.types('release', { project: 'Old/a' })
      await chat.quiet()
    }
    await chat.ann.types('keep', { project: 'Old/a', until: 'forever' })
    expect((await chat.world.why('Old/a')).verdict).toBe('held')
  }, 60_000)

  it('G7 a plan is approved by six characters of its hash, and by no fewer', async () => {
    const chat = await makeChat(vendor, staleMany(2))
    await tick(chat, start)
    await chat.quiet()
    await tick(chat, start + 2 * DAY)
    await card(chat, /2 projects waiting for approval/, ['approve', 'refuse'])
    const { hash = '' } = (await chat.world.stub.proposal()) ?? {}
    for (const plan of [hash.slice(0, 5), hash.slice(1, 7), `${hash}0`]) {
      const told = await chat.ann.types('approve', { plan })
      expect([told.only, told.text]).toEqual([
        chat.ann.id,
        `The plan that waits is ${hash.slice(0, 16)}, not "${plan}". Look at it with /sweep approve, and give at least 6 characters of it.`,
      ])
    }
    expect(await chat.world.stub.proposal()).toMatchObject({ state: 'open' })
    expect((await chat.ann.types('approve', { plan: hash.slice(0, 6).toUpperCase() })).text).toMatch(
      /^Ann approved the plan for 2 projects: run /,
    )
  }, 60_000)

  it('G7 nothing is deleted where several are meant or words are left over: the choice is listed', async () => {
    const chat = await makeChat(vendor, [
      { name: 'Twin', projectId: 11 },
      { name: 'Twin', projectId: 12 },
      { name: 'Solo' },
    ])
    await tick(chat, start)
    const twins = await chat.ann.types('delete', { target: 'Twin' })
    expect(twins.verbs).toEqual([])
    expect(twins.text.split('\n').toSorted()).toEqual([
      '2 projects are called so. Give the id:',
      'Twin (11)',
      'Twin (12)',
    ])
    for (const command of ['release', 'undo', 'why', 'update']) {
      const more = command === 'update' ? { what: 'description', value: 'x' } : {}
      const told = await chat.ann.types(command, { [command === 'undo' ? 'target' : 'project']: 'Twin', ...more })
      expect([command, told.text]).toEqual([command, expect.stringMatching(/^2 projects are called so\. Give the id:/)])
    }
    if (vendor === 'slack') {
      expect((await chat.ann.types('delete', { target: 'Solo now' })).text).toMatch(/^Nothing may follow the name/)
      expect((await chat.ann.types('why', { project: 'Solo please' })).text).toMatch(
        /^"Solo" is a project, but what is "please" behind it\?/,
      )
    }
    expect(await chat.world.deletions()).toEqual([])
  }, 60_000)
})
