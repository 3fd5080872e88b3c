/** No dead buttons: every ending edits the card without a click, and no crash leaves a button behind that nobody can end. */

import { describe, expect, it } from 'vitest'
import { buttonsOf, eventually } from '../support/discord-person.ts'
import { readable } from '../support/discord-reader.ts'
import {
  ANN,
  approves,
  asking,
  BOB,
  card,
  makeScene,
  namesIn,
  planButtons,
  posted,
  type Scene,
  STRANGER,
  tick,
} from '../support/discord-scene.ts'
import type { DiscordMessage } from '../support/node/discord.ts'
import { stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR } from '../support/world.ts'

const start = Date.now()
const ONE = [stale('Old/a'), { name: 'New/c' }]

/** Marked, due, and asked about. */
async function asked(scene: Scene, count: number): Promise<DiscordMessage> {
  await tick(scene, start)
  await card(scene, /newly marked$/)
  expect((await tick(scene, start + 2 * DAY)).status).toBe('waiting')
  return card(scene, /waiting for approval/, planButtons(count))
}

/** Cards that still ask for a decision. */
async function asksNow(scene: Scene): Promise<readonly DiscordMessage[]> {
  return (await posted(scene)).filter((message) => buttonsOf(message).some((label) => /^Approve|^Keep all/.test(label)))
}

async function onCard(scene: Scene, { id }: DiscordMessage, reads: RegExp): Promise<DiscordMessage> {
  return eventually(async () => {
    const found = (await posted(scene)).find((message) => message.id === id)
    return found !== undefined && reads.test(readable(found)) ? found : null
  }, `the card reads ${reads.source}`)
}

describe.concurrent('the card of a plan', () => {
  it('ends when nobody decided for a day, by itself', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    scene.world.set({ skewMs: 24 * HOUR + 60_000 })
    await scene.world.alarm()
    const ended = await onCard(scene, question, /1 project: expired undecided, it stays/)
    expect(buttonsOf(ended)).toEqual([])
    expect(await scene.world.deletions()).toEqual([])
  }, 60_000)

  it('shrinks with the plan, and ends when nothing is left of it', async () => {
    const scene = await makeScene(staleMany(2))
    const question = await asked(scene, 2)
    await scene.world.edit('Old/p0', { description: '[keep]' })
    await tick(scene, start + 2 * DAY + HOUR)
    const shrunk = await onCard(scene, question, /1 of 2 is not due any more and has left the plan/)
    expect(buttonsOf(shrunk)).toEqual(planButtons(1))
    await scene.world.edit('Old/p1', { description: '[keep]' })
    await tick(scene, start + 2 * DAY + 2 * HOUR)
    expect(buttonsOf(await onCard(scene, question, /Nothing is left to approve/))).toEqual([])
    expect(await asksNow(scene)).toEqual([])
  }, 60_000)

  it('ends when another policy is in force, and the next plan has a card of its own', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    scene.world.set({ policy: `${asking('always')}\n# edited` })
    await tick(scene, start + 2 * DAY + HOUR)
    expect(buttonsOf(await onCard(scene, question, /not asked any more, the policy changed/))).toEqual([])
    const [next, ...others] = await eventually(async () => {
      const asks = await asksNow(scene)
      return asks.length > 0 && asks
    }, 'the next plan asks')
    expect(others).toEqual([])
    expect(next?.id).not.toBe(question.id)
  }, 60_000)

  it('says what went wrong when the approved run could not do it, and offers nothing more', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    await scene.world.edit('Old/a', { description: 'still mine' })
    await approves(scene.ann, question)
    const ended = await onCard(scene, question, /1 left alone/)
    expect(readable(ended)).toMatch(/Approved by Ann\..*delete Old\/a \(\d+\): changed/s)
    expect(buttonsOf(ended)).toEqual([])
  }, 60_000)

  it('counts where the rule says two, and one person twice is one', async () => {
    const scene = await makeScene(ONE, asking('two'))
    const question = await asked(scene, 1)
    await approves(scene.ann, question)
    await onCard(scene, question, /Approved by Ann so far; 1 more has to\./)
    expect(readable((await approves(scene.ann, question)) ?? {})).toMatch(
      /^Ann has approved already; another person has to\./,
    )
    expect(await scene.world.deletions()).toEqual([])
    await approves(scene.bob, question)
    expect(readable(await card(scene, /Done: 1 deleted/, ['Undo']))).toMatch(/Approved by Ann and Bob/)
  }, 60_000)

  it('of a running sweep has Stop, which halts before the next call and names who pressed', async () => {
    const scene = await makeScene(staleMany(25), asking('never'))
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
          if (deletes === 21) await scene.ann.presses(await card(scene, /of 25 done/, ['Stop']), 'Stop')
        }
        return fetch(input, init)
      },
    })
    const run = await tick(scene, start + 2 * DAY)
    expect(run.counts.acted).toBeLessThanOrEqual(21)
    const ended = await card(scene, /Partly done|Done/, ['Undo'])
    expect(readable(ended)).toMatch(/Stopped by Ann/)
    expect((await scene.world.deletions()).length).toBeLessThanOrEqual(21)
  }, 60_000)
})

