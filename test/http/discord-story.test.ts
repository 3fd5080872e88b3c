/**
 * A team lives with leansweep in Discord and nowhere else: marks are told in one digest, one project is kept, what is due is
 * asked about, one person approves while another refuses, the result takes the place of the question, and it is undone.
 */

import { describe, expect, it } from 'vitest'
import { eventually } from '../support/discord-person.ts'
import { readable } from '../support/discord-reader.ts'
import { approves, card, makeScene, namesIn, planButtons, posted, tick } from '../support/discord-scene.ts'
import { stale } from '../support/policies.ts'
import { DAY, HOUR } from '../support/world.ts'

const start = Date.now()

describe('a team in Discord', () => {
  it('G7 sees marks, keeps one, decides once though two press, sees the result and takes it back', async () => {
    const scene = await makeScene([stale('Old/a'), stale('Old/@everyone'), stale('Old/**b**'), { name: 'New/c' }])
    const { world, ann, bob, stranger } = scene

    // Marked: one digest, whatever the number.
    await tick(scene, start)
    const digest = await card(scene, /^3 projects newly marked$/, [
      'Keep 30 d: which?',
      'Keep for ever: which?',
      'Why: which?',
    ])
    expect(readable(digest)).toContain('• @everyone')
    expect(await posted(scene)).toHaveLength(1)

    // A stranger may look, and is told politely that this is all.
    expect((await stranger.presses(digest, 'Why', 'Old/a')).says).toContain('Old/a')
    const refused = await stranger.presses(digest, 'Keep for ever', 'Old/a')
    expect([refused.privately, refused.says]).toEqual([true, expect.stringContaining('Sorry, you may look')])
    const kept = await ann.presses(digest, 'Keep 30 d', 'Old/a')
    expect([kept.privately, kept.says]).toEqual([true, expect.stringMatching(/^Ann keeps project \d+ to the end of /)])

    // Due: the question, posted without buttons first and with them once it can be changed.
    const asked = await tick(scene, start + 2 * DAY)
    expect(asked.status).toBe('waiting')
    const question = await card(scene, /^2 projects waiting for approval: 2 to delete$/, planButtons(2))
    expect(await world.deletions()).toEqual([])

    // Not everybody may, and nobody by one press.
    expect((await stranger.presses(question, 'Approve 2')).says).toContain('Sorry, you may look but not approve plans')
    const sure = await ann.presses(question, 'Approve 2')
    expect(sure.privately).toBe(true)
    expect(sure.says).toMatch(/^Approve 2 projects\?\nPlan [0-9a-f]{16}: 2 to delete\..*\n\[!Approve 2\] \[Not now\]$/s)
    expect(await world.deletions()).toEqual([])

    // One approves while another refuses: one of them wins, the other is told so, and the card says who it was.
    if (sure.message === null) throw new Error('no question')
    const both = await Promise.all([ann.presses(sure.message, 'Approve 2'), bob.presses(question, 'Keep all')])
    const texts = both.map(({ says, message }) => (says === '' && message !== null ? readable(message) : says))
    let wins = texts.filter((text) => /^Ann approved the plan for 2 projects|^Bob refused the plan/m.test(text))
    expect(wins).toHaveLength(1)
    if (/Bob refused/.test(wins.join())) {
      await card(scene, /^2 projects: refused by Bob, all stay$/, [])
      expect(await world.deletions()).toEqual([])
      // Their grace has begun anew; when it is over they are asked about again: a new card, and the old one stays ended.
      expect((await tick(scene, start + 2 * DAY + HOUR)).status).toBe('ok')
      await tick(scene, start + 4 * DAY)
      const again = await card(scene, /^2 projects waiting for approval/, planButtons(2))
      wins = [readable((await approves(ann, again)) ?? {})]
      expect(wins.join()).toMatch(/^Ann approved the plan for 2 projects/)
    }

    // The result takes the place of the question.
    const result = await card(scene, /^Done: 2 deleted$/, ['Undo'])
    expect(readable(result)).toMatch(/Approved by Ann/)
    expect(await namesIn(scene)).toEqual(['New/c', 'Old/a', 'Recycle Bin/Old/**b**', 'Recycle Bin/Old/@everyone'])

    // And back.
    const back = await ann.presses(result, 'Undo')
    expect(back.says).toMatch(/^Undo 2 projects\?\nRun \S+: 2 deleted\. Undo takes that back/)
    if (back.message === null) throw new Error('no question')
    const undone = await ann.presses(back.message, 'Undo')
    expect(undone.message?.content).toMatch(/^Undoing run /)
    await eventually(
      // QuantConnect takes no "*" and no "@" in a name that is written, so these come back without.
      async () => (await namesIn(scene)).join() === 'New/c,Old/a,Old/b,Old/everyone',
      'everything is back',
    )
    await eventually(async () => {
      const { messages } = await scene.standins.discord()
      return messages.find(({ id, embeds }) => id === back.message?.id && /restored|renamed/.test(embeds[0]?.title))
    }, 'the result of the undo in the place of the question')

    // Nobody was rung, and every answer came in time and within the limits: the stand-in would have refused it.
    const { requests } = await scene.standins.discord()
    expect(requests.filter(({ status }) => status >= 400 && status !== 404)).toEqual([])
  }, 60_000)
})
