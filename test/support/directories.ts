/**
 * Directories that go as a whole (G23), and what comes between: something happens to one of them while its members are
 * read, right before the lists that are to prove it, or while its calls are made. Each directory of a world has an event of
 * its own, and all are processed in one run, so that each also shows that its neighbors are none of its business.
 */

import { expect } from 'vitest'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { idOf, request } from './asking.ts'
import { NO_CAPS, rule, stale } from './policies.ts'
import { DAY, type Fault, makeWorld, type World } from './world.ts'

export type Stage = 'reading' | 'ready' | 'sending'

/** What keeps a directory from going, and what does not. */
export const STOPS = ['held', 'pinned', 'edited', 'unreadable'] as const
export const PASSES = ['throttled', 'paused', 'killed'] as const
export type Event = (typeof STOPS)[number] | (typeof PASSES)[number] | 'quiet'
export const EVENTS: readonly Event[] = [...STOPS, ...PASSES, 'quiet']

export interface Way {
  readonly name: string
  /** Null: a command. */
  readonly policy: string | null
  readonly sends: 'projects/delete' | 'projects/update'
  readonly stages: readonly Stage[]
  /** What is read of each member before anything is done: the last of it. */
  readonly reads: 'files/read' | 'backtests/list' | null
}

const OLD = '{ path = "Old/*", age = ">90d" }'
const IDLE = '{ path = "Old/*", idle = ">90d" }'
const whole = (when: string, then: string, more = '') =>
  `${NO_CAPS}${rule('dirs', when, then, `unit = "directory"\n${more}`)}`
const ALL: readonly Stage[] = ['reading', 'ready', 'sending']

export const WAYS: readonly Way[] = [
  {
    name: 'a rule that deletes',
    policy: whole(OLD, 'delete'),
    sends: 'projects/delete',
    stages: ALL,
    reads: 'files/read',
  },
  {
    name: 'a rule that archives what is idle',
    policy: whole(IDLE, 'archive', 'to = "Archive/{path}"'),
    sends: 'projects/update',
    stages: ALL,
    reads: 'backtests/list',
  },
  {
    name: 'a rule that moves',
    policy: whole(OLD, 'move', 'to = "Kept/{path}"'),
    sends: 'projects/update',
    stages: ['ready', 'sending'],
    reads: null,
  },
  {
    name: 'a rule that renames',
    policy: whole(OLD, 'rename', 'to = "done"'),
    sends: 'projects/update',
    stages: ['ready', 'sending'],
    reads: null,
  },
  { name: 'a command', policy: null, sends: 'projects/delete', stages: ALL, reads: 'files/read' },
]

/** Each in a directory of its own, so that a rule may give all of them one name. */
export function memberOf(directory: string, n: number): string {
  return `Old/${directory}/${String(n).padStart(3, '0')}/bot`
}

export interface Cell {
  readonly event: Event
  readonly run: RunRecord
  /** Names of those for which a call was accepted, in order. */
  readonly went: readonly string[]
  /** How many there are. */
  readonly count: number
}

export interface Played {
  readonly world: World
  readonly cells: readonly Cell[]
  /** What a directory's members are called now, by id. */
  names(): Promise<ReadonlyMap<number, string>>
}

/** Lets a way process one directory of `count` members for each event, which happens in that stage. `now`: of the first run. */
export async function play(
  way: Way,
  stage: Stage,
  events: readonly Event[],
  count: number,
  now = Date.now(),
): Promise<Played> {
  const projects = events.flatMap((event) =>
    Array.from({ length: count }, (_, n) => stale(memberOf(event, n), { modified: now - 200 * DAY })),
  )
  const env = { READING_CALLS: '10000' }
  const world = await makeWorld(way.policy ?? NO_CAPS, [...projects, stale('Work/other')], {
    env,
    callsPerSlice: count > 100 ? 200 : 40,
  })
  if (way.policy !== null) await ended(world, await world.submitTick(now))
  const before = (await world.requests()).length
  const ids = new Map((await world.projects()).map(({ projectId, name }) => [projectId, name]))
  await disturb(world, way, stage, ids, count)
  const runs: RunRecord[] = []
  if (way.policy !== null) runs.push(await ended(world, await world.submitTick(now + 2 * DAY)))
  else {
    for (const event of events) {
      const wanted = { type: 'directory.delete', directory: `Old/${event}` } as const
      const submission = { triggerId: crypto.randomUUID(), trigger: 'api', actor: 'token' } as const
      const request = { kind: 'command', mode: 'act', command: wanted } as const
      runs.push(await ended(world, await world.stub.submit({ ...submission, request })))
    }
  }
  world.set({ fetch })
  await world.faults()
  // A hold is written into the description, too; that is no call of the directory.
  const sent = (await world.requests())
    .slice(before)
    .filter(({ path, success, params }) => path === way.sends && success && !('description' in params))
  const cells = events.map((event, place) => ({
    event,
    run: runs[way.policy === null ? place : 0] as RunRecord,
    went: sent.flatMap(({ params }) => {
      const name = ids.get(Number(params.projectId)) ?? ''
      return name.startsWith(`Old/${event}/`) ? [name] : []
    }),
    count,
  }))
  const names = async () => new Map((await world.projects()).map(({ projectId, name }) => [projectId, name]))
  return { world, cells, names }
}

/** Waits for as long as it takes: a busy machine needs minutes for thousands of calls. */
async function ended(world: World, { run }: { readonly run: string }): Promise<RunRecord> {
  for (;;) {
    const record = await world.ended(run).catch((error: Error) => error)
    if (!(record instanceof Error)) return record
    if (!record.message.endsWith('did not end.')) throw record
  }
}

