/** `/metrics` and `/health`: what monitors see, read by a strict parser of our own. */

import { describe, expect, it } from 'vitest'
import { prometheusText } from '../../src/core/base/prometheus.ts'
import { command, undo } from '../support/asking.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

interface Read {
  readonly types: { readonly [name: string]: string }
  readonly values: { readonly [sample: string]: number }
}

/** The exposition format as its rules say, and nothing more lenient. */
function parse(text: string): Read {
  const types: Record<string, string> = {}
  const values: Record<string, number> = {}
  expect(text.endsWith('\n')).toBe(true)
  const helped = new Set<string>()
  let family = ''
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)$/.exec(line)
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$/.exec(line)
    if (help?.[1] !== undefined) {
      expect(helped.has(help[1])).toBe(false)
      helped.add(help[1])
      continue
    }
    if (type?.[1] !== undefined && type[2] !== undefined) {
      family = type[1]
      expect(helped.has(family)).toBe(true)
      types[family] = type[2]
      continue
    }
    const sample =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(
        line,
      )
    if (sample === null) throw new Error(`Not a line of the format: ${line}`)
    expect(sample[1]).toBe(family)
    const key = `${sample[1]}${sample[2] ?? ''}`
    expect(values[key]).toBeUndefined()
    values[key] = Number(sample[3])
  }
  return { types, values }
}

async function metrics(world: World): Promise<Read> {
  const answer = await ask(world, '/metrics')
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  return parse(await answer.text())
}

async function health(world: World): Promise<Record<string, unknown>> {
  const answer = await ask(world, '/health')
  return { status: answer.status, ...((await answer.json()) as Record<string, unknown>) }
}

describe('GET /metrics', () => {
  it('shows how the newest good sweep left the workspace, and what was done in all', async () => {
    const world = await makeWorld(DELETE_OLD, [
      ...staleMany(3),
      { name: 'Work/a' },
      stale('Old/k', { description: '[keep]' }),
    ])
    await world.tick(now)
    const marked = (await metrics(world)).values
    expect(marked).toMatchObject({
      leansweep_projects: 5,
      leansweep_matched: 3,
      leansweep_marked: 3,
      leansweep_held: 1,
      leansweep_not_judged: 0,
      leansweep_acted_total: 0,
      // The list and the empty page after it, what is live, the proof, and two readings of each candidate.
      leansweep_api_calls_total: 3 + 3 + 2 * 3,
      'leansweep_runs_total{status="ok"}': 1,
      leansweep_paused: 0,
      leansweep_waiting: 0,
      leansweep_outbox: 0,
    })
    expect(marked.leansweep_last_good_run_age_seconds).toBeLessThan(60)
    const run = await world.tick(now + 2 * DAY)
    await undo(world, run.id)
    await world.stub.pause('Ann')
    const { values, types } = await metrics(world)
    expect(values).toMatchObject({
      leansweep_acted_total: 3 + 3,
      leansweep_confirmed_total: 3 + 3,
      leansweep_failed_total: 0,
      leansweep_undone_total: 3,
      'leansweep_runs_total{status="ok"}': 3,
      leansweep_paused: 1,
    })
    expect(types).toMatchObject({ leansweep_acted_total: 'counter', leansweep_marked: 'gauge' })
  })

  it('counts what failed and what could not be judged, and every call that was on the wire', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(3), stale('Old/u', { codeRunning: null })])
    await world.tick(now)
    await world.faults({ endpoint: 'projects/delete', calls: [2], kind: 'status-403' })
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ acted: 3, confirmed: 2 })
    const { values } = await metrics(world)
    expect(values).toMatchObject({
      leansweep_not_judged: 1,
      leansweep_acted_total: 3,
      leansweep_confirmed_total: 2,
      leansweep_failed_total: 1,
      leansweep_undone_total: 0,
      leansweep_api_calls_total: (await world.requests()).length,
      'leansweep_runs_total{status="partial"}': 1,
    })
  })

  it('counters never go back, whatever is let go of or started again', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a' }, { name: 'b' }])
    await command(world, { type: 'project.delete', project: 'a' })
    const before = (await metrics(world)).values
    await world.inside(({ storage }) => storage.sql.exec('DELETE FROM runs; DELETE FROM items'))
    await world.renew()
    const after = (await metrics(world)).values
    for (const [name, value] of Object.entries(before)) if (name.includes('_total')) expect(after[name]).toBe(value)
  })

  it('wants a token, and a reading one is enough', async () => {
    const world = await makeWorld(NO_CAPS, [])
    expect((await ask(world, '/metrics', { bearer: null })).status).toBe(401)
    const reader = 'r'.repeat(40)
    expect((await ask(world, '/metrics', { bearer: reader, env: { READ_TOKEN: reader } })).status).toBe(200)
  })

  it('shows what waits for people', async () => {
    const asks = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete').replace('"never"', '"always"')
    const world = await makeWorld(`${NO_CAPS}${asks}`, staleMany(4))
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    expect((await metrics(world)).values.leansweep_waiting).toBe(4)
    const seen = await health(world)
    expect(seen.waiting).toMatchObject({ expiresAt: expect.stringMatching(/^20/) })
  })

  it('escapes what stands in labels and helps', () => {
    const text = prometheusText([
      { name: 'a', help: 'one\nline \\ "quoted"', type: 'gauge', samples: [{ labels: { of: 'x"\\\n' }, value: 1.5 }] },
      { name: 'b', help: 'left out', type: 'gauge', samples: [] },
    ])
    expect(text).toBe('# HELP a one\\nline \\\\ "quoted"\n# TYPE a gauge\na{of="x\\"\\\\\\n"} 1.5\n')
    expect(parse(text).values).toEqual({ 'a{of="x\\"\\\\\\n"}': 1.5 })
  })
})

describe('GET /health', () => {
  it('is red when the cron does not fire, though somebody sweeps by hand', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    expect(await health(world)).toMatchObject({ status: 200, healthy: true, lastTick: expect.any(String) })
    await world.inside(({ storage }) =>
      storage.sql.exec(
        `UPDATE facts SET value = json_set(value, '$.arrived', ?) WHERE name = 'tick'`,
        Date.now() - 3 * HOUR,
      ),
    )
    const seen = await health(world)
    expect(seen).toMatchObject({ status: 503, healthy: false })
    expect(seen.reason).toMatch(
      /^The newest cron tick came 180 minutes ago; 120 are allowed\. .* the cron does not fire/,
    )
  })

  it('says who paused and since when, and a second pause does not change that', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    const first = await (await ask(world, '/api/pause', { method: 'PUT' })).json()
    expect(first).toEqual({ by: 'token', since: expect.stringMatching(/^20/) })
    await world.stub.pause('Ann')
    expect(await health(world)).toMatchObject({
      paused: true,
      pause: first,
      reason: expect.stringMatching(/Paused by token since 20/),
    })
    expect((await ask(world, '/api/pause', { method: 'DELETE' })).status).toBe(204)
    expect(await health(world)).toMatchObject({ paused: false, pause: null })
  })

  it('names the newest link of the audit chain', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const run = await world.tick(now)
    expect(await health(world)).toMatchObject({ audit: { run: run.id, hash: run.audit.hash } })
  })

  it('answers HEAD with the status alone', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await world.tick(now)
    const answer = await ask(world, '/health', { method: 'HEAD', bearer: null })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
  })
})
