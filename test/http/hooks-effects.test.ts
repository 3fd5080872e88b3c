/** What comes in at the doors for machines really happens in the sandbox, exactly that, and once. */

import { sign } from '@octokit/webhooks-methods'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { ask, QUANTCONNECT_SECRET } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, rule, stale } from '../support/policies.ts'
import { delivery, hook, type Signing } from '../support/signed.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const ID = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W'

let log: MockInstance<typeof console.log>

beforeEach(() => {
  log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
})
afterEach(() => log.mockRestore())

/** The run an answer names, when it has ended. */
async function ended(world: World, answer: Response): Promise<RunRecord> {
  expect(answer.status).toBe(202)
  return world.ended(((await answer.json()) as { run: string }).run)
}

async function done(world: World, type: string, data: unknown, signing: Signing = {}): Promise<RunRecord> {
  return ended(world, await hook(world, type, data, signing))
}

async function names(world: World): Promise<readonly string[]> {
  return (await world.projects()).map(({ name }) => name).sort()
}

describe('project.update', () => {
  it('changes name, description and parameters of the project, and of no other', async () => {
    const world = await makeWorld(NO_CAPS, [
      stale('A/one', {
        description: 'old',
        parameters: [
          { key: 'fast', value: '1' },
          { key: 'gone', value: '2' },
        ],
      }),
      stale('A/two', { description: 'old' }),
    ])
    const { projectId } = await world.project('A/one')
    const run = await done(world, 'project.update', {
      project: 'A/one',
      name: 'B/new',
      description: 'Trades momentum.',
      parameters: { fast: 10, slow: '20', gone: null },
    })
    expect(run).toMatchObject({ status: 'ok', trigger: 'hook' })
    expect(await world.project('B/new')).toMatchObject({
      projectId,
      description: 'Trades momentum.',
      parameters: [
        { key: 'fast', value: '10' },
        { key: 'slow', value: '20' },
      ],
    })
    expect(await world.project('A/two')).toMatchObject({ description: 'old' })
    expect(await names(world)).toEqual(['A/two', 'B/new'])
  })

  it('finds the project by its id, whatever it is called', async () => {
    const world = await makeWorld(NO_CAPS, [stale('A/one')])
    const { projectId } = await world.project('A/one')
    expect(await done(world, 'project.update', { projectId, description: 'x' })).toMatchObject({ status: 'ok' })
    expect(await world.project('A/one')).toMatchObject({ description: 'x' })
  })

  it('of a project nobody has ends refused, and says so', async () => {
    const world = await makeWorld(NO_CAPS, [stale('A/one')])
    const run = await done(world, 'project.update', { project: 'A/On', description: 'x' })
    expect(run).toMatchObject({ status: 'refused', message: expect.stringContaining('No project is called "A/On".') })
  })
})