describe.concurrent('a press on a card whose moment has passed', () => {
  it('is answered in private, decides nothing, and redraws the card that could not be edited', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    // Discord takes no edits for a while, so the card still has its buttons when the plan has ended.
    await scene.standins.setDiscord({ faults: [{ of: 'PATCH channels', status: 503, times: 2 }] })
    scene.world.set({ skewMs: 24 * HOUR + 60_000 })
    await scene.world.alarm()
    expect((await asksNow(scene)).map(({ id }) => id)).toEqual([question.id])
    // The door's clock is the machine's, and the way back to Bob works for a quarter of an hour by it.
    scene.world.set({ skewMs: 0 })

    const refused = await scene.bob.presses(question, 'Keep all')
    expect(refused.message?.id).toBe(question.id)
    expect(readable(refused.message ?? {})).toMatch(/expired undecided/)
    expect(await asksNow(scene)).toEqual([])
    const told = await eventually(async () => {
      const { messages } = await scene.standins.discord()
      return messages.find(({ only, content }) => only === BOB && /over/.test(content))
    }, 'Bob is told in private')
    expect(readable(told)).toMatch(/^This plan is over: .* Nothing was changed/)
    expect(await scene.world.deletions()).toEqual([])
  }, 60_000)

  it('is the same for the question that was asked back before: it is over, and says so in its place', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    const sure = await scene.ann.presses(question, 'Approve 1')
    await scene.bob.presses(question, 'Keep all')
    await onCard(scene, question, /refused by Bob/)
    if (sure.message === null) throw new Error('no question')
    const late = await scene.ann.presses(sure.message, 'Approve 1')
    expect(late.message).toMatchObject({ id: sure.message.id, only: ANN, components: [] })
    expect(late.message?.content).toMatch(/^This plan is over: Refused by Bob\./)
    expect(await scene.world.deletions()).toEqual([])
  }, 60_000)

  it('of a plan that was approved by somebody else meanwhile changes nothing', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    const interactions = await Promise.all([approves(scene.ann, question), scene.bob.presses(question, 'Keep all')])
    expect(interactions).toHaveLength(2)
    await onCard(scene, question, /refused by Bob|Done: 1 deleted/)
    expect(await asksNow(scene)).toEqual([])
  }, 60_000)
})

describe.concurrent('a digest', () => {
  it('says on itself who keeps a project and what went, and offers nothing for them any more', async () => {
    const scene = await makeScene([stale('Old/a'), stale('Old/b'), stale('Old/c')], asking('never'))
    await tick(scene, start)
    const menus = ['Keep 30 d: which?', 'Keep for ever: which?', 'Why: which?']
    const digest = await card(scene, /^3 projects newly marked$/, menus)
    await scene.ann.presses(digest, 'Keep for ever', 'Old/a')
    const kept = await onCard(scene, digest, /Since then/)
    expect(readable(kept)).toMatch(/Old\/a \(\d+\): kept by Ann for ever/)
    expect(kept.components[0].components[0].options).toHaveLength(2)
    await tick(scene, start + 2 * DAY)
    const ended = await onCard(scene, digest, /Old\/b \(\d+\): deleted/)
    expect(buttonsOf(ended)).toEqual([])
    expect(await namesIn(scene)).toEqual(['Old/a', 'Recycle Bin/Old/b', 'Recycle Bin/Old/c'])
  }, 60_000)
})

describe.concurrent('the card of a result', () => {
  it('says who took it back, and offers no Undo any more', async () => {
    const scene = await makeScene(ONE)
    await approves(scene.ann, await asked(scene, 1))
    const result = await card(scene, /^Done: 1 deleted$/, ['Undo'])
    const sure = await scene.ann.presses(result, 'Undo')
    if (sure.message === null) throw new Error('no question')
    await scene.ann.presses(sure.message, 'Undo')
    expect(buttonsOf(await onCard(scene, result, /Undone|taken back|undone/i))).toEqual([])
    expect(await namesIn(scene)).toEqual(['New/c', 'Old/a'])
  }, 60_000)
})

