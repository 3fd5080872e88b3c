/** One test's world: a sandbox of its own, a workspace of its own, and the few things tests do with both. */

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { inject } from 'vitest'
import type { Env } from '../../src/env.ts'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import type { Workspace } from '../../src/workspace/workspace.ts'
import { type Setting, settings } from './worker.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const WEEK = 7 * DAY

export interface ShownProject {
  readonly projectId: number
  readonly name: string
  readonly description: string
  readonly files: readonly { readonly name: string; readonly content: string }[]
  readonly [field: string]: unknown
}

/** The `modified` of a project as the sandbox shows it, in milliseconds. */
export function dateOf(project: { readonly [field: string]: unknown }): number {
  return Date.parse(`${String(project.modified).replace(' ', 'T')}Z`) || Number(project.modified)
}

export interface LoggedRequest {
  readonly path: string
  readonly params: { readonly [key: string]: unknown }
  readonly success: boolean
  readonly fault: string | null
}

/** A fault of the sandbox (its `faults.ts` lists the kinds). */
export interface Fault {
  readonly endpoint: string
  readonly kind: string
  readonly calls?: 'all' | readonly number[]
  readonly delayMs?: number
  readonly retryAfter?: number
  /** Of `odd-row` and `lost-field`: which row, by its name, which field, and its value. */
  readonly row?: string
  readonly field?: string
  readonly value?: unknown
}

export interface World {
  readonly stub: DurableObjectStub<Workspace>
  readonly name: string
  readonly sandbox: string
  /** The store of records, shared by all worlds. */
  readonly log: KVNamespace
  /** Changes how this world's workspace sees its surroundings: clock, network and policy at once, the rest after `renew`. */
  set(change: Partial<Setting>): void
  /** As it stands now. */
  setting(): Setting
  /** Throws the running instance away, as the platform does; the next call constructs another over the same storage. */
  renew(): Promise<void>
  /** Looks into, or meddles with, the workspace's own storage. */
  inside<T>(look: (state: DurableObjectState) => T): Promise<T>
  /** The object's alarm, now. */
  alarm(): Promise<void>
  /** The real time of the workspace moves on by a minute and a second, so that lists are stale and unsure outcomes ripe. */
  aMinuteLater(): void
  /** Replaces the projects of the sandbox. */
  reset(projects: readonly object[]): Promise<void>
  control(path: string, body: object): Promise<unknown>
  projects(): Promise<readonly ShownProject[]>
  project(name: string): Promise<ShownProject>
  requests(): Promise<readonly LoggedRequest[]>
  /** How many calls of an endpoint arrived, faults included. */
  calls(endpoint: string): Promise<number>
  /** Ids of the projects a `projects/delete` arrived for, in order. */
  deletions(): Promise<readonly number[]>
  /** Makes the sandbox misbehave from now on; no faults end all. */
  faults(...faults: readonly Fault[]): Promise<void>
  /** A person changes a project, found by its name. */
  edit(project: string, fields: object): Promise<void>
  /** A cron tick at that policy time; resolves when its run has ended. */
  tick(at: number): Promise<RunRecord>
  /** A cron tick at that policy time; resolves when it is taken, and rejects when it is refused. */
  submitTick(at: number): Promise<{ readonly run: string; readonly repeated: boolean }>
  /** Waits until a run has ended. */
  ended(run: string): Promise<RunRecord>
  why(name: string): Promise<{ readonly verdict: string; readonly sentences: readonly string[] }>
}

export async function makeWorld(
  policy: string,
  projects: readonly object[],
  setting: Partial<Setting> = {},
): Promise<World> {
  // An organisation's id is what the doors find its workspace by.
  const name = crypto.randomUUID().replaceAll('-', '')
  const sandbox = `${inject('sandbox')}/w/${name}`
  settings.set(name, { sandbox, policy, ...setting })
  // A stub of an object that was killed stays broken, so each use takes a new one.
  const open = () => (env as unknown as Env).WORKSPACE.getByName(name) as DurableObjectStub<Workspace>

  const world: World = {
    get stub() {
      return open()
    },
    name,
    sandbox,
    log: (env as unknown as Env).LOG,
    renew: () => evictDurableObject(open()),
    inside: (look) => runInDurableObject(open(), (_, state) => look(state)),
    alarm: async () => void (await runDurableObjectAlarm(open())),
    aMinuteLater: () => world.set({ skewMs: (settings.get(name)?.skewMs ?? 0) + 61_000 }),
    setting: () => settings.get(name) as Setting,
    set: (change) => void settings.set(name, { ...(settings.get(name) as Setting), ...change }),
    reset: async (workspace) => void (await world.control('reset', { workspace })),
    control: (path, body) => post(`${sandbox}/_sandbox/${path}`, body),
    projects: async () => ((await get(`${sandbox}/_sandbox/state`)) as { projects: ShownProject[] }).projects,
    project: async (wanted) => {
      const found = (await world.projects()).find((project) => project.name === wanted)
      if (found === undefined) throw new Error(`The sandbox has no project called ${wanted}.`)
      return found
    },
    requests: async () => (await get(`${sandbox}/_sandbox/requests`)) as LoggedRequest[],
    calls: async (endpoint) => (await world.requests()).filter((request) => request.path.endsWith(endpoint)).length,
    deletions: async () => {
      const sent = (await world.requests()).filter((request) => request.path === 'projects/delete')
      return sent.map((request) => Number(request.params.projectId))
    },
    faults: async (...faults) => void (await world.control('faults', { faults })),
    edit: async (project, fields) => {
      const { projectId } = await world.project(project)
      await world.control('edit', { projectId, ...fields })
    },
    tick: async (at) => world.ended((await world.submitTick(at)).run),
    submitTick: async (at) => {
      const submitted = await open().tick(at)
      if (!submitted.ok) throw new Error(submitted.message)
      return { run: submitted.run, repeated: submitted.repeated }
    },
    ended: async (run) => {
      for (let waited = 0; waited < 1_000; waited++) {
        const record = await open()
          .run(run)
          .catch(() => null)
        if (record !== null && record.status !== 'queued' && record.status !== 'running') {
          return addedUp(record as RunRecord)
        }
        await new Promise((resolve) => setTimeout(resolve, 15))
      }
      throw new Error(`Run ${run} did not end.`)
    },
    why: async (wanted) => {
      const { projectId } = await world.project(wanted)
      const asked = await open().why(projectId)
      if (!asked.ok) throw new Error(asked.message)
      return asked.value
    },
  }
  await world.reset(projects)
  return world
}

/** Every project has exactly one verdict, in every run of every test. */
function addedUp(record: RunRecord): RunRecord {
  const { inventory, kept, protected: safe, held, notJudged, marked, due } = record.counts
  const sum = kept + safe + held + notJudged + marked + due
  if (sum !== inventory) throw new Error(`Run ${record.id} counts ${inventory} projects and ${sum} verdicts.`)
  return record
}

async function get(url: string): Promise<unknown> {
  return (await fetch(url)).json()
}

async function post(url: string, body: object): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
  return text === '' ? null : JSON.parse(text)
}