describe('project.delete and project.restore', () => {
  it('move one project to the bin with a backup, and bring it back', async () => {
    const world = await makeWorld(NO_CAPS, [stale('A/one'), stale('A/two')])
    const { projectId } = await world.project('A/one')
    const run = await done(world, 'project.delete', { project: 'A/one' })
    expect(run).toMatchObject({ status: 'ok', outcomes: [{ projectId, outcome: 'done' }] })
    expect(run.outcomes[0]?.backup).toMatch(/^backup\//)
    expect(await names(world)).toEqual(['A/two', expect.stringMatching(/^Recycle Bin\/A\/one/)])
    expect(await done(world, 'project.restore', { projectId })).toMatchObject({ status: 'ok' })
    expect(await names(world)).toEqual(['A/one', 'A/two'])
  })

  it('do not touch a project that is held, and name the reason', async () => {
    const world = await makeWorld(NO_CAPS, [stale('A/one', { description: '[keep]' })])
    const run = await done(world, 'project.delete', { project: 'A/one' })
    expect(run).toMatchObject({ status: 'refused', message: expect.stringContaining('"A/one"') })
    expect(await names(world)).toEqual(['A/one'])
  })
})

/** A directory, and everything around it that is not inside it. */
const AROUND = [
  'Research',
  'Research/old',
  'Research/older/x',
  'Research/Old/x',
  'research/old/x',
  'Other/Research/old/x',
]
const INSIDE = ['Research/old/x', 'Research/old/y/z']

describe('G21 directory.delete', () => {
  it('takes what is inside, and neither the namesake, nor ancestors, nor neighbours', async () => {
    const world = await makeWorld(
      NO_CAPS,
      [...AROUND, ...INSIDE].map((name) => stale(name)),
    )
    const run = await done(world, 'directory.delete', { directory: 'Research/old' })
    expect(run).toMatchObject({ status: 'ok', counts: { confirmed: 2 } })
    const left = (await names(world)).filter((name) => !name.startsWith('Recycle Bin/'))
    expect(left).toEqual([...AROUND].sort())
  })

  it('does nothing at all when one project inside must stay', async () => {
    const all = [stale('CI/x/a'), stale('CI/x/b', { description: '[keep]' })]
    const world = await makeWorld(NO_CAPS, all)
    const run = await done(world, 'directory.delete', { directory: 'CI/x' })
    expect(run).toMatchObject({ status: 'refused', message: expect.stringContaining('"CI/x/b"') })
    expect(await world.deletions()).toEqual([])
  })

  it('of a directory with nothing inside ends refused', async () => {
    const world = await makeWorld(NO_CAPS, [stale('CI/x')])
    expect(await done(world, 'directory.delete', { directory: 'CI/x' })).toMatchObject({ status: 'refused' })
  })
})

describe('G14 a command that comes again', () => {
  it('is not done again, not even when somebody has undone it meanwhile', async () => {
    const world = await makeWorld(NO_CAPS, [stale('A/one', { description: 'old' })])
    const { projectId } = await world.project('A/one')
    const update = ['project.update', { projectId, description: 'new' }] as const
    const first = await done(world, ...update, { id: ID })
    await world.edit('A/one', { description: 'by hand' })
    const again = await done(world, ...update, { id: ID, at: Date.now() + 60_000 })
    expect(again.id).toBe(first.id)
    expect(await world.project('A/one')).toMatchObject({ description: 'by hand' })
    expect(await done(world, ...update)).toMatchObject({ status: 'ok' })
    expect(await world.project('A/one')).toMatchObject({ description: 'new' })
  })

  it('ten times at once deletes once', async () => {
    const world = await makeWorld(
      NO_CAPS,
      INSIDE.map((name) => stale(name)),
    )
    const data = { directory: 'Research/old' }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => hook(world, 'directory.delete', data, { id: ID })),
    )
    for (const answer of answers) await ended(world, answer)
    expect(await world.deletions()).toHaveLength(2)
  })
})

it('sweep.run applies the rules of the policy, as a tick does', async () => {
  const world = await makeWorld(DELETE_OLD, [stale('Old/a')])
  expect(await done(world, 'sweep.run', { mode: 'report' })).toMatchObject({ mode: 'report', status: 'ok' })
  expect(await done(world, 'sweep.run', { mode: 'act' })).toMatchObject({
    mode: 'act',
    counts: { marked: 1, acted: 0 },
  })
})

it('sweep.run with rules lets those act and no others', async () => {
  const old = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')
  const other = rule('other', '{ path = "Other/*", idle = ">90d" }', 'delete')
  const world = await makeWorld(`${NO_CAPS}${old}${other}`, [stale('Old/a'), stale('Other/b')])
  await world.tick(Date.now())
  world.set({ skewMs: 2 * DAY })
  const run = await done(world, 'sweep.run', { mode: 'act', rules: ['other'] })
  expect(run).toMatchObject({ status: 'ok', counts: { acted: 1, confirmed: 1 } })
  expect(await names(world)).toEqual(['Old/a', 'Recycle Bin/Other/b'])
})

it('a command is a plan like any other: over a cap it waits, the API shows it, and what is approved is done', async () => {
  const capped = NO_CAPS.replace('per_run = 1000', 'per_run = 1')
  const world = await makeWorld(capped, [stale('CI/x/a'), stale('CI/x/b')])
  const run = await done(world, 'directory.delete', { directory: 'CI/x' }, { id: ID })
  expect(run).toMatchObject({ status: 'waiting', counts: { acted: 0 } })
  expect((await done(world, 'directory.delete', { directory: 'CI/x' }, { id: ID })).id).toBe(run.id)
  const proposal = (await (await ask(world, '/api/proposal')).json()) as { run: string; hash: string; waiting: number }
  expect(proposal).toMatchObject({ run: run.id, waiting: 2 })
  expect(await world.deletions()).toEqual([])
  const body = { decision: 'approve', plan: proposal.hash }
  const decided = await ask(world, `/api/runs/${run.id}/decision`, { method: 'POST', body })
  expect(await ended(world, decided)).toMatchObject({ status: 'ok', counts: { confirmed: 2 } })
})

