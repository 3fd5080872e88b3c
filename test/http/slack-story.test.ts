/**
 * A team lives with leansweep in Slack and nowhere else: marks are told in one digest, one project is kept, what is due is
 * asked about, one person approves while another refuses, the result takes the place of the question, and it is undone.
 */

import { describe, expect, it } from 'vitest'
import { eventually } from '../support/discord-person.ts'
import { stale } from '../support/policies.ts'
import { verbsOf } from '../support/slack-person.ts'
import { readable, ringsOf } from '../support/slack-reader.ts'
import {
  ANN,
  ASKS,
  asking,
  asksNow,
  card,
  later,
  makeScene,
  namesIn,
  onCard,
  posted,
  privately,
  quiet,
  STRANGER,
  tick,
} from '../support/slack-scene.ts'
import { DAY, HOUR } from '../support/world.ts'

const start = Date.now()
const CARE = ['keep30', 'keep', 'why'] as const

describe('a team in Slack', () => {
  it('G7 sees marks, keeps one, decides once though two press, sees the result and takes it back', async () => {
    const scene = await makeScene([stale('Old/a'), stale('Old/<!channel>'), stale('Old/b'), { name: 'New/c' }])
    const { world, ann, bob, stranger } = scene

    // Marked: one digest, whatever the number, and nobody is rung by what a project is called.
    await tick(scene, start)
    const digest = await card(scene, /3 projects newly marked/, CARE)
    expect(readable(digest)).toContain('<!channel>')
    expect(ringsOf(digest)).toEqual([])
    expect(await posted(scene)).toHaveLength(1)

    // A stranger may look, and is told politely and privately that this is all. Who may keeps one, and the digest says so.
    await stranger.presses(digest, 'keep', 'Old/a')
    await privately(scene, STRANGER, /Sorry, you may look/)
    const { tookMs } = await ann.presses(digest, 'keep30', 'Old/a')
    expect(tookMs).toBeLessThan(2_500)
    await privately(scene, ANN, /^Ann keeps project \d+ to the end of /)
    const kept = await onCard(scene, digest, /Old\/a \(\d+\): kept by Ann to the end of \d{4}-\d\d-\d\d/)
    expect(
      readable(kept)
        .split('\n')
        .filter((text) => /▾/.test(text))
        .join(),
    ).not.toMatch(/Old\/a/)

    // Due: the question, with what it is about.
    expect((await tick(scene, start + 2 * DAY)).status).toBe('waiting')
    const question = await card(scene, /2 projects waiting for approval: 2 to delete/, ASKS)
    expect(readable(question)).toMatch(/May decide: Ann and Bob\./)
    expect(await world.deletions()).toEqual([])
    await stranger.presses(question, 'approve')
    await privately(scene, STRANGER, /may look but not approve plans/)

    // One approves while another refuses: one of them wins, and the card says who it was.
    await Promise.all([ann.presses(question, 'approve'), bob.presses(question, 'refuse')])
    const settled = await onCard(scene, question, /refused by Bob|Done: 2 deleted/)
    if (/refused by Bob/.test(readable(settled))) {
      expect(verbsOf(settled)).toEqual([])
      expect(await world.deletions()).toEqual([])
      await tick(scene, start + 4 * DAY)
      await quiet(scene)
      await ann.presses(await card(scene, /2 projects waiting for approval/, ASKS), 'approve')
    }
    const result = await card(scene, /Done: 2 deleted/, ['undo'])
    expect(readable(result)).toMatch(/Approved by Ann/)
    expect(await namesIn(scene)).toEqual(['New/c', 'Old/a', 'Recycle Bin/Old/<!channel>', 'Recycle Bin/Old/b'])
    await quiet(scene)
    const over = await onCard(scene, digest, /Old\/b \(\d+\): deleted/)
    expect(verbsOf(over)).toEqual([])
    expect(ringsOf(over)).toEqual([])

    // And back.
    await ann.presses(result, 'undo')
    await eventually(
      async () => (await namesIn(scene)).filter((name) => name.startsWith('Old/')).length === 3,
      'all is back',
    )
    await quiet(scene)
    const undone = await onCard(scene, result, /Done: 2 deleted; undone by Ann/)
    expect(verbsOf(undone)).toEqual([])
    await privately(scene, ANN, /Done: 2 restored/)

    const { requests } = await scene.standins.slack()
    expect(requests.filter(({ error }) => error !== null)).toEqual([])
  }, 60_000)

  it('is told in time: with a notice, what was marked goes only that long after Slack has taken the digest', async () => {
    const scene = await makeScene([stale('Old/a'), { name: 'New/c' }], asking('always', '24h'))
    const { world, standins, ann } = scene
    // Slack takes nothing while the project is marked, nor when its grace is over.
    await standins.setSlack({ faults: [{ of: 'chat.postMessage', status: 503, times: 2 }] })
    await tick(scene, start)
    expect((await tick(scene, start + 2 * DAY)).counts).toMatchObject({ marked: 1, due: 0 })
    expect(await posted(scene)).toEqual([])
    expect(readable(await ann.types('why Old/a'))).toMatch(/no message about it has been/)
    expect((await world.stub.deliveries(10, null)).map(({ state, status }) => [state, status])).toEqual([['due', 503]])

    // It is tried again by itself; its receipt is what counts.
    await later(scene, HOUR)
    await quiet(scene)
    await later(scene, HOUR)
    await quiet(scene)
    await card(scene, /1 project newly marked/, CARE)
    expect((await tick(scene, start + 2 * DAY + 20 * HOUR)).counts).toMatchObject({ marked: 1, due: 0 })
    expect(readable(await ann.types('why Old/a'))).toMatch(/People were told of it on .*; it goes not before /)
    expect(await asksNow(scene)).toEqual([])

    // The notice is over, and the approval is another thing.
    expect((await tick(scene, start + 4 * DAY)).status).toBe('waiting')
    await quiet(scene)
    await ann.presses(await card(scene, /1 project waiting for approval/, ASKS), 'approve')
    await card(scene, /Done: 1 deleted/, ['undo'])
    expect(await namesIn(scene)).toEqual(['New/c', 'Recycle Bin/Old/a'])
  }, 60_000)
})
