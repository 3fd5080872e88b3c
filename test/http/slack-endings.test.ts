/** No dead buttons: every ending edits the card without a click, and no crash leaves a button behind that nobody can end. */

import { describe, expect, it } from 'vitest'
import { eventually } from '../support/discord-person.ts'
import type { SlackMessage } from '../support/node/slack.ts'
import { stale, staleMany } from '../support/policies.ts'
import { verbsOf } from '../support/slack-person.ts'
import { readable } from '../support/slack-reader.ts'
import {
  ANN,
  ASKS,
  asking,
  asksNow,
  BOB,
  card,
  later,
  makeScene,
  messages,
  namesIn,
  onCard,
  posted,
  privately,
  quiet,
  type Scene,
  tick,
} from '../support/slack-scene.ts'
import { SLACK_CHANNEL, SLACK_TOKEN } from '../support/standins.ts'
import { DAY, HOUR } from '../support/world.ts'

const start = Date.now()
const ONE = [stale('Old/a'), { name: 'New/c' }]

/** Marked, due, and asked about. */
async function asked(scene: Scene, count: number): Promise<SlackMessage> {
  await tick(scene, start)
  await card(scene, /newly marked/)
  expect((await tick(scene, start + 2 * DAY)).status).toBe('waiting')
  return card(scene, new RegExp(`${count} projects? waiting for approval`), ASKS)
}

describe.concurrent('the card of a plan', () => {
  it('ends when nobody decided for a day, by itself', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    await later(scene, 24 * HOUR + 60_000)
    await scene.world.alarm()
    const ended = await onCard(scene, question, /1 project: expired undecided, it stays/)
    expect(verbsOf(ended)).toEqual([])
    expect(await scene.world.deletions()).toEqual([])
  }, 60_000)

  it('shrinks with the plan, and ends when nothing is left of it', async () => {
    const scene = await makeScene(staleMany(2))
    const question = await asked(scene, 2)
    await scene.world.edit('Old/p0', { description: '[keep]' })
    await tick(scene, start + 2 * DAY + HOUR)
    const shrunk = await onCard(scene, question, /1 of 2 is not due any more and has left the plan/)
    expect(verbsOf(shrunk)).toEqual(ASKS)
    await scene.world.edit('Old/p1', { description: '[keep]' })
    await tick(scene, start + 2 * DAY + 2 * HOUR)
    expect(verbsOf(await onCard(scene, question, /Nothing is left to approve/))).toEqual([])
    expect(await asksNow(scene)).toEqual([])
  }, 60_000)

  it('ends when another policy is in force, and the next plan has a card of its own', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    scene.world.set({ policy: `${asking('always')}\n# edited` })
    await tick(scene, start + 2 * DAY + HOUR)
    expect(verbsOf(await onCard(scene, question, /not asked any more, the policy changed/))).toEqual([])
    const [next, ...others] = await eventually(async () => {
      const asks = await asksNow(scene)
      return asks.length > 0 && asks
    }, 'the next plan asks')
    expect(others).toEqual([])
    expect(next?.ts).not.toBe(question.ts)
  }, 60_000)

  it('says what went wrong when the approved run could not do it, and offers nothing more', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    await scene.world.edit('Old/a', { description: 'still mine' })
    await scene.ann.presses(question, 'approve')
    const ended = await onCard(scene, question, /1 left alone/)
    expect(readable(ended)).toMatch(/Approved by Ann\..*delete Old\/a \(\d+\): changed/s)
    expect(verbsOf(ended)).toEqual([])
  }, 60_000)

  it('counts where the rule says two, and one person twice is one', async () => {
    const scene = await makeScene(ONE, asking('two'))
    const question = await asked(scene, 1)
    await scene.ann.presses(question, 'approve')
    await onCard(scene, question, /Approved by Ann so far; 1 more has to\./)
    await scene.ann.presses(question, 'approve')
    await privately(scene, ANN, /^Ann has approved already; another person has to\./)
    expect(await scene.world.deletions()).toEqual([])
    await scene.bob.presses(question, 'approve')
    expect(readable(await onCard(scene, question, /Done: 1 deleted/))).toMatch(/Approved by Ann and Bob/)
  }, 60_000)

  it('is decided once, however often and by however many it is pressed', async () => {
    const scene = await makeScene(staleMany(3))
    const question = await asked(scene, 3)
    const presses = [scene.ann, scene.bob, scene.ann, scene.bob, scene.ann]
    await Promise.all(presses.map((by) => by.presses(question, 'approve')))
    const ended = await onCard(scene, question, /Done: 3 deleted/)
    expect(readable(ended)).toMatch(/Approved by (Ann|Bob)\./)
    expect(await scene.world.deletions()).toHaveLength(3)
    const approvals = (await scene.world.stub.runs(20, null)).filter(({ trigger }) => trigger === 'approval')
    expect(approvals).toHaveLength(1)
  }, 60_000)
})

/** What is on its way to the channel as soon as somebody has pressed. */
const STOPPING = `SELECT id FROM outbox WHERE payload LIKE '%Stopped by Ann: it ends before its next change%' AND state = 'due'`