it('G14 for 400 days an id is known: of a hook, a delivery, a request with a key', async () => {
  const policy = `${NO_CAPS}
[[on]]
event = "delete"
do = "directory.delete"
directory = "CI/{branch}"
`
  const world = await makeWorld(policy, [{ name: 'A/one', description: 'old' }, { name: 'Work' }])
  const { projectId } = await world.project('A/one')
  const branch = { ref: 'x', ref_type: 'branch', repository: { full_name: 'team/algos' }, sender: { login: 'octocat' } }
  const ways = [
    () => hook(world, 'project.update', { projectId, description: 'new' }, { id: ID }),
    () => delivery(world, 'delete', branch),
    () =>
      ask(world, `/api/projects/${projectId}`, {
        method: 'POST',
        body: { description: 'newer' },
        headers: { 'idempotency-key': 'once' },
      }),
  ]
  const askAll = async (): Promise<readonly string[]> => {
    const runs: string[] = []
    for (const way of ways) runs.push((await ended(world, await way())).id)
    return runs
  }
  const first = await askAll()
  expect((await world.project('A/one')).description).toBe('newer')
  await world.edit('A/one', { description: 'by hand' })
  for (const days of [1, 100, 399]) {
    world.set({ skewMs: days * DAY })
    await world.tick(Date.now() + days * DAY)
    expect(await askAll()).toEqual(first)
  }
  expect((await world.project('A/one')).description).toBe('by hand')
  world.set({ skewMs: 402 * DAY })
  await world.tick(Date.now() + 402 * DAY)
  const later = await askAll()
  for (const run of first) expect(later).not.toContain(run)
})

describe('a branch deleted on GitHub', () => {
  const policy = `${NO_CAPS}
[[on]]
event = "delete"
do = "directory.delete"
directory = "CI/{repository}/{branch}"
`
  const payload = {
    ref: 'feature/x',
    ref_type: 'branch',
    repository: { full_name: 'team/algos' },
    sender: { login: 'octocat' },
  }
  const around = [
    'CI/team/algos/feature',
    'CI/team/algos/feature/x',
    'CI/team/algos/feature/xy/a',
    'CI/team/algos/main/a',
  ]

  it('takes exactly its directory along, once', async () => {
    const world = await makeWorld(
      policy,
      [...around, 'CI/team/algos/feature/x/a'].map((name) => stale(name)),
    )
    const run = await ended(world, await delivery(world, 'delete', payload))
    expect(run).toMatchObject({ status: 'ok', trigger: 'github', actor: 'octocat', counts: { confirmed: 1 } })
    const left = (await names(world)).filter((name) => !name.startsWith('Recycle Bin/'))
    expect(left).toEqual([...around].sort())
    expect((await ended(world, await delivery(world, 'delete', payload))).id).toBe(run.id)
    expect(await world.deletions()).toHaveLength(1)
  })

  it('takes nothing while one project inside is held, and the run says which', async () => {
    const inside = ['a', 'b'].map((name) => `CI/team/algos/feature/x/${name}`)
    const [a = '', b = ''] = inside
    const world = await makeWorld(policy, [stale(a), stale(b, { description: '[keep]' })])
    const run = await ended(world, await delivery(world, 'delete', payload))
    expect(run).toMatchObject({ status: 'refused', message: expect.stringContaining(`"${b}"`) })
    expect(await names(world)).toEqual(inside)
  })
})

describe('an algorithm', () => {
  async function say(world: World, of: number, message: object): Promise<Response> {
    const bearer = (await sign(QUANTCONNECT_SECRET, String(of))).slice('sha256='.length)
    return ask(world, '/hooks/quantconnect', { method: 'POST', bearer, body: message })
  }

  it('writes its own description and parameters, and what holds it goes on holding it', async () => {
    const world = await makeWorld(NO_CAPS, [stale('Live/one', { description: 'old [keep]', parameters: [] })])
    const { projectId } = await world.project('Live/one')
    const run = await ended(
      world,
      await say(world, projectId, { projectId, description: 'up 3 %', parameters: { fast: 5 } }),
    )
    expect(run).toMatchObject({ status: 'ok', trigger: 'quantconnect', actor: `project ${projectId}` })
    const { description, parameters } = await world.project('Live/one')
    expect(description).toMatch(/^up 3 %/)
    expect(description).toContain('[keep]')
    expect(parameters).toEqual([{ key: 'fast', value: '5' }])
    expect(await done(world, 'project.delete', { projectId })).toMatchObject({ status: 'refused' })
  })
})
