/** `POST /hooks/quantconnect`: an algorithm changes its own project and no other. */

import { sign } from '@octokit/webhooks-methods'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { ask, QUANTCONNECT_SECRET } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { problemOf, rows } from '../support/rows.ts'
import { makeWorld, type World } from '../support/world.ts'

const UPDATE = { projectId: 7, description: 'up 3 % today' }
const NEW_SECRET = 'the new secret of the tests'

let log: MockInstance<typeof console.warn>

beforeEach(() => {
  log = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => {
  log.mockRestore()
  vi.useRealTimers()
})

/** The bearer of a project, as another library makes it. */
async function bearerFor(projectId: number | string, secret = QUANTCONNECT_SECRET): Promise<string> {
  return (await sign(secret, String(projectId))).slice('sha256='.length)
}

async function say(
  world: World,
  message: object | string,
  { of = 7, secret = QUANTCONNECT_SECRET, env = {} }: { of?: number; secret?: string; env?: object } = {},
): Promise<Response> {
  const body = typeof message === 'string' ? message : JSON.stringify(message)
  const bearer = await bearerFor(of, secret)
  return ask(world, '/hooks/quantconnect', { method: 'POST', bearer, body, env: env as { [name: string]: string } })
}

async function runOf(answer: Response): Promise<string> {
  expect(answer.status).toBe(202)
  return ((await answer.json()) as { run: string }).run
}

async function paused(): Promise<World> {
  const world = await makeWorld(DELETE_OLD, staleMany(1))
  await world.stub.pause('the test')
  return world
}

describe('an algorithm', () => {
  it('changes its own description and parameters, and leaves holds as they are', async () => {
    const world = await paused()
    const answer = await say(world, { ...UPDATE, parameters: { fast: 10 } })
    expect(await answer.json()).toMatchObject({ url: expect.stringMatching(/^https:\/\/.*\/api\/runs\//) })
    expect(await rows(world)).toEqual([
      {
        trigger: 'quantconnect',
        actor: 'project 7',
        request: {
          kind: 'command',
          mode: 'act',
          command: {
            type: 'project.update',
            project: 7,
            description: 'up 3 % today',
            parameters: { fast: '10' },
            keepsHolds: true,
          },
        },
      },
    ])
  })

  it('may ask for a report', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const run = await runOf(await say(world, { projectId: 7, sweep: 'report' }))
    expect(await world.ended(run)).toMatchObject({ trigger: 'quantconnect', mode: 'report', status: 'ok' })
  })

  it('may send its message as a text in JSON, as Notify.Web does with what is JSON already', async () => {
    const world = await paused()
    await runOf(await say(world, JSON.stringify(JSON.stringify(UPDATE))))
    expect(await rows(world)).toHaveLength(1)
  })

  it('hears why when its message does not fit', async () => {
    const world = await paused()
    const { detail } = await problemOf(await say(world, { projectId: 7, description: '[keep] me' }), 422)
    expect(detail).toMatch(/^"description" must not contain "\[keep"/)
    await problemOf(await say(world, { projectId: 7, sweep: 'act' }), 422)
    await problemOf(await say(world, { projectId: 7, name: 'Other' }), 422)
    expect(await rows(world)).toEqual([])
  })

  it('that was deployed with notifications of orders and insights is thanked, and nothing happens', async () => {
    const world = await paused()
    const wizard = { ProjectName: 'Momentum', ProjectId: 7, Insights: [], OrderEvents: [], Portfolio: [] }
    const answer = await say(world, wizard)
    expect([answer.status, await answer.json()]).toEqual([202, { ignored: expect.stringContaining('wizard') }])
    expect(await rows(world)).toEqual([])
    await problemOf(await say(world, wizard, { of: 8 }), 401)
  })
})

/** All that waits has had its turn. */
async function over(world: World): Promise<void> {
  await world.inside(({ storage }) => storage.sql.exec(`UPDATE runs SET status = 'ok'`).toArray())
}

describe('G14 the same message', () => {
  /** 10:00:59.500, half a second before the next minute. */
  const END_OF_MINUTE = Date.UTC(2026, 10, 24, 10, 0, 59, 500)

  it('within seconds is one run, also over the end of a minute and at the same instant', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: END_OF_MINUTE })
    const world = await paused()
    const first = await Promise.all([say(world, UPDATE), say(world, UPDATE)])
    vi.setSystemTime(END_OF_MINUTE + 1_000)
    const spaced = await say(world, JSON.stringify(UPDATE, null, 2))
    const runs = await Promise.all([...first, spaced].map(runOf))
    expect(new Set(runs).size).toBe(1)
    expect(await rows(world)).toHaveLength(1)
  })

  it('two minutes and hours later is a new run', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: END_OF_MINUTE })
    const world = await paused()
    const runs = [await runOf(await say(world, UPDATE))]
    for (const later of [120_000, 5 * 3_600_000]) {
      vi.setSystemTime(END_OF_MINUTE + later)
      await over(world)
      runs.push(await runOf(await say(world, UPDATE)))
    }
    expect(new Set(runs).size).toBe(3)
  })

  it('of another project, or another message, is another run', async () => {
    const world = await paused()
    const runs = [
      await runOf(await say(world, UPDATE)),
      await runOf(await say(world, { ...UPDATE, projectId: 8 }, { of: 8 })),
    ]
    await over(world)
    runs.push(
      await runOf(await say(world, { ...UPDATE, description: 'down 3 % today' })),
      await runOf(await say(world, { projectId: 7, sweep: 'report' })),
    )
    await over(world)
    runs.push(await runOf(await say(world, { projectId: 8, sweep: 'report' }, { of: 8 })))
    expect(new Set(runs).size).toBe(5)
  })

  it('G30 another message while one waits is part of it, unless somebody else asked for something in between', async () => {
    const world = await paused()
    const first = await runOf(await say(world, UPDATE))
    const second = await runOf(await say(world, { projectId: 7, description: 'newer', parameters: { fast: '3' } }))
    expect(second).toBe(first)
    expect(await runOf(await say(world, { projectId: 7, description: 'newer', parameters: { fast: '3' } }))).toBe(first)
    const [row] = await rows(world)
    expect(JSON.stringify(row)).toContain('newer')
    await ask(world, '/api/projects/7', { method: 'POST', body: { description: 'by a person' } })
    expect(await runOf(await say(world, { projectId: 7, description: 'newest' }))).not.toBe(first)
  })
})

