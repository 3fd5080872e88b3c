/** Everything that can be typed in Slack, and every button of a digest, done for real: what is answered and what it did. */

import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/chat/command.ts'
import { eventually } from '../support/discord-person.ts'
import type { SlackMessage } from '../support/node/slack.ts'
import { stale } from '../support/policies.ts'
import { verbsOf } from '../support/slack-person.ts'
import { readable } from '../support/slack-reader.ts'
import {
  ANN,
  ASKS,
  asking,
  BOB,
  card,
  makeScene,
  messages,
  namesIn,
  onCard,
  privately,
  quiet,
  type Scene,
  tick,
} from '../support/slack-scene.ts'
import { DAY } from '../support/world.ts'

const start = Date.now()

/** The first line of a message: what the notification says. */
const says = (message: SlackMessage) => readable(message).split('\n┃')[0]

/** Waits for a result below what was typed, newer than that. */
function follows(scene: Scene, { ts, only }: SlackMessage, reads: RegExp): Promise<SlackMessage> {
  return eventually(async () => {
    const newer = (await messages(scene)).filter((one) => one.only === (only ?? ANN) && one.ts > ts)
    return newer.find((one) => reads.test(readable(one)))
  }, `an answer that reads ${reads.source}`)
}

function runIn(message: SlackMessage): string {
  const text = readable(message)
  return /\d{8}-\d{6}-[0-9a-f]{6}/.exec(text)?.[0] ?? expect.fail(`There is no run in "${text}".`)
}

