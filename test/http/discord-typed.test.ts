/** Everything that can be typed in Discord, and every button of a digest, done for real: what is answered and what it did. */

import { describe, expect, it } from 'vitest'
import { SUBCOMMANDS } from '../../src/discord/commands.ts'
import { buttonsOf, eventually, type Person, person, type Seen } from '../support/discord-person.ts'
import { readable } from '../support/discord-reader.ts'
import {
  ANN,
  asking,
  card,
  makeScene,
  namesIn,
  planButtons,
  quiet,
  type Scene,
  tick,
} from '../support/discord-scene.ts'
import { stale } from '../support/policies.ts'
import { DAY } from '../support/world.ts'

const start = Date.now()

/** Waits until what was answered at first reads so: what follows takes its place. */
function follows(scene: Scene, seen: Seen, reads: RegExp): Promise<string> {
  return eventually(async () => {
    const { messages } = await scene.standins.discord()
    const text = readable(messages.find(({ id }) => id === seen.message?.id) ?? {})
    return reads.test(text) && text
  }, `an answer that reads ${reads.source}`)
}

function runIn({ says }: { readonly says: string }): string {
  return /\d{8}-\d{6}-[0-9a-f]{6}/.exec(says)?.[0] ?? expect.fail(`There is no run in "${says}".`)
}

