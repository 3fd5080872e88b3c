/** G2: what nothing overrides, whatever a rule says. */

import { describe, expect, it } from 'vitest'
import { NO_CAPS, stale } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const PROTECT = '[protect]\npaths = ["Production/**"]\nids = [777]\n'
const OTHER = 'd6d62db48592c72e67b534553413b691'
const now = Date.now()

const running = (status: string) => ({ live: [{ status, launched: now - 300 * DAY }] })

/** Name, fields, verdict, and what `why` must say. */
const PROTECTED: readonly (readonly [string, object, 'protected' | 'held', RegExp])[] = [
  ['Old/running', running('Running'), 'protected', /It runs live\./],
  ['Old/deploying', running('DeployQueue'), 'protected', /It runs live\./],
  ['Old/logging in', running('LoggingIn'), 'protected', /It runs live\./],
  ['Old/status nobody knows', running('Hibernating'), 'protected', /It runs live\./],
  ['Old/code runs', { codeRunning: true }, 'protected', /Its code is running\./],
  ['Old/linked', { projectId: 555 }, 'protected', /Another project links it as a library\./],
  ['Old/of somebody else', { ownerId: 456 }, 'protected', /Somebody else owns it\./],
  ['Old/elsewhere', { organizationId: OTHER }, 'protected', /It belongs to another organisation\./],
  ['Old/vault', { encrypted: true }, 'protected', /It is encrypted\./],
  ['Library/old', {}, 'protected', /Library folder\./],
  ['Boot Camp/old', {}, 'protected', /Boot Camp folder\./],
  ['Recycle Bin/old', { binned: now - DAY }, 'protected', /It is in the Recycle Bin\./],
  ['Old/held', { description: 'tax [keep]' }, 'held', /Its description holds it for ever\./],
  ['Old/held a while', { description: '[keep until 2099-01-31]' }, 'held', /holds it to the end of 2099-01-31\./],
  ['Old/held wrongly', { description: '[keep for now]' }, 'held', /is no hold leansweep knows/],
  ['Production/old', {}, 'protected', /The policy protects "Production\/\*\*"\./],
  ['production/OLD', {}, 'protected', /The policy protects "Production\/\*\*"\./],
  ['Production', {}, 'protected', /The policy protects "Production\/\*\*"\./],
  ['Old/by id', { projectId: 777 }, 'protected', /The policy protects its id\./],
]

function workspace(): readonly object[] {
  return [
    ...PROTECTED.map(([name, fields]) => stale(name, fields)),
    { name: 'Work/links', projectId: 556, libraries: [555], modified: now - DAY },
    stale('Old/stopped', { live: [{ status: 'Stopped', launched: now - 300 * DAY, stopped: now - 299 * DAY }] }),
  ]
}

function policy(then: string, more: string): string {
  const extra = then === 'describe' || then === 'rename' ? '' : 'notice = "0h"'
  return `${PROTECT}${NO_CAPS}
[[rule]]
id = "everything"
why = "A test wants it."
when = { path = "**", idle = ">90d" }
then = "${then}"
after = "24h"
approve = "never"
enforce = true
${extra}
${more}`
}

async function namesById(world: World): Promise<ReadonlyMap<number, string>> {
  return new Map((await world.projects()).map((project) => [project.projectId, project.name]))
}

describe.concurrent.each([
  ['delete', ''],
  ['archive', ''],
  ['move', 'to = "Attic/{name}"'],
  ['rename', 'to = "gone"'],
])('G2 a rule that would %s everything', (then, more) => {
  it('touches nothing that is protected or held, and everything else', async ({ expect }) => {
    const world = await makeWorld(policy(then, more), workspace())
    const before = await namesById(world)
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    const states = PROTECTED.map(([, , state]) => state)
    expect(run.counts).toMatchObject({
      protected: states.filter((state) => state === 'protected').length,
      held: states.filter((state) => state === 'held').length,
      acted: 1,
      confirmed: 1,
    })
    const after = await namesById(world)
    const moved = [...before].filter(([id, name]) => after.get(id) !== name).map(([, name]) => name)
    expect(moved).toEqual(['Old/stopped'])
    const touched = (await world.requests()).filter(({ path }) => /projects\/(delete|update)/.test(path))
    expect(touched).toHaveLength(1)
  })
})

describe('G2 the reason', () => {
  it.each(PROTECTED)('of %s is named by why', async (name, _fields, verdict, reason) => {
    const world = await shared()
    const answer = await world.why(name)
    expect(answer.verdict).toBe(verdict)
    expect(answer.sentences.join(' ')).toMatch(reason)
  })

  let made: Promise<World> | null = null

  function shared(): Promise<World> {
    made ??= makeWorld(policy('delete', ''), workspace()).then(async (world) => {
      await world.tick(now)
      return world
    })
    return made
  }
})

describe('G2 protections that begin after the plan', () => {
  it.each([
    ['goes live', { live: [{ status: 'Running' }] }, /It runs live/],
    ['is linked as a library', null, /links it as a library/],
    ['is held in its description', { description: '[keep]' }, /Its description holds it/],
    ['is given to another organisation', { organizationId: OTHER }, /another organisation/],
  ])('a due project that %s loses its mark and is not touched', async (_what, fields, reason) => {
    const work = ['b', 'c', 'd', 'e', 'f'].map((name) => ({ name: `Work/${name}`, modified: now - DAY }))
    const world = await makeWorld(policy('delete', ''), [stale('Old/a'), ...work])
    await world.tick(now)
    const { projectId, modified } = await world.project('Old/a')
    if (fields !== null) await world.edit('Old/a', { modified, ...fields })
    else await world.edit('Work/b', { libraries: [projectId] })
    const run = await world.tick(now + 2 * DAY)
    expect(run.counts).toMatchObject({ due: 0, acted: 0 })
    expect(run.unmarked).toMatchObject([{ name: 'Old/a', reason: expect.stringMatching(reason) }])
    expect(await world.deletions()).toEqual([])
  })

  it('a live list that cannot be read blocks the run, and nothing destructive is done', async () => {
    const world = await makeWorld(policy('archive', ''), [stale('Old/a')])
    await world.tick(now)
    await world.faults({ endpoint: 'live/list', kind: 'status-503' })
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'blocked', counts: { acted: 0 } })
    expect(run.message).toMatch(/What runs live could not be read, so nothing destructive was done\. .*HTTP 503/)
    expect(await world.calls('projects/update')).toBe(0)
    await world.faults()
    expect(await world.tick(now + 3 * DAY)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
  })
})