describe.concurrent('what is typed in Slack', () => {
  it('does what it says, each command there is', async () => {
    const scene = await makeScene([
      stale('Old/mean reversion v2'),
      stale('Old/b'),
      { name: 'Lab/x' },
      { name: 'Lab/deep/y' },
      { name: 'Lab' },
      { name: 'A & <b>', parameters: [{ key: 'lookback', value: '30' }] },
    ])
    const { world, bob, stranger } = scene
    const typed = new Set<string>()
    const ann = (text: string) => {
      typed.add(text.split(' ')[0] ?? '')
      return scene.ann.types(text)
    }
    await tick(scene, start)

    // Looking is free.
    expect(readable(await stranger.types('status'))).toMatch(/All is well/)
    expect(readable(await ann('status'))).toMatch(/No plan waits for a decision\./)
    expect(readable(await stranger.types(''))).toMatch(/\/sweep undo <run or project>/)
    expect(readable(await ann('help delete'))).toMatch(/asks first\.\n(┃ )?You are shown what exactly would go/)
    expect(readable(await ann('why Old/mean reversion v2'))).toMatch(/Rule "old"/)
    expect(readable(await ann('baseline'))).toMatch(/Nothing stands against the list of projects\./)
    const looked = await ann('plan')
    expect([looked.only, says(looked)]).toEqual([ANN, 'Looking at all projects. The plan follows here.'])
    await follows(scene, looked, /^Plan: nothing is due now, of 6 projects\. Nothing has been done\./)

    // Keep and release, by whole name, by name in quotes, by id.
    const { projectId } = await world.project('A & <b>')
    const kept = await ann('keep Old/mean reversion v2 forever')
    expect([kept.only, says(kept)]).toEqual([
      null,
      expect.stringMatching(/^Ann keeps Old\/mean reversion v2 \(\d+\) for ever\.$/),
    ])
    expect(says(await ann('keep "A & <b>"'))).toMatch(/^Ann keeps A & <b> \(\d+\) to the end of \d{4}-/)
    expect(says(await ann('keep A & <b> tomorrow'))).toMatch(/^Until when is "tomorrow"\?/)
    await eventually(
      async () => /^\[keep until /.test((await world.project('A & <b>')).description),
      'the hold is mirrored',
    )
    expect(says(await ann(`release ${projectId}`))).toMatch(/^Ann released A & <b> \(\d+\)/)
    await eventually(async () => (await world.project('A & <b>')).description === '', 'and its mirror goes')
    expect(says(await bob.types(`keep ${projectId}`))).toMatch(/^Sorry, Bob, you may not keep projects/)
    expect(says(await ann('kep Old/b'))).toMatch(/^There is no command "kep"\. Did you mean "\/sweep keep"\?/)
    expect(readable(await ann('why Old/bb'))).toMatch(/Did you mean one of these\?\n(┃ )?Old\/b \(\d+\)/)

    // Update: description, a parameter, the name.
    await follows(scene, await ann(`update ${projectId} description Ann's "best" one`), /^Done: 1 updated/)
    await follows(scene, await ann(`update ${projectId} lookback 60`), /^Done: 1 updated/)
    expect(await world.project('A & <b>')).toMatchObject({
      description: 'Ann\'s "best" one',
      parameters: [expect.objectContaining({ key: 'lookback', value: '60' })],
    })
    await follows(scene, await ann(`update ${projectId} name Solo 2`), /^Done: 1 updated/)

    // Delete a directory, where a project has its name, and take back one project of it, then all.
    expect(says(await ann('delete Lab'))).toMatch(/is a project \(\d+\) and a directory with 2 projects/)
    const question = await ann('delete Lab/')
    expect([question.only, verbsOf(question)]).toEqual([ANN, ['confirm', 'cancel']])
    expect(readable(question)).toMatch(/Lab\/deep\/y/)
    await scene.ann.presses(question, 'confirm')
    const deleted = runIn(await onCard(scene, question, /Deleting: run /))
    expect(verbsOf((await messages(scene)).find(({ ts }) => ts === question.ts) ?? question)).toEqual([])
    await follows(scene, question, /^Done: 2 deleted/)
    expect(await namesIn(scene)).toContain('Lab')
    await follows(scene, await ann('undo Lab/x'), /^Done: 1 /)
    await follows(scene, await ann(`undo ${deleted}`), /^(Done|Partly done): 1 /)
    expect(await namesIn(scene)).toEqual(['Lab', 'Lab/deep/y', 'Lab/x', 'Old/b', 'Old/mean reversion v2', 'Solo 2'])
    expect(says(await ann('undo 20200101-000000-000000'))).toBe('There is no run 20200101-000000-000000.')

    // Run: only a rule that is there.
    expect(says(await ann('run olt'))).toBe('The policy has no rule "olt". Did you mean "old"?')
    await follows(scene, await ann('run old'), /^Done: nothing had to be done/)

    // Approve by the hash that was seen; refuse.
    expect(says(await ann('approve'))).toBe('No plan waits for a decision.')
    await tick(scene, start + 2 * DAY)
    await quiet(scene)
    const waits = await ann('approve')
    expect([waits.only, verbsOf(waits)]).toEqual([ANN, []])
    expect(readable(waits)).toMatch(/^1 project waiting for approval: 1 to delete/)
    expect(says(await ann('approve ffffff'))).toMatch(/^The plan that waits is [0-9a-f]{16}, not "ffffff"/)
    expect(says(await stranger.types('refuse'))).toMatch(/^Sorry, you may look but not refuse plans/)
    const refused = await ann('refuse')
    expect([refused.only, says(refused)]).toEqual([null, 'Ann refused the plan: 1 project stays.'])
    await quiet(scene)
    await card(scene, /1 project: refused by Ann, it stays/, [])
    expect(says(await ann('refuse'))).toBe('No plan waits for a decision.')

    await tick(scene, start + 4 * DAY)
    await quiet(scene)
    await card(scene, /waiting for approval/, ASKS)
    const { hash = '' } = (await world.stub.proposal()) ?? {}
    expect(says(await ann('pause'))).toMatch(/^Ann paused everything/)
    expect(readable(await ann('status'))).toMatch(/^Paused\./)
    expect(says(await ann(`approve ${hash.slice(0, 8)}`))).toMatch(/^Ann approved the plan for 1 project: run /)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await namesIn(scene)).toContain('Old/b')
    expect(says(await ann('resume'))).toBe('Ann lifted the pause.')
    await eventually(async () => (await namesIn(scene)).includes('Recycle Bin/Old/b'), 'it goes')
    await quiet(scene)
    await card(scene, /Done: 1 deleted/, ['undo'])

    expect([...typed].filter((word) => COMMANDS.some((name) => name === word)).sort()).toEqual([...COMMANDS].sort())
  }, 90_000)

  it('is done once when the same request comes twice, and is the same run', async () => {
    const scene = await makeScene([{ name: 'Solo' }])
    await tick(scene, start)
    await scene.ann.types('keep Solo')
    await scene.ann.repeats()
    await privately(scene, ANN, /^That came twice and was done once\./)
    const first = runIn(await scene.ann.types('update Solo description once'))
    await scene.ann.repeats()
    const runs = (await messages(scene)).filter((one) => /^Updating Solo/.test(readable(one))).map(runIn)
    expect(runs).toEqual([first, first])
    await scene.world.ended(first)
    expect(await scene.world.calls('projects/update')).toBeLessThanOrEqual(2)
  }, 60_000)

  it('that names what several are called lists which ones', async () => {
    const scene = await makeScene([
      { name: 'Twin', projectId: 11 },
      { name: 'Twin', projectId: 12 },
    ])
    await tick(scene, start)
    const ids = (await scene.world.projects()).map(({ projectId }) => projectId)
    const seen = readable(await scene.ann.types('keep Twin'))
    expect(seen).toMatch(/^2 projects are called so\. Give the id:/)
    for (const id of ids) expect(seen).toContain(`Twin (${id})`)
    expect(says(await scene.ann.types(`keep ${ids[1]}`))).toMatch(/^Ann keeps Twin/)
  }, 60_000)

  it("to delete is answered in the place of the question: cancelled, somebody else's, too late, or done once", async () => {
    const scene = await makeScene([{ name: 'a/x' }, { name: 'a/y' }, { name: 'b' }])
    const { ann, world } = scene
    await tick(scene, start)
    const cancelled = await ann.types('delete b')
    await ann.presses(cancelled, 'cancel')
    expect(verbsOf(await onCard(scene, cancelled, /^Cancelled\. Nothing was deleted\./))).toEqual([])
    await expect(scene.bob.presses(await ann.types('delete b'), 'confirm')).rejects.toThrow('Nobody else sees')

    const late = await ann.types('delete b')
    world.set({ skewMs: 16 * 60_000 })
    await ann.presses(late, 'confirm')
    await onCard(scene, late, /^The question stood for 15 minutes, which are over/)
    expect(await world.deletions()).toEqual([])
    world.set({ skewMs: 0 })

    const question = await ann.types('delete a')
    await Promise.all([ann.presses(question, 'confirm'), ann.presses(question, 'confirm')])
    await eventually(
      async () => (await namesIn(scene)).join() === 'Recycle Bin/a/x,Recycle Bin/a/y,b',
      'they are in the bin',
    )
    expect(await world.deletions()).toHaveLength(2)
  }, 60_000)
})

describe('the buttons of a digest', () => {
  it('of one project: why for everybody, keep for who may, and then none is left', async () => {
    const scene = await makeScene([stale('Old/a')], asking('never'))
    await tick(scene, start)
    const digest = await card(scene, /1 project newly marked/, ['keep30', 'keep', 'why'])
    await scene.bob.presses(digest, 'why')
    const why = await privately(scene, BOB, /Rule "old" selects it/)
    expect(verbsOf(why)).toEqual(['keep30', 'keep'])
    await scene.bob.presses(why, 'keep')
    expect(verbsOf(await onCard(scene, why, /^Sorry, Bob, you may not keep projects/))).toEqual([])
    await scene.ann.presses(digest, 'keep30')
    await privately(scene, ANN, /^Ann keeps project \d+ to the end of /)
    expect(verbsOf(await onCard(scene, digest, /Old\/a \(\d+\): kept by Ann to the end of /))).toEqual([])
    await scene.ann.types('keep Old/a forever')
    await onCard(scene, digest, /Old\/a \(\d+\): kept by Ann for ever/)
    await tick(scene, start + 30 * DAY)
    expect(await namesIn(scene)).toEqual(['Old/a'])
  }, 60_000)
})