describe.concurrent('a card that nobody keeps track of', () => {
  it('loses its buttons at the first press', async () => {
    const scene = await makeScene([stale('Old/a')], asking('never'))
    await tick(scene, start)
    const digest = await card(scene, /^1 project newly marked$/, ['Keep 30 d', 'Keep for ever', 'Why'])
    await scene.world.inside(({ storage }) => storage.sql.exec('DELETE FROM outbox'))
    const pressed = await scene.stranger.presses(digest, 'Why')
    expect(pressed.message).toMatchObject({ id: digest.id })
    expect(readable(pressed.message ?? {})).toMatch(/This message is not kept up to date/)
    expect(pressed.message === null ? [] : buttonsOf(pressed.message)).toEqual([])
    await eventually(async () => {
      const { messages } = await scene.standins.discord()
      return messages.find(({ only, embeds }) => only === STRANGER && /Old\/a/.test(JSON.stringify(embeds)))
    }, 'what was asked is answered all the same')
  }, 60_000)
})

type Call = 'POST' | 'PATCH'

interface Killed {
  happened: boolean
  /** What could be decided on at that moment, before anything has recovered. */
  alive: number
}

/** Kills the workspace once, at the nth call of that method, before it goes out or after its answer has come. */
function killAt(scene: Scene, method: Call, moment: 'before' | 'after'): Killed {
  const killed: Killed = { happened: false, alive: 0 }
  scene.world.set({
    outside: async (input, init, ctx) => {
      const isTheOne = !killed.happened && init.method === method && input.includes('/channels/')
      if (isTheOne) killed.happened = true
      const kill = async () => {
        killed.alive = (await asksNow(scene)).length
        ctx.abort('killed by a test')
      }
      if (isTheOne && moment === 'before') await kill()
      const answer = await fetch(input, init)
      if (isTheOne && moment === 'after') await kill()
      return answer
    },
  })
  return killed
}

/** The platform starts a failed alarm again; time goes on until every message has been delivered. */
async function delivered(scene: Scene): Promise<void> {
  await eventually(async () => {
    await scene.world.alarm().catch(() => undefined)
    const waits = await scene.world.stub.deliveries(100, null).catch(() => null)
    if (waits?.every(({ state }) => state !== 'due') === true) return true
    scene.world.aMinuteLater()
    return false
  }, 'everything is delivered')
}

describe.concurrent.each<[Call, 'before' | 'after']>([
  ['POST', 'before'],
  ['POST', 'after'],
  ['PATCH', 'before'],
  ['PATCH', 'after'],
])('a workspace that is killed while it asks, %s, %s the call', (method, moment) => {
  async function killed(): Promise<Scene & { readonly alive: number }> {
    const scene = await makeScene(ONE)
    await tick(scene, start)
    await card(scene, /newly marked$/)
    await delivered(scene)
    const kill = killAt(scene, method, moment)
    await scene.world.tick(start + 2 * DAY).catch(() => undefined)
    await eventually(async () => kill.happened, 'it was killed')
    return { ...scene, alive: kill.alive }
  }

  it('has no button alive before it knows where the card is, and one card that works afterwards', async () => {
    const scene = await killed()
    if (method === 'POST' || moment === 'before') expect(scene.alive).toBe(0)
    await delivered(scene)
    const asks = await asksNow(scene)
    expect(asks).toHaveLength(1)
    expect((await posted(scene)).filter(({ embeds }) => /waiting for approval/.test(embeds[0]?.title))).toHaveLength(1)
    await approves(scene.ann, asks[0] as DiscordMessage)
    await card(scene, /^Done: 1 deleted$/, ['Undo'])
    expect(await asksNow(scene)).toEqual([])
    expect(await namesIn(scene)).toEqual(['New/c', 'Recycle Bin/Old/a'])
  }, 60_000)

  it('leaves none behind when the plan expires before it has recovered', async () => {
    const scene = await killed()
    scene.world.set({ skewMs: 25 * HOUR })
    // Long after, Discord knows the same message by its nonce no more.
    await scene.standins.setDiscord({ skewMs: 25 * HOUR })
    await delivered(scene)
    expect(await asksNow(scene)).toEqual([])
    expect(await scene.world.stub.proposal()).toMatchObject({ state: 'expired' })
    expect(await scene.world.deletions()).toEqual([])
  }, 60_000)
})