/** Of a call whose answer never came nobody knows, so a directory stops where the process is killed with one under way. */
function isStopped(event: Event, stage: Stage): boolean {
  return STOPS.some((one) => one === event) || (event === 'killed' && stage === 'sending')
}

/** What the promise says of one cell. */
export function holds(way: Way, stage: Stage, { event, run, went, count }: Cell): void {
  const what = `${way.name}, ${event} while ${stage}: ${run.status} ${run.message}`
  expect(new Set(went).size, what).toBe(went.length)
  const stopped = run.stoppedDirectories?.find(({ directory }) => directory === `Old/${event}`)
  if (!isStopped(event, stage)) {
    expect(went.length, what).toBe(count)
    expect(stopped, what).toBeUndefined()
    return
  }
  // What QuantConnect shows is asked before each batch of ten; a hold is ours, and counts at once.
  if (stage !== 'sending') expect(went.length, what).toBe(0)
  else if (event === 'held') expect(went.length, what).toBe(FIFTH)
  else expect(went.length, what).toBeLessThanOrEqual(FIFTH + 9)
  expect(went, what).not.toContain(memberOf(event, count - 1))
  expect(stopped, what).toMatchObject({ members: count })
  expect(stopped?.went.length, what).toBe(went.length)
  expect(run.message, what).toContain(
    went.length === 0 ? `Nothing of directory "Old/${event}" went.` : `${went.length} of ${count} of directory`,
  )
  // A command of which nothing happened says whether it was refused or failed.
  if (way.policy !== null || went.length > 0) expect(run.status, what).toBe('partial')
  else expect(['partial', 'refused', 'failed'], what).toContain(run.status)
}

/** Brings back what of a directory went: exactly that, and nothing else moves. */
export async function bringsBack({ world, names }: Played, { event, run, went }: Cell): Promise<void> {
  const before = await names()
  const wanted = { kind: 'undo', mode: 'act', run: run.id, projectId: null, directory: `Old/${event}` } as const
  const back = await request(world, wanted)
  expect(back.counts, back.message).toMatchObject({ confirmed: went.length, failed: 0 })
  const after = await names()
  const moved = [...after].flatMap(([id, name]) => (before.get(id) === name ? [] : [name]))
  expect(moved.sort()).toEqual([...went].sort())
}

const FIFTH = 5
const THIRD = 3

/** Makes each event happen once, to the directory that is called after it. */
async function disturb(
  world: World,
  way: Way,
  stage: Stage,
  ids: ReadonlyMap<number, string>,
  count: number,
): Promise<void> {
  const seen = new Map<string, { reads: number; sends: number; isOver: boolean }>()
  const lasting: Fault[] = []
  const last = (event: string) => memberOf(event, count - 1)
  const unread = new Set<number>()
  let lists = 0

  world.set({
    fetch: async (input, init, ctx) => {
      const path = String(input).split('/api/v2/')[1] ?? ''
      const id = idIn(init)
      if (path === 'live/list') lists++
      const event = /^Old\/([a-z]+)\//.exec(ids.get(id) ?? '')?.[1]
      if (event !== undefined) {
        const one = of(event)
        if (path === way.reads) one.reads++
        if (path === way.sends) one.sends++
        if (stage === 'reading' && one.reads === THIRD) await happens(event, path, ctx)
        if (stage === 'sending' && one.sends === FIFTH) await happens(event, path, ctx)
      }
      // Whoever reads nothing is ready once it was scanned.
      if (stage === 'ready' && path === 'projects/read' && id === 0) {
        for (const event of EVENTS) if (isReady(event)) await happens(event, path, ctx)
      }
      if (path === 'files/read' && unread.has(id)) return Response.json({ success: false, errors: ['Not this one'] })
      return fetch(input, init)
    },
  })

  function of(event: string) {
    const one = seen.get(event) ?? { reads: 0, sends: 0, isOver: false }
    seen.set(event, one)
    return one
  }

  function isReady(event: Event): boolean {
    const { reads, sends } = of(event)
    return sends === 0 && (way.reads === null ? lists > 0 : reads >= count)
  }

  async function happens(event: string, path: string, ctx: DurableObjectState): Promise<void> {
    const one = of(event)
    if (one.isOver) return
    one.isOver = true
    const name = last(event)
    switch (event) {
      case 'held':
        await world.stub.hold(await idOf(world, name), null, { kind: 'person', name: 'Ann' })
        return
      case 'pinned':
        return world.edit(name, { isPinned: true, modified: new Date(Date.now() - 200 * DAY).toISOString() })
      case 'edited':
        return world.edit(name, { files: [{ name: 'main.py', content: '# new' }], modified: Date.now() + 2_000 })
      case 'unreadable':
        if (stage === 'reading') unread.add(await idOf(world, name))
        else {
          lasting.push({ endpoint: 'projects/read', kind: 'lost-field', row: name, field: 'codeRunning' })
          await world.faults(...lasting)
        }
        return
      case 'throttled':
        return world.faults(...lasting, { endpoint: path, kind: 'throttle', calls: [1], retryAfter: 1 })
      case 'paused':
        await world.stub.pause('Ann')
        setTimeout(() => void world.stub.resume(), 150)
        return
      case 'killed':
        ctx.abort('killed by a test')
    }
  }
}

/** The project a request is about; 0 = none. */
function idIn(init: RequestInit | undefined): number {
  const body = typeof init?.body === 'string' && init.body.startsWith('{') ? (JSON.parse(init.body) as object) : {}
  return 'projectId' in body ? Number(body.projectId) : 0
}
