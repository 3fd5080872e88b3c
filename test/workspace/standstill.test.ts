/** G33: what stands still is said, once when it begins and once when it is over; and every code of the health. */

import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import type { Health, PublicHealth } from '../../src/workspace/views/health.ts'
import type { HealthCode } from '../../src/workspace/views/health-codes.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { makeReceiver, sendingTo } from '../support/receiver.ts'
import { HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const SLACK = {
  env: { SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T0/B0/x' },
  outside: async () => new Response('ok'),
}
const TELLS = '[notify]\nchannels = ["slack"]\n'
const OLD = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')
const ASKS = OLD.replace('"never"', '"always"')

/** Scheduled runs an hour apart from that hour on; the last. */
async function ticks(world: World, from: number, count: number, apart = HOUR): Promise<RunRecord> {
  let run: RunRecord | null = null
  for (let n = 0; n < count; n++) run = await world.tick(now + from * HOUR + n * apart)
  if (run === null) throw new RangeError('At least one.')
  return run
}

async function health(world: World): Promise<Health & { readonly http: number }> {
  const answer = await ask(world, '/health')
  return { http: answer.status, ...((await answer.json()) as Health) }
}

async function expectCode(world: World, code: HealthCode, http: number): Promise<Health> {
  const seen = await health(world)
  expect([seen.code, seen.http], seen.reason).toEqual([code, http])
  const stranger = await ask(world, '/health', { bearer: null })
  expect(stranger.status).toBe(http)
  const open = (await stranger.json()) as PublicHealth
  expect(open.code).toBe(code)
  expect(JSON.stringify(open)).not.toMatch(/Old\/|rule "|\d{8}-\d{6}/)
  return seen
}

/** Titles of the messages about standing still, in their order. */
function told(world: World): Promise<readonly string[]> {
  return world.inside(({ storage }) =>
    storage.sql
      .exec<{ title: string }>(
        `SELECT json_extract(payload, '$.card.title') AS title FROM outbox WHERE about = 'standstill' ORDER BY rowid`,
      )
      .toArray()
      .map(({ title }) => title),
  )
}

const without = (field: string, names = ['a', 'b', 'c', 'd', 'e', 'f']) =>
  names.map((name) => stale(`Old/${name}`, field === '' ? {} : { [field]: null }))

describe.concurrent('G33 a condition', () => {
  it('begins in the third scan in a row and ends in the third without it, with one message each', async () => {
    const world = await makeWorld(TELLS + DELETE_OLD, without('codeRunning'), SLACK)
    expect(await ticks(world, 0, 2)).toMatchObject({ status: 'ok', counts: { notJudged: 6 } })
    expect(await health(world)).toMatchObject({ code: 'ok', conditions: [] })
    const third = await ticks(world, 2, 1)
    expect(third).toMatchObject({
      status: 'partial',
      message: expect.stringMatching(/codeRunning is not known for 6 of 6/),
    })
    const seen = await expectCode(world, 'facts_missing', 200)
    expect(seen).toMatchObject({
      level: 'degraded',
      healthy: false,
      conditions: [{ code: 'facts_missing', rule: 'old' }],
    })
    expect((await ticks(world, 3, 4)).status).toBe('partial')
    expect(await told(world)).toEqual(['Standstill: rule "old" cannot do its work'])

    await world.reset(without(''))
    expect((await ticks(world, 7, 2)).status).toBe('partial')
    expect(await told(world)).toHaveLength(1)
    expect((await ticks(world, 9, 1)).status).toBe('ok')
    await expectCode(world, 'ok', 200)
    expect(await told(world)).toEqual([
      'Standstill: rule "old" cannot do its work',
      'All clear: rule "old" works again',
    ])
  })

  it('that comes and goes is told at most once a week for each rule, and one that stays then', async () => {
    const world = await makeWorld(TELLS + DELETE_OLD, without('codeRunning'), SLACK)
    await ticks(world, 0, 3)
    await world.reset(without(''))
    await ticks(world, 3, 3)
    await world.reset(without('codeRunning'))
    expect((await ticks(world, 6, 3)).status).toBe('partial')
    expect(await told(world)).toHaveLength(2)
    await ticks(world, 7 * 24 + 3, 1)
    expect(await told(world)).toHaveLength(3)
  })

  it('does not begin where one scan in between is without it, nor where few or half are concerned', async () => {
    const world = await makeWorld(TELLS + DELETE_OLD, without('codeRunning'), SLACK)
    await ticks(world, 0, 2)
    await world.reset(without(''))
    await ticks(world, 2, 1)
    await world.reset(without('codeRunning'))
    expect((await ticks(world, 3, 2)).status).toBe('ok')
    await world.reset([...without('codeRunning', ['a', 'b', 'c', 'd']), { name: 'Work/x' }])
    expect((await ticks(world, 5, 3)).status).toBe('ok')
    await world.reset([...without('codeRunning', ['a', 'b', 'c', 'd', 'e']), ...without('', ['h', 'i', 'j', 'k', 'l'])])
    expect((await ticks(world, 8, 3)).status).toBe('ok')
    expect(await told(world)).toEqual([])
  })

  it('of any fact counts: a date, a protection', async () => {
    for (const field of ['modified', 'encrypted']) {
      const world = await makeWorld(DELETE_OLD, without(''), {
        fetch: async (input, init) => {
          const answer = await fetch(input, init)
          if (!String(input).endsWith('projects/read')) return answer
          const body = (await answer.json()) as { projects: Record<string, unknown>[] }
          for (const project of body.projects) project[field] = 'odd'
          return Response.json(body)
        },
      })
      expect((await ticks(world, 0, 3)).status, field).toBe('partial')
      expect((await health(world)).codes, field).toContain('facts_missing')
    }
  })
})

describe.concurrent('GET /health', () => {
  it('never_ran, until the first good scheduled run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await expectCode(world, 'never_ran', 503)
    const page = await ask(world, '/', {
      bearer: null,
      headers: { authorization: `Basic ${btoa('me:dev-admin-token')}` },
    })
    expect(await page.text()).toMatch(/banner bad.*no good scheduled run yet/s)
    await ticks(world, 0, 1)
    await expectCode(world, 'ok', 200)
  })

  it('stale, while the last good run is too old or the cron is silent', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await ticks(world, 0, 1)
    world.set({ skewMs: 3 * HOUR })
    await expectCode(world, 'stale', 503)
    await ticks(world, 3, 1)
    await expectCode(world, 'ok', 200)
  })

  it('api_down, once two runs in a row could not read QuantConnect; one is forgiven', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await ticks(world, 0, 1)
    await world.faults({ endpoint: 'projects/read', kind: 'status-500', calls: 'all' })
    await ticks(world, 1, 1)
    await expectCode(world, 'ok', 200)
    await ticks(world, 2, 1)
    await expectCode(world, 'api_down', 503)
    await world.faults()
    await ticks(world, 3, 1)
    await expectCode(world, 'ok', 200)
  })

  it('api_down at once where there never was a good run', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1), { token: 'wrong' })
    await ticks(world, 0, 1)
    const { codes, reason } = await expectCode(world, 'api_down', 503)
    expect(codes).toEqual(['api_down', 'never_ran'])
    expect(reason).toMatch(/Check QC_USER_ID/)
  })

  it('policy_refused, as soon as and as long as it is', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await ticks(world, 0, 1)
    const { policy } = world.setting()
    world.set({ policy: 'rule = [' })
    await expectCode(world, 'policy_refused', 503)
    world.set({ policy })
    await expectCode(world, 'ok', 200)
  })

  it('shrunk, until a person accepts it', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(9))
    await ticks(world, 0, 1)
    await world.reset(staleMany(5))
    await ticks(world, 1, 1)
    await expectCode(world, 'shrunk', 503)
    const { hash } = await world.stub.base()
    expect(await world.stub.acceptBase('Ann', hash ?? '')).toBe(true)
    await ticks(world, 2, 1)
    await expectCode(world, 'ok', 200)
  })

  it('wrong_organization, with the id that is probably meant, for those with a token', async () => {
    const other = { QC_ORGANIZATION_ID: '0'.repeat(32) }
    const world = await makeWorld(TELLS + DELETE_OLD, staleMany(2), { ...SLACK, env: { ...SLACK.env, ...other } })
    const run = await ticks(world, 0, 1)
    expect(run.warnings.join(' ')).toMatch(/Not one of 2 projects belongs to the organization of QC_ORGANIZATION_ID/)
    await ticks(world, 1, 2)
    const { reason } = await expectCode(world, 'wrong_organization', 200)
    expect(reason).toContain('5cad178b20a1d52567b534553413b691')
    expect(await told(world)).toHaveLength(1)
    world.set(SLACK)
    await world.renew()
    await ticks(world, 3, 3)
    await expectCode(world, 'ok', 200)
    expect(await told(world)).toHaveLength(2)
  })

  it('nobody_told, while a plan waits and no message about it was delivered', async () => {
    const receiver = makeReceiver()
    const policy = `[notify]\nchannels = ["webhook"]\n${NO_CAPS}${ASKS}`
    const world = await makeWorld(policy, staleMany(1))
    await ticks(world, 0, 1)
    expect((await ticks(world, 30, 1)).status).toBe('waiting')
    expect((await ticks(world, 31, 1)).status).toBe('ok')
    expect((await ticks(world, 32, 1)).status).toBe('partial')
    await expectCode(world, 'nobody_told', 200)
    // Somebody can be told: the next plan is told of.
    world.set({ env: sendingTo(receiver, 'a') })
    await world.renew()
    const plan = await world.stub.proposal()
    await world.stub.decideOn({
      run: plan?.run ?? '',
      plan: plan?.hash ?? '',
      decision: 'refuse',
      by: { kind: 'token' },
      through: 'api',
    })
    await ticks(world, 34, 3)
    await expectCode(world, 'ok', 200)
    await ticks(world, 34 + 30, 1)
    await receiver.wait(1, 'a')
    expect((await ticks(world, 34 + 31, 3)).status).toBe('ok')
  })

  it('nobody_told, while the message that has to come before cannot be sent to anybody', async () => {
    const world = await makeWorld(TELLS + NO_CAPS + OLD.replace('"0h"', '"24h"'), staleMany(1))
    await ticks(world, 0, 1)
    await ticks(world, 48, 3)
    const { reason } = await expectCode(world, 'nobody_told', 200)
    expect(reason).toMatch(/Rule "old" waits for a message about 1 project.*\[notify\] channels/)
  })

  it('rule_idle, after 30 days with something due; not paused, limited to 0, or where the rule acts', async () => {
    const receiver = makeReceiver()
    const policy = `[notify]\nchannels = ["webhook"]\n${NO_CAPS}${ASKS}`
    const env = sendingTo(receiver, 'a')
    const worlds = await Promise.all([
      makeWorld(policy, staleMany(2), { env }),
      makeWorld(policy, staleMany(2), { env }),
      makeWorld(policy.replace('per_run = 1000', 'per_run = 0'), staleMany(2), { env }),
    ])
    const [idle, paused, zero] = worlds as [World, World, World]
    await Promise.all(worlds.map((world) => ticks(world, 0, 1)))
    await Promise.all(worlds.map((world) => ticks(world, 48, 1)))
    await paused.stub.pause('Ann')
    await Promise.all(worlds.map((world) => ticks(world, 48 + 31 * 24, 3)))
    await expectCode(idle, 'rule_idle', 200)
    await expectCode(paused, 'paused', 200)
    await expectCode(zero, 'ok', 200)
    const plan = await idle.stub.proposal()
    const decided = await idle.stub.decideOn({
      run: plan?.run ?? '',
      plan: plan?.hash ?? '',
      decision: 'approve',
      by: { kind: 'token' },
      through: 'api',
    })
    await idle.ended(decided.ok ? (decided.run ?? '') : '')
    await ticks(idle, 48 + 31 * 24 + 4, 3)
    await expectCode(idle, 'ok', 200)
  })

  it('names_unwritable, while a rule wants names that cannot be written', async () => {
    const archive = rule('old', '{ path = "Old/*", idle = ">90d" }', 'archive', 'to = "Archive/{name}"')
    const world = await makeWorld(TELLS + NO_CAPS + archive, [stale('Old/é')], SLACK)
    await ticks(world, 0, 3)
    const { reason } = await expectCode(world, 'names_unwritable', 200)
    expect(reason).toMatch(/can never rename or move 1 project.*"é"/)
    await world.edit('Old/é', { name: 'Old/e' })
    await ticks(world, 3, 3)
    await expectCode(world, 'ok', 200)
  })

  it('rows_unreadable and leftover, as the newest scan shows them', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(2), { name: 'Work/x' }])
    await world.faults({ endpoint: 'projects/read', kind: 'odd-row', row: 'Work/x', field: 'libraries', value: 'odd' })
    await ticks(world, 0, 1)
    await expectCode(world, 'rows_unreadable', 200)
    await world.faults()
    await ticks(world, 1, 1)
    await expectCode(world, 'ok', 200)
  })

  it('unit_stuck, while a directory rests because one of its projects did not go', async () => {
    const whole = rule('dirs', '{ path = "Old/*", age = ">90d" }', 'delete', 'unit = "directory"')
    const world = await makeWorld(NO_CAPS + whole, [stale('Old/d/a'), stale('Old/d/b'), stale('Work/x')])
    await ticks(world, 0, 1)
    const { fetch: before } = world.setting()
    const { projectId } = await world.project('Old/d/b')
    world.set({
      fetch: (input, init) =>
        String(input).endsWith('/files/read') && String(init?.body).includes(String(projectId))
          ? Promise.resolve(Response.json({ success: false, errors: ['Not this one'] }))
          : fetch(input, init),
    })
    await ticks(world, 30, 1)
    const { reason } = await expectCode(world, 'unit_stuck', 200)
    expect(reason).toMatch(/Directory "Old\/d" .*Old\/d\/b/)
    world.set({ fetch: before ?? ((input, init) => fetch(input, init)) })
    await ticks(world, 30 + 26, 1)
    await expectCode(world, 'ok', 200)
    expect(await world.deletions()).toHaveLength(2)
  })

  it('activity_backlog, when what is to be read has not become less for a day', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(3), { env: { READING_CALLS: '2' } })
    for (const day of [0, 1, 2, 3]) {
      await world.reset(staleMany(3 + 2 * day))
      await ticks(world, 24 * day, 1)
    }
    await expectCode(world, 'activity_backlog', 200)
    world.set({ env: { READING_CALLS: '1000' } })
    await world.renew()
    await ticks(world, 73, 4)
    await expectCode(world, 'ok', 200)
  })

  it('is no condition: what merely was not read yet, while that becomes less', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(9), { env: { READING_CALLS: '2' } })
    expect((await ticks(world, 0, 4)).status).toBe('ok')
    await expectCode(world, 'ok', 200)
  })

  it('paused is healthy, and says so', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    await ticks(world, 0, 1)
    await world.stub.pause('Ann')
    expect(await expectCode(world, 'paused', 200)).toMatchObject({ healthy: true, level: 'healthy', paused: true })
    await world.stub.resume()
    await expectCode(world, 'ok', 200)
  })
})