describe.concurrent('the card of a running sweep', () => {
  it('has Stop, which halts before the next call; at once it says who pressed, and in the end what was done', async () => {
    const scene = await makeScene(staleMany(25), asking('never'))
    await tick(scene, start)
    await card(scene, /25 projects newly marked/)
    scene.world.aMinuteLater()
    let deletes = 0
    let put: readonly object[] = []
    scene.world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('projects/delete')) {
          deletes += 1
          // About as slow as QuantConnect: a chat takes a message a second.
          await new Promise((resolve) => setTimeout(resolve, 150))
          // The third batch waits until somebody has pressed.
          if (deletes === 21) {
            await scene.ann.presses(await card(scene, /of 25 done/, ['stop']), 'stop')
            put = await scene.world.inside(({ storage }) => storage.sql.exec(STOPPING).toArray())
          }
        }
        return fetch(input, init)
      },
    })
    const run = await tick(scene, start + 2 * DAY)
    expect(run.counts.acted).toBeLessThanOrEqual(21)
    await privately(scene, ANN, /^You stopped run /)
    expect(put).toHaveLength(1)
    const ended = await card(scene, /Partly done|Done/, ['undo'])
    expect(readable(ended)).toMatch(/Stopped by Ann/)
    expect((await scene.world.deletions()).length).toBeLessThanOrEqual(21)
    expect((await messages(scene)).filter((one) => verbsOf(one).includes('stop'))).toEqual([])
    // One message from the start to the end of it.
    expect((await posted(scene)).filter((one) => !/newly marked|Since then/.test(readable(one)))).toHaveLength(1)
  }, 60_000)
})

describe.concurrent('a press on a card whose moment has passed', () => {
  it('is answered in private, decides nothing, and redraws the card that could not be edited', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    // Slack takes no edits for a while, so the card still has its buttons when the plan has ended.
    await scene.standins.setSlack({ faults: [{ of: 'chat.update', status: 503, times: 2 }] })
    scene.world.set({ skewMs: 24 * HOUR + 60_000 })
    await scene.world.alarm()
    expect((await asksNow(scene)).map(({ ts }) => ts)).toEqual([question.ts])
    // The door's clock is the machine's, and the way back to Bob works for half an hour by it.
    scene.world.set({ skewMs: 0 })

    await scene.bob.presses(question, 'refuse')
    const told = await privately(scene, BOB, /over/)
    expect(readable(told)).toMatch(/^This plan is over: .* Nothing was changed/)
    expect(verbsOf(await onCard(scene, question, /expired undecided/))).toEqual([])
    expect(await scene.world.deletions()).toEqual([])
  }, 60_000)

  it('of a run that is over stops nothing, and shows what came of it', async () => {
    const scene = await makeScene(ONE, asking('never'))
    await tick(scene, start)
    const run = await tick(scene, start + 2 * DAY)
    const result = await card(scene, /Done: 1 deleted/, ['undo'])
    await quiet(scene)
    // As the card of a running sweep would be that could not be edited.
    const { ts } = await repost(scene, {
      ...result,
      blocks: [
        {
          type: 'actions',
          elements: [
            { type: 'button', action_id: 'sweep.stop.0', text: { type: 'plain_text', text: 'Stop' }, value: run.id },
          ],
        },
      ],
    })
    await scene.ann.presses({ ...result, ts }, 'stop')
    await privately(scene, ANN, /^That sweep is over already; there was nothing to stop\./)
    expect(verbsOf(await onCard(scene, { ...result, ts }, /is not kept up to date/))).toEqual([])
  }, 60_000)
})

