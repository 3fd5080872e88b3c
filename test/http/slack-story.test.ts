/**
 * A team lives with leansweep in Slack and nowhere else: marks are told in one digest, one project is kept, what is due is
 * asked about, one person approves while another refuses, the result takes the place of the question, and it is undone.
 */

import { describe, expect, it } from 'vitest'
import { eventually } from '../support/discord-person.ts'
import type { SlackMessage } from '../support/node/slack.ts'
import { NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { type SlackPerson, slackEnv, slackPerson, verbsOf } from '../support/slack-person.ts'
import { readable, ringsOf } from '../support/slack-reader.ts'
import { makeStandins, type Standins } from '../support/standins.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const PEOPLE = `
[notify]
channels = ["slack"]
[[person]]
name = "Ann"
slack = "U0ANN"
may = ["operate", "approve"]
[[person]]
name = "Bob"
slack = "U0BOB"
may = ["approve"]
`
const asks = (approve: string) =>
  rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('approve = "never"', `approve = "${approve}"`)
const POLICY = `${NO_CAPS}${PEOPLE}${asks('always')}`
const start = Date.now()

interface Scene {
  readonly world: World
  readonly standins: Standins
  readonly ann: SlackPerson
  readonly bob: SlackPerson
  readonly stranger: SlackPerson
}

async function makeScene(projects: readonly object[], policy = POLICY): Promise<Scene> {
  const standins = makeStandins()
  const world = await makeWorld(policy, projects, { env: slackEnv(standins) })
  const [ann, bob, stranger] = ['U0ANN', 'U0BOB', 'U0WHO'].map((id) => slackPerson(world, standins, id))
  return { world, standins, ann, bob, stranger } as Scene
}

async function messages({ standins }: Scene): Promise<readonly SlackMessage[]> {
  return (await standins.slack()).messages.filter(({ deleted }) => !deleted)
}

/** Waits for a message of the bot that reads so, and has these buttons if they are named. */
function card(scene: Scene, reads: RegExp, verbs: readonly string[] | null = null): Promise<SlackMessage> {
  return eventually(
    async () => {
      const found = (await messages(scene)).findLast((one) => one.byBot && reads.test(readable(one)))
      if (found === undefined) return null
      return verbs === null || verbsOf(found).join() === verbs.join() ? found : null
    },
    `a card "${reads.source}" with ${verbs?.join(', ') ?? 'anything'}`,
  )
}

/** Waits for something that only that person sees. */
function privately(scene: Scene, user: string, reads: RegExp): Promise<SlackMessage> {
  return eventually(
    async () => (await messages(scene)).findLast((one) => one.only === user && reads.test(readable(one))),
    `"${reads.source}" for ${user}`,
  )
}

async function tick({ world }: Scene, at: number) {
  await eventually(async () => {
    const runs = await world.stub.runs(10, null)
    return runs.every(({ status }) => status !== 'queued' && status !== 'running')
  }, 'all runs have ended')
  return world.tick(at)
}

const names = async ({ world }: Scene) => (await world.projects()).map(({ name }) => name).sort()

describe('a team in Slack', () => {
  it('G7 sees marks, keeps one, decides once though two press, sees the result and takes it back', async () => {
    const scene = await makeScene([stale('Old/a'), stale('Old/<!channel>'), stale('Old/b'), { name: 'New/c' }])
    const { world, ann, bob, stranger } = scene

    // Marked: one digest, whatever the number, and nobody is rung by what a project is called.
    await tick(scene, start)
    const digest = await card(scene, /3 projects newly marked/)
    expect(readable(digest)).toContain('<!channel>')
    expect(ringsOf(digest)).toEqual([])
    expect((await messages(scene)).filter(({ byBot }) => byBot)).toHaveLength(1)

    // A stranger may look, and is told politely and privately that this is all.
    await stranger.presses(digest, 'keep', 'Old/a')
    await privately(scene, 'U0WHO', /Sorry, you may look/)
    const { tookMs } = await ann.presses(digest, 'keep30', 'Old/a')
    expect(tookMs).toBeLessThan(2_500)
    await privately(scene, 'U0ANN', /^Ann keeps project \d+ to the end of /)

    // Due: the question, with what it is about.
    expect((await tick(scene, start + 2 * DAY)).status).toBe('waiting')
    const question = await card(scene, /2 projects waiting for approval: 2 to delete/, ['approve', 'refuse'])
    expect(readable(question)).toMatch(/May decide: Ann and Bob\./)
    expect(await world.deletions()).toEqual([])
    await stranger.presses(question, 'approve')
    await privately(scene, 'U0WHO', /may look but not approve plans/)

    // One approves while another refuses: one of them wins, and the card says who it was.
    await Promise.all([ann.presses(question, 'approve'), bob.presses(question, 'refuse')])
    const settled = await card(scene, /refused by Bob|Done: 2 deleted/)
    if (/refused by Bob/.test(readable(settled))) {
      expect(verbsOf(settled)).toEqual([])
      expect(await world.deletions()).toEqual([])
      await tick(scene, start + 4 * DAY)
      await ann.presses(await card(scene, /2 projects waiting for approval/, ['approve', 'refuse']), 'approve')
    }
    const result = await card(scene, /Done: 2 deleted/, ['undo'])
    expect(readable(result)).toMatch(/Approved by Ann/)
    expect(await names(scene)).toEqual(['New/c', 'Old/a', 'Recycle Bin/Old/<!channel>', 'Recycle Bin/Old/b'])

    // And back.
    await ann.presses(result, 'undo')
    await eventually(
      async () => (await names(scene)).filter((name) => name.startsWith('Old/')).length === 3,
      'all is back',
    )

    const { requests } = await scene.standins.slack()
    expect(requests.filter(({ error }) => error !== null)).toEqual([])
  }, 60_000)

  it('lives from what is typed: status, why, keep with blanks in the name, run, approve by hash, refuse, pause, undo', async () => {
    const scene = await makeScene([stale('Old/mean reversion v2'), stale('Old/b')])
    const { ann, bob, stranger, world } = scene
    await tick(scene, start)
    expect(readable(await stranger.types('status'))).toMatch(/All is well\. The last good run ended/)
    expect(readable(await stranger.types('why Old/b'))).toMatch(/Rule "old"/)
    expect(readable(await stranger.types('keep Old/b'))).toMatch(/Sorry/)
    expect(readable(await bob.types('keep Old/b'))).toMatch(/Sorry|may/)
    expect(readable(await ann.types('keep Old/mean reversion v2 forever'))).toMatch(
      /keeps Old\/mean reversion v2 .* for ever/,
    )
    expect(readable(await ann.types('kep Old/b'))).toMatch(/keep/)

    await tick(scene, start + 2 * DAY)
    const { hash } = (await world.stub.proposal()) ?? { hash: '' }
    expect(readable(await ann.types('approve'))).toContain(hash.slice(0, 16))
    expect(readable(await ann.types('approve 000000'))).toMatch(/The plan that waits is/)
    await ann.types('pause')
    expect(await ann.types(`approve ${hash.slice(0, 16)}`).then(readable)).toMatch(
      /Ann approved the plan for 1 project/,
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await world.deletions()).toEqual([])
    await ann.types('resume')
    await card(scene, /Done: 1 deleted/, ['undo'])
    await ann.types('undo Old/b')
    await eventually(async () => (await names(scene)).join() === 'Old/b,Old/mean reversion v2', 'it is back')
    await ann.types('release Old/mean reversion v2')
    await eventually(
      async () => (await world.project('Old/mean reversion v2')).description === '',
      'the mirror of the hold is gone',
    )
  }, 60_000)

  it('deleting by what is typed asks first, and only the press does it, once', async () => {
    const scene = await makeScene([{ name: 'a/x' }, { name: 'a/y' }, { name: 'b' }])
    const { ann, world } = scene
    await tick(scene, start)
    const question = await ann.types('delete a')
    expect(question.only).toBe('U0ANN')
    expect(await world.deletions()).toEqual([])
    const yes = verbsOf(question)[0] ?? ''
    await ann.presses(question, yes)
    await ann.repeats()
    await eventually(
      async () => (await names(scene)).join() === 'Recycle Bin/a/x,Recycle Bin/a/y,b',
      'they are in the bin',
    )
    expect(await world.deletions()).toHaveLength(2)
  }, 60_000)
})

describe('no dead buttons', () => {
  const one = [stale('Old/a'), { name: 'New/c' }]

  it('a plan that expires has its card ended without any click', async () => {
    const scene = await makeScene(one)
    await tick(scene, start)
    await tick(scene, start + 2 * DAY)
    await card(scene, /1 project waiting for approval/, ['approve', 'refuse'])
    scene.world.set({ skewMs: 24 * HOUR + 60_000 })
    await scene.world.alarm()
    const ended = await card(scene, /nobody decided|expired|undecided/i)
    expect(verbsOf(ended)).toEqual([])
  }, 60_000)

  it('a plan that shrinks says so, and one that is empty or whose policy changed ends', async () => {
    const scene = await makeScene(staleMany(2))
    await tick(scene, start)
    await tick(scene, start + 2 * DAY)
    await card(scene, /2 projects waiting for approval/, ['approve', 'refuse'])
    await scene.world.edit('Old/p0', { description: '[keep]' })
    await tick(scene, start + 2 * DAY + HOUR)
    await card(scene, /1 project waiting for approval/, ['approve', 'refuse'])
    await scene.world.edit('Old/p1', { description: '[keep]' })
    await tick(scene, start + 2 * DAY + 2 * HOUR)
    await eventually(async () => {
      const cards = (await messages(scene)).filter(({ byBot }) => byBot)
      return cards.every((message) => !verbsOf(message).includes('approve'))
    }, 'no card asks any more')

    const other = await makeScene(one)
    await tick(other, start)
    await tick(other, start + 2 * DAY)
    await card(other, /1 project waiting for approval/, ['approve', 'refuse'])
    other.world.set({ policy: `${POLICY}\n# edited` })
    await tick(other, start + 2 * DAY + HOUR)
    await card(other, /1 project waiting for approval/, ['approve', 'refuse'])
    const asking = (await messages(other)).filter((message) => verbsOf(message).includes('approve'))
    expect(asking).toHaveLength(1)
  }, 60_000)

  it('two people where the rule says two: the card counts, and the same one twice is one', async () => {
    const scene = await makeScene(one, `${NO_CAPS}${PEOPLE}${asks('two')}`)
    const { ann, bob, world } = scene
    await tick(scene, start)
    await tick(scene, start + 2 * DAY)
    const question = await card(scene, /1 project waiting for approval/, ['approve', 'refuse'])
    await ann.presses(question, 'approve')
    await card(scene, /1 of 2: Ann\./, ['approve', 'refuse'])
    await ann.presses(question, 'approve')
    await privately(scene, 'U0ANN', /approved already; another person has to/)
    expect(await world.deletions()).toEqual([])
    await bob.presses(question, 'approve')
    expect(readable(await card(scene, /Done: 1 deleted/, ['undo']))).toMatch(/Approved by Ann and Bob/)
  }, 60_000)

  it('a question whose posting was answered with silence leaves no second one that could be pressed', async () => {
    const scene = await makeScene(one)
    await tick(scene, start)
    await card(scene, /newly marked/)
    await scene.standins.setSlack({ faults: [{ of: 'chat.postMessage', lostAfter: true }] })
    await tick(scene, start + 2 * DAY)
    await eventually(async () => {
      await scene.world.alarm()
      scene.world.aMinuteLater()
      const asking = (await messages(scene)).filter((message) => verbsOf(message).includes('approve'))
      return asking.length === 1
    }, 'exactly one question can be pressed')
    const asking = (await messages(scene)).filter((message) => verbsOf(message).includes('approve'))
    await scene.ann.presses(asking[0] as SlackMessage, 'approve')
    await card(scene, /Done: 1 deleted/, ['undo'])
    expect((await messages(scene)).flatMap(verbsOf).filter((verb) => verb === 'approve')).toEqual([])
  }, 60_000)

  it('Stop halts a running sweep before its next call, and its card says who', async () => {
    const scene = await makeScene(staleMany(25), `${NO_CAPS}${PEOPLE}${asks('never')}`)
    await tick(scene, start)
    await card(scene, /25 projects newly marked/)
    scene.world.aMinuteLater()
    let deletes = 0
    scene.world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('projects/delete')) {
          deletes += 1
          // About as slow as QuantConnect: a chat takes a message a second.
          await new Promise((resolve) => setTimeout(resolve, 150))
          // The third batch waits until somebody has pressed.
          if (deletes === 21) {
            const running = await card(scene, /0 of 25 done/, ['stop'])
            await scene.ann.presses(running, 'stop')
          }
        }
        return fetch(input, init)
      },
    })
    const run = await tick(scene, start + 2 * DAY)
    expect(run.counts.acted).toBeLessThanOrEqual(21)
    const ended = await card(scene, /Stopped by Ann/)
    expect(verbsOf(ended)).not.toContain('stop')
    expect((await scene.world.deletions()).length).toBeLessThanOrEqual(21)
  }, 60_000)
})