describe('who cannot prove anything', () => {
  it('hears one and the same, whatever is wrong, and nothing happens', async () => {
    const world = await paused()
    const body = JSON.stringify(UPDATE)
    const good = await bearerFor(7)
    const wrong: readonly (readonly [authorization: string | null, body: string])[] = [
      [null, body],
      ['', body],
      [`Bearer ${await bearerFor(8)}`, body],
      [`Bearer ${await bearerFor(7, NEW_SECRET)}`, body],
      [`Bearer ${await bearerFor('07')}`, body],
      [`Bearer ${good.toUpperCase()}`, body],
      [`Bearer ${good.slice(0, -1)}`, body],
      [`Bearer ${good}, Bearer ${good}`, body],
      [`Basic ${btoa(`7:${good}`)}`, body],
      [`Bearer ${QUANTCONNECT_SECRET}`, body],
      [`Bearer ${good}`, JSON.stringify({ ...UPDATE, projectId: 8 })],
      [`Bearer ${good}`, JSON.stringify({ ...UPDATE, projectId: '7' })],
      [`Bearer ${good}`, '{"description": "x"}'],
      [`Bearer ${good}`, '{'],
      [`Bearer ${good}`, `\ufeff${body}`],
      [`Bearer ${good}`, 'null'],
      [null, '{'],
    ]
    const answers: string[] = []
    for (const [authorization, given] of wrong) {
      const headers = authorization === null ? {} : { authorization }
      const answer = await ask(world, '/hooks/quantconnect', { method: 'POST', bearer: null, body: given, headers })
      answers.push(JSON.stringify(await problemOf(answer, 401)))
    }
    const other = await ask(world, '/hooks', { method: 'POST', bearer: null, body })
    expect(new Set([...answers, JSON.stringify(await problemOf(other, 401))]).size).toBe(1)
    expect(await rows(world)).toEqual([])
    for (const [line] of log.mock.calls)
      expect(String(line).replace(/ \[request .*\]$/, '')).not.toMatch(/[0-9a-f]{12}|up 3/)
  })

  it('hears that the door is closed while QUANTCONNECT_SECRET is not set, and that a body is too large', async () => {
    const world = await paused()
    const closed = await say(world, UPDATE, { env: { QUANTCONNECT_SECRET: undefined } })
    expect((await problemOf(closed, 503)).detail).toContain('QUANTCONNECT_SECRET is not set')
    await problemOf(await say(world, JSON.stringify(UPDATE).padEnd(1_048_577)), 413)
  })

  it('counts as the old one does while both secrets are set', async () => {
    const world = await paused()
    const env = { QUANTCONNECT_SECRET: `${NEW_SECRET},${QUANTCONNECT_SECRET}` }
    await runOf(await say(world, UPDATE, { env }))
    await runOf(await say(world, UPDATE, { env, secret: NEW_SECRET }))
    await problemOf(await say(world, UPDATE, { secret: NEW_SECRET }), 401)
  })
})