/** The bot's message once more, as a crash would leave it that the ledger knows nothing of. */
async function repost({ standins }: Scene, { text, blocks }: SlackMessage): Promise<{ readonly ts: string }> {
  const answer = await fetch(`${standins.slackApi}/chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SLACK_TOKEN}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: SLACK_CHANNEL, text, blocks }),
  })
  return (await answer.json()) as { ts: string }
}

describe.concurrent('a copy that the ledger knows nothing of', () => {
  it('of a question decides like the question, once, and loses its buttons with the first press', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    await later(scene, 2_000)
    const copy = { ...question, ...(await repost(scene, question)) }
    expect(await asksNow(scene)).toHaveLength(2)
    await scene.ann.presses(copy, 'approve')
    expect(verbsOf(await onCard(scene, copy, /This message is not kept up to date/))).toEqual([])
    expect(verbsOf(await onCard(scene, question, /Done: 1 deleted/))).toEqual(['undo'])
    expect(await scene.world.deletions()).toHaveLength(1)
  }, 60_000)

  it('of a question that is over is answered and loses its buttons as well', async () => {
    const scene = await makeScene(ONE)
    const question = await asked(scene, 1)
    await later(scene, 2_000)
    const copy = { ...question, ...(await repost(scene, question)) }
    await scene.bob.presses(question, 'refuse')
    await onCard(scene, question, /refused by Bob/)
    await scene.ann.presses(copy, 'approve')
    await privately(scene, ANN, /^This plan is over: Refused by Bob\./)
    await onCard(scene, copy, /This message is not kept up to date/)
    expect(await asksNow(scene)).toEqual([])
    expect(await scene.world.deletions()).toEqual([])
  }, 60_000)

  it('of a digest keeps what it says, and the digest itself tells it', async () => {
    const scene = await makeScene([stale('Old/a'), stale('Old/b')])
    await tick(scene, start)
    const digest = await card(scene, /2 projects newly marked/, ['keep30', 'keep', 'why'])
    await later(scene, 2_000)
    const copy = { ...digest, ...(await repost(scene, digest)) }
    await scene.ann.presses(copy, 'keep', 'Old/b')
    await onCard(scene, digest, /Old\/b \(\d+\): kept by Ann for ever/)
    expect(verbsOf(await onCard(scene, copy, /This message is not kept up to date/))).toEqual([])
    expect((await scene.world.why('Old/b')).verdict).toBe('held')
  }, 60_000)
})

describe.concurrent('the card of a result', () => {
  it('offers Undo once: two presses are one undoing, and the card says who it was', async () => {
    const scene = await makeScene(staleMany(2), asking('never'))
    await tick(scene, start)
    await tick(scene, start + 2 * DAY)
    await quiet(scene)
    const result = await card(scene, /Done: 2 deleted/, ['undo'])
    await Promise.all([scene.ann.presses(result, 'undo'), scene.ann.presses(result, 'undo')])
    const undone = await onCard(scene, result, /Done: 2 deleted; undone by Ann/)
    expect(verbsOf(undone)).toEqual([])
    expect(await namesIn(scene)).toEqual(['Old/p0', 'Old/p1'])
    const undos = (await scene.world.stub.runs(20, null)).filter(({ actor }) => actor === 'Ann')
    expect(undos).toHaveLength(1)
  }, 60_000)

  it('says so too when it was undone by typing, and only once nothing is left of it', async () => {
    const scene = await makeScene(staleMany(2), asking('never'))
    await tick(scene, start)
    await tick(scene, start + 2 * DAY)
    await quiet(scene)
    const result = await card(scene, /Done: 2 deleted/, ['undo'])
    await scene.ann.types('undo Old/p0')
    await eventually(async () => (await namesIn(scene)).includes('Old/p0'), 'one is back')
    await quiet(scene)
    await card(scene, /Done: 2 deleted/, ['undo'])
    await scene.ann.types('undo Old/p1')
    await quiet(scene)
    expect(verbsOf(await onCard(scene, result, /Done: 2 deleted; undone by Ann/))).toEqual([])
  }, 60_000)
})

type Call = 'chat.postMessage' | 'chat.update'

interface Killed {
  happened: boolean
  /** What could be decided on at that moment, before anything has recovered. */
  alive: number
}

/** Kills the workspace once, at the first call of that method, before it goes out or after its answer has come. */
function killAt(scene: Scene, method: Call, moment: 'before' | 'after'): Killed {
  const killed: Killed = { happened: false, alive: 0 }
  scene.world.set({
    outside: async (input, init, ctx) => {
      const isTheOne = !killed.happened && input.endsWith(method)
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

describe.concurrent.each<[Call, 'before' | 'after']>([
  ['chat.postMessage', 'before'],
  ['chat.postMessage', 'after'],
  ['chat.update', 'before'],
  ['chat.update', 'after'],
])('a workspace that is killed while it asks, at %s, %s the call', (method, moment) => {
  async function killed(): Promise<Scene & { readonly alive: number }> {
    const scene = await makeScene(ONE)
    await tick(scene, start)
    await card(scene, /newly marked/)
    await quiet(scene)
    const kill = killAt(scene, method, moment)
    await scene.world.tick(start + 2 * DAY).catch(() => undefined)
    await eventually(async () => kill.happened, 'it was killed')
    return { ...scene, alive: kill.alive }
  }

  it('has no button alive before it knows where the card is, and one card that works afterwards', async () => {
    const scene = await killed()
    if (method === 'chat.postMessage' || moment === 'before') expect(scene.alive).toBe(0)
    await quiet(scene)
    const asks = await asksNow(scene)
    expect(asks).toHaveLength(1)
    expect((await posted(scene)).filter((one) => /waiting for approval/.test(readable(one)))).toHaveLength(1)
    await scene.ann.presses(asks[0] as SlackMessage, 'approve')
    await card(scene, /Done: 1 deleted/, ['undo'])
    expect(await asksNow(scene)).toEqual([])
    expect(await namesIn(scene)).toEqual(['New/c', 'Recycle Bin/Old/a'])
  }, 60_000)

  it('leaves none behind when the plan expires before it has recovered', async () => {
    const scene = await killed()
    await later(scene, 25 * HOUR)
    await quiet(scene)
    expect(await asksNow(scene)).toEqual([])
    expect(await scene.world.stub.proposal()).toMatchObject({ state: 'expired' })
    expect(await scene.world.deletions()).toEqual([])
  }, 60_000)
})
