/** Projects changed and brought back over the API: what a request does to QuantConnect, and what is refused at the door. */

import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { command, idOf, names } from '../support/asking.ts'
import { type Asking, ask } from '../support/door.ts'
import { NO_CAPS, stale } from '../support/policies.ts'
import { problemOf, rows } from '../support/rows.ts'
import { makeWorld, type World } from '../support/world.ts'

/** Posts, and waits until the run it was taken as has ended. */
async function done(world: World, path: string, asking: Asking = {}): Promise<RunRecord> {
  const answer = await ask(world, path, { method: 'POST', ...asking })
  expect(answer.status).toBe(202)
  const { run, url } = (await answer.json()) as { run: string; url: string }
  expect(url).toBe(`https://localhost/api/runs/${run}`)
  return world.ended(run)
}

const BEFORE = {
  name: 'a/x',
  description: 'Notes.',
  parameters: [
    { key: 'fast', value: '5' },
    { key: 'slow', value: '20' },
  ],
}

describe('POST /api/projects/{projectId}', () => {
  it('changes name, description and parameters, and of parameters only those that are named; null takes one out', async () => {
    const world = await makeWorld(NO_CAPS, [BEFORE, { name: 'b' }])
    const projectId = await idOf(world, 'a/x')
    const others = await world.project('b')
    const body = { name: 'a/y', description: 'Wärme, 研究', parameters: { fast: '7', slow: null, new: '' } }
    const run = await done(world, `/api/projects/${projectId}`, { body })
    expect(run).toMatchObject({ trigger: 'api', actor: 'token', mode: 'act', status: 'ok', counts: { confirmed: 1 } })
    expect(run.outcomes).toMatchObject([{ projectId, action: 'update', rule: null, outcome: 'done' }])
    expect(await world.project('a/y')).toMatchObject({
      projectId,
      description: 'Wärme, 研究',
      parameters: [
        { key: 'fast', value: '7' },
        { key: 'new', value: '' },
      ],
    })
    expect(await world.project('b')).toEqual(others)
    expect(await world.calls('projects/update')).toBe(1)
  })

  it.each([
    [{ name: 'c/z' }, { name: 'c/z', description: 'Notes.', parameters: BEFORE.parameters }],
    [{ description: '' }, { name: 'a/x', description: '', parameters: BEFORE.parameters }],
    [{ parameters: { fast: null, slow: null } }, { name: 'a/x', description: 'Notes.', parameters: [] }],
    [
      { parameters: { fast: 6 } },
      { name: 'a/x', description: 'Notes.', parameters: [{ value: '6' }, { value: '20' }] },
    ],
  ])('changes with %j nothing but that', async (body, after) => {
    const world = await makeWorld(NO_CAPS, [BEFORE])
    const projectId = await idOf(world, 'a/x')
    expect(await done(world, `/api/projects/${projectId}`, { body })).toMatchObject({ status: 'ok' })
    expect(await world.projects()).toMatchObject([{ projectId, ...after }])
  })

  it('takes parameters whose names mean something to JavaScript like any others', async () => {
    const world = await makeWorld(NO_CAPS, [BEFORE])
    const path = `/api/projects/${await idOf(world, 'a/x')}`
    const parameters = { constructor: '1', prototype: '2', toString: '3', hasOwnProperty: '4' }
    await done(world, path, { body: { parameters } })
    expect((await world.project('a/x')).parameters).toMatchObject([
      ...BEFORE.parameters,
      ...Object.entries(parameters).map(([key, value]) => ({ key, value })),
    ])
    await done(world, path, { body: { parameters: { constructor: null, prototype: null, toString: null } } })
    expect((await world.project('a/x')).parameters).toMatchObject([...BEFORE.parameters, { key: 'hasOwnProperty' }])
  })

  it('is activity, is recorded with what was there before, and can be undone', async () => {
    const world = await makeWorld(NO_CAPS, [BEFORE])
    const projectId = await idOf(world, 'a/x')
    const body = { name: 'b/y', description: 'Other.', parameters: { fast: null, more: '1' } }
    const run = await done(world, `/api/projects/${projectId}`, { body })
    expect(await names(world)).toEqual(['b/y'])
    expect(await done(world, `/api/runs/${run.id}/undo`)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    const { name, description, parameters } = await world.project('a/x')
    expect({ name, description, parameters }).toMatchObject({ name: 'a/x', description: 'Notes.' })
    expect(new Map((parameters as typeof BEFORE.parameters).map(({ key, value }) => [key, value]))).toEqual(
      new Map([
        ['fast', '5'],
        ['slow', '20'],
      ]),
    )
  })

  it('of what is so already makes no call, and says so', async () => {
    const world = await makeWorld(NO_CAPS, [BEFORE])
    const body = { description: 'Notes.', parameters: { fast: '5', gone: null } }
    const run = await done(world, `/api/projects/${await idOf(world, 'a/x')}`, { body })
    expect(run).toMatchObject({ status: 'ok', counts: { acted: 0 } })
    expect(await world.calls('projects/update')).toBe(0)
  })

  it('of a project that is not there, not ours, or running under its name ends refused with the reason', async () => {
    const world = await makeWorld(NO_CAPS, [
      { name: 'theirs', ownerId: 9, owner: false },
      { name: 'running', codeRunning: true },
    ])
    const none = await done(world, '/api/projects/424242', { body: { description: 'x' } })
    expect(none).toMatchObject({ status: 'refused', message: expect.stringMatching(/^No project has the id 424242\./) })
    const path = async (name: string) => `/api/projects/${await idOf(world, name)}`
    const theirs = await done(world, await path('theirs'), { body: { description: 'x' } })
    expect(theirs).toMatchObject({ status: 'refused', message: expect.stringMatching(/theirs/) })
    const renamed = await done(world, await path('running'), { body: { name: 'elsewhere' } })
    expect(renamed).toMatchObject({ status: 'refused', message: expect.stringMatching(/running/) })
    expect(await world.calls('projects/update')).toBe(0)
    expect((await done(world, await path('running'), { body: { description: 'x' } })).status).toBe('ok')
  })

  it('that QuantConnect refuses ends partial, with its words, once', async () => {
    const world = await makeWorld(NO_CAPS, [BEFORE])
    await world.faults({ endpoint: 'projects/update', kind: 'refuse-bare' })
    const run = await done(world, `/api/projects/${await idOf(world, 'a/x')}`, { body: { description: 'x' } })
    expect(run).toMatchObject({ status: 'partial', counts: { failed: 1 } })
    expect(run.outcomes[0]?.detail.match(/QuantConnect refused/g)).toHaveLength(1)
  })

  it.each<[what: string, body: BodyInit, status: number, detail: RegExp]>([
    ['nothing', '', 400, /one JSON value in UTF-8/],
    ['a list', '[]', 422, /must name something to change|must be there/],
    ['nothing to change', '{}', 422, /must name something to change: name, description, parameters\./],
    ['a key like another', '{"nmae":"x"}', 422, /"nmae" is not a key of this request\. Did you mean "name"\?/],
    ['a key like nothing', '{"files":[]}', 422, /Known: name, description, parameters, release\./],
    ['a name that is no text', '{"name":null}', 422, /name: must be text/],
    ['an empty name', '{"name":""}', 422, /name: must not be empty/],
    ['a name nobody may write', '{"name":"a//b"}', 422, /name: may not be a name: a part of the name is empty\./],
    ['a name in the bin', '{"name":"Recycle Bin/x"}', 422, /name: may not be a name: nothing is written into/],
    ['a name that climbs', '{"name":"../x"}', 422, /name: may not be a name/],
    ['a description that is no text', '{"description":7}', 422, /description: must be text/],
    ['half a character', '{"description":"\\ud800"}', 422, /description: holds half of a surrogate pair/],
    ['parameters in a list', '{"parameters":[]}', 422, /parameters: must be an object of parameters/],
    ['no parameters', '{"parameters":{}}', 422, /parameters: must name a parameter, or be left out\./],
    ['a parameter without a name', '{"parameters":{"":"1"}}', 422, /parameters: has a parameter whose name cannot/],
    ['a name that is no key', '{"parameters":{"__proto__":"1"}}', 422, /parameters: has a parameter whose name cannot/],
    ['a parameter that is a list', '{"parameters":{"a":["1"]}}', 422, /parameters: must have texts or numbers/],
    ['a parameter that is true', '{"parameters":{"a":true}}', 422, /parameters: must have texts or numbers/],
  ])('refuses %s, says why, and starts nothing', async (_what, body, status, detail) => {
    const world = await makeWorld(NO_CAPS, [BEFORE])
    const answer = await ask(world, `/api/projects/${await idOf(world, 'a/x')}`, { method: 'POST', body })
    expect((await problemOf(answer, status)).detail).toMatch(detail)
    expect(await rows(world)).toEqual([])
  })

  it.each(['0', '-1', '1.5', 'x', '1e3', '%31%2f', '9'.repeat(16)])('refuses %s, which is no id', async (id) => {
    const world = await makeWorld(NO_CAPS, [BEFORE])
    for (const path of [`/api/projects/${id}`, `/api/projects/${id}/restore`]) {
      const { detail } = await problemOf(await ask(world, path, { method: 'POST', body: { description: 'x' } }), 400)
      expect(detail).toBe('"projectId" must be a whole number, the id of a project.')
    }
    expect(await rows(world)).toEqual([])
  })

  it('G14 with an Idempotency-Key is done once, however often and at whatever moment it comes', async () => {
    const world = await makeWorld(NO_CAPS, [BEFORE])
    const path = `/api/projects/${await idOf(world, 'a/x')}`
    const asking = (key: string, description: string): Asking => ({
      method: 'POST',
      body: { description },
      headers: { 'idempotency-key': key },
    })
    const key = '8e03978e-40d5-43e8-bc93-6894a57f9324'
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(world, path, asking(key, 'Once.'))))
    const runs = new Set(await Promise.all(answers.map(async (one) => ((await one.json()) as { run: string }).run)))
    expect(runs.size).toBe(1)
    const [run = ''] = runs
    expect(await world.ended(run)).toMatchObject({ status: 'ok', counts: { confirmed: 1 } })
    await done(world, path, { body: { description: 'Later.' } })
    // A string with quotation marks, as the draft of the header wants it, is the same key.
    expect((await done(world, path, asking(`"${key}"`, 'Once.'))).id).toBe(run)
    expect((await world.project('a/x')).description).toBe('Later.')
    expect(await world.calls('projects/update')).toBe(2)
    const other = await problemOf(await ask(world, path, asking(key, 'Twice.')), 422)
    expect(other).toMatchObject({ title: 'Used before', detail: expect.stringContaining(`was used for run ${run}`) })
    const restore = await ask(world, `${path}/restore`, { method: 'POST', headers: { 'idempotency-key': key } })
    await problemOf(restore, 422)
    expect(await rows(world)).toHaveLength(2)
  })

  it.each(['a b', 'ü', 'x'.repeat(201), '"', '"open'.padEnd(202, 'x')])(
    'refuses the Idempotency-Key %j, and starts nothing',
    async (key) => {
      const world = await makeWorld(NO_CAPS, [BEFORE])
      const path = `/api/projects/${await idOf(world, 'a/x')}`
      const headers = { 'idempotency-key': key }
      const answer = await ask(world, path, { method: 'POST', body: { description: 'x' }, headers })
      if (key === '"') return expect(answer.status).toBe(202) // one visible character, and no pair of marks
      expect((await problemOf(answer, 400)).title).toBe('Bad Idempotency-Key')
      expect(await rows(world)).toEqual([])
    },
  )
})