describe('what is typed in Discord', () => {
  it('does what it says, each command of the list', async () => {
    const scene = await makeScene([
      stale('Old/mean reversion v2'),
      stale('Old/b'),
      { name: 'Lab/x' },
      { name: 'Lab/deep/y' },
      { name: 'Lab' },
      { name: 'Solo', parameters: [{ key: 'lookback', value: '30' }] },
    ])
    const { world, bob, stranger } = scene
    // Answers that follow come faster here than people type.
    await scene.standins.setDiscord({ limit: { calls: 50, windowMs: 5_000 } })
    const typed = new Set<string>()
    const ann: Person['types'] = (name, options) => {
      typed.add(name)
      return scene.ann.types(name, options)
    }
    await tick(scene, start)

    // Looking is free.
    expect((await stranger.types('status')).says).toMatch(/All is well/)
    expect((await ann('status')).says).toMatch(/No plan waits for a decision\./)
    expect((await ann('help')).says).toMatch(/\/sweep undo <run or project>/)
    expect((await ann('help', { command: 'delete' })).says).toMatch(/asks first\.\nYou are shown what exactly would go/)
    expect((await ann('why', { project: 'Old/mean reversion v2' })).says).toMatch(/Rule "old"/)
    expect((await ann('baseline')).says).toBe('Nothing stands against the list of projects.')
    const looked = await ann('plan')
    expect([looked.privately, looked.says]).toEqual([true, 'Looking at all projects. The plan follows here.'])
    await follows(scene, looked, /^Plan: nothing is due now, of 6 projects\. Nothing has been done\./)

    // Keep and release, by whole name, by name in quotes, by id.
    const { projectId } = await world.project('Solo')
    expect((await ann('keep', { project: 'Old/mean reversion v2', until: 'forever' })).says).toMatch(
      /^Ann keeps Old\/mean reversion v2 \(\d+\) for ever\.$/,
    )
    expect((await ann('keep', { project: '"Solo"' })).says).toMatch(/^Ann keeps Solo \(\d+\) to the end of \d{4}-/)
    expect((await ann('keep', { project: 'Solo', until: 'tomorrow' })).says).toMatch(/^Until when is "tomorrow"\?/)
    await eventually(
      async () => /^\[keep until /.test((await world.project('Solo')).description),
      'the hold is mirrored',
    )
    expect((await ann('release', { project: String(projectId) })).says).toMatch(/^Ann released Solo \(\d+\)/)
    await eventually(async () => (await world.project('Solo')).description === '', 'and its mirror goes')
    expect((await bob.types('keep', { project: 'Solo' })).says).toMatch(/^Sorry, Bob, you may not keep projects/)

    // Update: description, a parameter, and one that is called like a field.
    const described = await ann('update', { project: 'Solo', what: 'description', value: 'Ann\'s "best" one' })
    await follows(scene, described, /^Done: 1 updated/)
    await follows(scene, await ann('update', { project: 'Solo', what: 'lookback', value: '60' }), /^Done: 1 updated/)
    expect(await world.project('Solo')).toMatchObject({
      description: 'Ann\'s "best" one',
      parameters: [expect.objectContaining({ key: 'lookback', value: '60' })],
    })
    await follows(scene, await ann('update', { project: 'Solo', what: 'name', value: 'Solo 2' }), /^Done: 1 updated/)

    // Delete a directory, where a project has its name, and take back one project of it, then all.
    expect((await ann('delete', { target: 'Lab' })).says).toMatch(
      /is a project \(\d+\) and a directory with 2 projects/,
    )
    const question = await ann('delete', { target: 'Lab/' })
    if (question.message === null) throw new Error('no question')
    expect(buttonsOf(question.message)).toEqual(['Delete 2 projects', 'Cancel'])
    const pressed = await scene.ann.presses(question.message, 'Delete')
    const deleted = runIn({ says: pressed.message?.content ?? '' })
    await follows(scene, pressed, /^Done: 2 deleted/)
    expect(await namesIn(scene)).toContain('Lab')
    await follows(scene, await ann('undo', { target: 'Lab/x' }), /^Done: 1 /)
    await follows(scene, await ann('undo', { target: deleted }), /^(Done|Partly done): 1 /)
    expect(await namesIn(scene)).toEqual(['Lab', 'Lab/deep/y', 'Lab/x', 'Old/b', 'Old/mean reversion v2', 'Solo 2'])
    expect((await ann('undo', { target: '20200101-000000-000000' })).says).toBe(
      'There is no run 20200101-000000-000000.',
    )

    // Run: only a rule that is there.
    expect((await ann('run', { rules: 'olt' })).says).toBe('The policy has no rule "olt". Did you mean "old"?')
    await follows(scene, await ann('run', { rules: 'old' }), /^Done: nothing had to be done/)

    // Approve by the hash that was seen; refuse.
    expect((await ann('approve')).says).toBe('No plan waits for a decision.')
    await tick(scene, start + 2 * DAY)
    await quiet(scene)
    const waits = await ann('approve')
    expect(waits.says).toMatch(/^1 project waiting for approval: 1 to delete/)
    expect(waits.message === null ? [] : buttonsOf(waits.message)).toEqual([])
    expect((await ann('approve', { plan: 'ffffff' })).says).toMatch(
      /^The plan that waits is [0-9a-f]{16}, not "ffffff"/,
    )
    const refused = await ann('refuse')
    expect([refused.privately, refused.says]).toEqual([false, 'Ann refused the plan: 1 project stays.'])
    await quiet(scene)
    await card(scene, /^1 project: refused by Ann, it stays$/, [])
    expect((await ann('refuse')).says).toBe('No plan waits for a decision.')

    await tick(scene, start + 4 * DAY)
    await quiet(scene)
    await card(scene, /waiting for approval/, planButtons(1))
    const { hash = '' } = (await world.stub.proposal()) ?? {}
    expect((await ann('pause')).says).toMatch(/^Ann paused everything/)
    expect((await ann('status')).says).toMatch(/^Paused\./)
    expect((await ann('approve', { plan: hash.slice(0, 8) })).says).toMatch(
      /^Ann approved the plan for 1 project: run /,
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await namesIn(scene)).toContain('Old/b')
    expect((await ann('resume')).says).toBe('Ann lifted the pause.')
    await eventually(async () => (await namesIn(scene)).includes('Recycle Bin/Old/b'), 'it goes')
    await quiet(scene)
    await card(scene, /^Done: 1 deleted$/, ['Undo'])

    expect([...typed].sort()).toEqual(Object.keys(SUBCOMMANDS).sort())
  }, 90_000)

  it('is done once when the same request comes twice, and is the same run', async () => {
    const scene = await makeScene([{ name: 'Solo' }])
    await tick(scene, start)
    const begin = async (name: string, options: readonly object[]) => {
      const data = { id: '1', name: 'sweep', type: 1, options: [{ name, type: 1, options }] }
      return (await scene.standins.control('discord/interaction', { user: ANN, type: 2, data })) as object
    }
    const says = async (interaction: object) => {
      const answer = (await (await scene.ann.sends(interaction)).json()) as { data: { content: string } }
      return answer.data.content
    }
    const keep = await begin('keep', [{ name: 'project', type: 3, value: 'Solo' }])
    expect(await says(keep)).toMatch(/^Ann keeps Solo/)
    expect(await says(keep)).toBe('That came twice and was done once.')
    const value = [
      { name: 'project', type: 3, value: 'Solo' },
      { name: 'what', type: 3, value: 'description' },
    ]
    const update = await begin('update', [...value, { name: 'value', type: 3, value: 'once' }])
    const [first, second] = [await says(update), await says(update)]
    expect(second).toBe(first)
    await scene.world.ended(runIn({ says: first }))
    expect(await scene.world.calls('projects/update')).toBeLessThanOrEqual(2)
  }, 60_000)

  it('works in a direct message too, and a name that several have lists which ones', async () => {
    const scene = await makeScene([
      { name: 'Twin', projectId: 11 },
      { name: 'Twin', projectId: 12 },
    ])
    await tick(scene, start)
    const ann = person(scene.world, scene.standins, ANN, true)
    const ids = (await scene.world.projects()).map(({ projectId }) => projectId)
    const seen = await ann.types('keep', { project: 'Twin' })
    expect(seen.says).toMatch(/^2 projects are called so\. Give the id:/)
    for (const id of ids) expect(seen.says).toContain(`Twin (${id})`)
    expect((await ann.types('keep', { project: String(ids[1]) })).says).toMatch(/^Ann keeps Twin/)
  }, 60_000)
})

describe('while the name of a project is typed', () => {
  it('projects are offered, of which the chosen one is meant by its id', async () => {
    const long = `Old/${'very long '.repeat(15)}name`
    const scene = await makeScene([stale('Old/mean reversion'), stale(long), { name: 'New/other' }])
    const typing = async (value: string) => {
      const focused = { name: 'project', type: 3, value, focused: true }
      const data = { id: '1', name: 'sweep', type: 1, options: [{ name: 'keep', type: 1, options: [focused] }] }
      const begun = (await scene.standins.control('discord/interaction', { user: ANN, type: 4, data })) as {
        token: string
      }
      const response = await scene.stranger.sends(begun)
      const answer = (await response.json()) as { type: 8; data: { choices: { name: string; value: string }[] } }
      await scene.standins.control('discord/answer', { token: begun.token, status: response.status, answer, tookMs: 9 })
      return answer.data.choices
    }
    // Before the first survey there is nothing to choose from.
    expect(await typing('Old')).toEqual([])
    await tick(scene, start)
    const { projectId } = await scene.world.project('Old/mean reversion')
    const [chosen, ...others] = await typing('reversion')
    expect([chosen, others]).toEqual([{ name: `Old/mean reversion (${projectId})`, value: String(projectId) }, []])
    const [cut] = await typing('very')
    expect(cut?.name).toHaveLength(100)
    expect(cut?.name).toMatch(/… \(\d+\)$/)
    expect((await scene.ann.types('keep', { project: chosen?.value ?? '' })).says).toMatch(
      /^Ann keeps Old\/mean reversion/,
    )
  })
})

describe('the buttons of a digest', () => {
  it('of one project: keep for 30 days, keep for ever, why', async () => {
    const scene = await makeScene([stale('Old/a')], asking('never'))
    await tick(scene, start)
    const digest = await card(scene, /^1 project newly marked$/, ['Keep 30 d', 'Keep for ever', 'Why'])
    expect((await scene.bob.presses(digest, 'Why')).says).toMatch(/Rule "old" selects it/)
    expect((await scene.bob.presses(digest, 'Keep 30 d')).says).toMatch(/^Sorry, Bob/)
    expect((await scene.ann.presses(digest, 'Keep 30 d')).says).toMatch(/^Ann keeps project \d+ to the end of /)
    expect((await scene.ann.presses(digest, 'Keep for ever')).says).toMatch(/^Ann keeps project \d+ for ever\.$/)
    await tick(scene, start + 30 * DAY)
    expect(await namesIn(scene)).toEqual(['Old/a'])
  }, 60_000)
})
