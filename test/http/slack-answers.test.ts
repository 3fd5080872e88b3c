/** Answers in Slack: in time whatever the workspace is doing, tried again when their way is closed, and their way kept secret. */

import { describe, expect, it, vi } from 'vitest'
import { eventually } from '../support/discord-person.ts'
import { NO_CAPS, stale } from '../support/policies.ts'
import { SIGNING_SECRET } from '../support/slack.ts'
import { signedAsk, slackEnv, slackPerson } from '../support/slack-person.ts'
import { readable } from '../support/slack-reader.ts'
import { makeStandins, SLACK_TOKEN } from '../support/standins.ts'
import { makeWorld, type World } from '../support/world.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('an answer', () => {
  const POLICY = `${NO_CAPS}\n[[person]]\nname = "Ann"\nslack = "U0ANN"\nmay = ["operate"]`

  async function makeScene(projects: readonly object[] = [stale('Old/a')]) {
    const own = makeStandins()
    const world = await makeWorld(POLICY, projects, { env: slackEnv(own) })
    await world.tick(Date.now())
    return { own, world, ann: slackPerson(world, own, 'U0ANN') }
  }

  /** Nothing gets through to the workspace for so long. */
  function block({ world }: { readonly world: World }, ms: number): Promise<unknown> {
    return world.inside((state) => state.blockConcurrencyWhile(() => new Promise((done) => setTimeout(done, ms))))
  }

  it('to a command comes in time when the workspace is slow: that it follows, and then it does', async () => {
    const scene = await makeScene()
    const blocked = block(scene, 4_000)
    const began = performance.now()
    const first = await scene.ann.types('status')
    expect(performance.now() - began).toBeLessThan(2_900)
    expect(readable(first)).toMatch(/^This takes longer than usual\. The answer follows\./)
    await blocked
    const shown = await eventually(async () => {
      const { messages } = await scene.own.slack()
      return messages.find(({ only, text }) => only === 'U0ANN' && /No plan waits|All is well/.test(text))
    }, 'the answer')
    expect(shown.text).toMatch(/^All is well/)
  })

  it('to a press comes in time too, and what was pressed is done', async () => {
    const scene = await makeScene()
    const why = await scene.ann.types('delete Old/a')
    const blocked = block(scene, 4_000)
    const { tookMs } = await scene.ann.presses(why, 'confirm')
    expect(tookMs).toBeLessThan(2_900)
    await blocked
    await eventually(async () => (await scene.world.deletions()).length === 1, 'it is deleted')
    await eventually(async () => {
      const { messages } = await scene.own.slack()
      return messages.some(({ text }) => /^Done: 1 deleted/.test(text))
    }, 'and that is said')
  })

  it('comes while a long slice is going on, without waiting for its end', async () => {
    const scene = await makeScene()
    let release: () => void = () => undefined
    const held = new Promise<void>((done) => {
      release = done
    })
    scene.world.set({
      fetch: async (input, init) => {
        await held
        return fetch(input, init)
      },
    })
    await scene.ann.types('plan')
    const question = await scene.ann.types('delete Old/a')
    await scene.ann.presses(question, 'cancel')
    const said = await eventually(async () => {
      const { messages } = await scene.own.slack()
      return messages.find(({ ts, text }) => ts === question.ts && /^Cancelled/.test(text))
    }, 'the answer to the press')
    expect(said.blocks).toHaveLength(1)
    release()
  })

  it('is tried again when its way is closed for a moment, and given up once the way is over', async () => {
    const scene = await makeScene()
    await scene.own.setSlack({ faults: [{ of: 'respond', status: 500, times: 1 }] })
    const question = await scene.ann.types('delete Old/a')
    await scene.ann.presses(question, 'cancel')
    await eventually(async () => {
      const { messages } = await scene.own.slack()
      return messages.find(({ ts, text }) => ts === question.ts && /^Cancelled/.test(text))
    }, 'it comes at the second try')
    await scene.own.setSlack({ faults: [{ of: 'respond', status: 404, body: 'expired_url', times: 9 }] })
    await scene.ann.presses(await scene.ann.types('delete Old/a'), 'cancel')
    const waiting = () => scene.world.inside(({ storage }) => storage.sql.exec('SELECT * FROM replies').toArray())
    await eventually(async () => (await waiting()).length === 0, 'nothing waits any more')
  })

  it('to a button that this version does not know is polite', async () => {
    const scene = await makeScene()
    const question = await scene.ann.types('delete Old/a')
    const pressed = (await scene.own.control('slack/press', { user: 'U0ANN', ts: question.ts, action: 'confirm' })) as {
      body: string
    }
    const body = bytes(pressed.body.replace('sweep.confirm.0', 'sweep.later.0'))
    expect((await signedAsk(scene.world, scene.own, 'actions', body)).status).toBe(200)
    await eventually(async () => {
      const { messages } = await scene.own.slack()
      return messages.find(({ text }) => /^This version of leansweep does not know that button/.test(text))
    }, 'the answer')
    expect(await scene.world.deletions()).toEqual([])
  })

  it('G20 leaves its way in no record, no list, no log and no table once it is there', async () => {
    const lines: unknown[] = []
    const spies = (['log', 'warn', 'error'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation((...all) => void lines.push(...all)),
    )
    const scene = await makeScene()
    const submitted = await scene.ann.types('update Old/a description new')
    await eventually(async () => {
      const { messages } = await scene.own.slack()
      return messages.some(({ ts, text }) => ts > submitted.ts && /^Done: 1 updated/.test(text))
    }, 'the result')
    const { world } = scene
    const [run] = await world.stub.runs(1, null)
    const tables = await world.inside(({ storage }) =>
      storage.sql
        .exec<{ name: string }>(
          `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
        )
        .toArray()
        .map(({ name }) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray()),
    )
    const all = JSON.stringify([
      tables,
      lines.map(String),
      await world.stub.run(run?.id ?? ''),
      await world.stub.deliveries(100, null),
      await world.stub.health(),
    ])
    expect(all).toContain('Old/a')
    expect(all).not.toContain('/slack/respond/')
    expect(all).not.toMatch(/secret-\d+-x+/)
    for (const secret of [SIGNING_SECRET, SLACK_TOKEN]) expect(all).not.toContain(secret)
    for (const spy of spies) spy.mockRestore()
  })
})