describe('POST /api/projects/{projectId}/restore', () => {
  it('brings a project back out of the bin under its name, and holds it for a month', async () => {
    const world = await makeWorld(NO_CAPS, [{ ...BEFORE, backtests: [{ name: 'b1' }] }])
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: 'a/x' })
    expect(await names(world)).toEqual(['Recycle Bin/a/x'])
    const run = await done(world, `/api/projects/${projectId}/restore`)
    expect(run).toMatchObject({ trigger: 'api', status: 'ok', counts: { confirmed: 1 } })
    expect(run.outcomes).toMatchObject([{ projectId, action: 'restore', outcome: 'done' }])
    expect(await world.project('a/x')).toMatchObject({ projectId, backtests: [{ name: 'b1' }] })
    const holds = (await (await ask(world, '/api/holds')).json()) as { holds: object[] }
    expect(holds.holds).toMatchObject([{ projectId, by: 'its restore', until: expect.stringMatching(/Z$/) }])
  })

  it('of what is in its place already, or was never there, changes nothing and says so', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x')])
    const here = await done(world, `/api/projects/${await idOf(world, 'a/x')}/restore`)
    expect(here.counts.acted).toBe(0)
    expect(`${here.message}${here.outcomes.map(({ detail }) => detail).join()}`).toMatch(/./)
    const none = await done(world, '/api/projects/424242/restore')
    expect(none).toMatchObject({ status: 'refused', message: expect.stringMatching(/424242/) })
    expect(await names(world)).toEqual(['a/x'])
    expect(await world.calls('projects/update')).toBe(0)
  })

  it('G14 with an Idempotency-Key does not bring back what was deleted again since', async () => {
    const world = await makeWorld(NO_CAPS, [BEFORE])
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: projectId })
    const asking = { headers: { 'idempotency-key': 'back' } }
    const first = await done(world, `/api/projects/${projectId}/restore`, asking)
    expect((await ask(world, `/api/projects/${projectId}/hold`, { method: 'DELETE' })).status).toBe(200)
    await command(world, { type: 'project.delete', project: projectId })
    expect((await done(world, `/api/projects/${projectId}/restore`, asking)).id).toBe(first.id)
    expect(await names(world)).toEqual(['Recycle Bin/a/x'])
  })
})
