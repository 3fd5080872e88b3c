/**
 * G12 with a real process: the Worker is killed with SIGKILL many times at random points of one history, and started again
 * on the same persisted state. It ends in the same world as the same history without a kill, and nothing is done twice.
 */

import { describe, expect, it } from 'vitest'
import { buildWorker } from '../../src/cli/serve.ts'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { type Sandbox, startSandbox } from '../sandbox/server.ts'
import { type CrashingWorker, crashingWorker } from './crashing-worker.ts'

const DAY = 86_400_000
/** `npm run test:soak -- --only kills` does it fifty times. */
const KILLS = Number(process.env.SOAK_KILLS ?? 15)
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_003)
/** Unsure outcomes are looked into when lists cannot be as old as that any more. */
const RIPE_MS = 61_000

const rule = (id: string, when: string, then: string, more = '') => `
[[rule]]
id = "${id}"
why = "Old ones go."
when = ${when}
then = "${then}"
after = "1d"
notice = "0h"
enforce = true
${more}`

const POLICY = `
[limits]
per_run = 100
per_day = 1000
percent = 100
${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete', 'approve = "never"')}
${rule('shelf', '{ path = "Shelf/*", idle = ">90d" }', 'archive', 'approve = "never"')}
${rule('dir', '{ path = "Dir/*", idle = ">90d" }', 'delete', 'unit = "directory"\napprove = "never"')}
${rule('ask', '{ path = "Ask/*", idle = ">90d" }', 'delete', 'approve = "always"')}
`

const now = Math.ceil(Date.now() / 3_600_000) * 3_600_000

function workspace() {
  const old = { created: now - 400 * DAY, modified: now - 200 * DAY }
  const of = (folder: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({ name: `${folder}/p${n}`, ...old }))
  return [
    ...of('Old', 12),
    ...of('Shelf', 5),
    ...of('Dir/x', 4),
    ...of('Ask', 4),
    { name: 'New/one' },
    { name: 'New/two' },
  ]
}

describe('a Worker that is killed', () => {
  it(
    `G12 ${KILLS} times (seed ${SEED}) does nothing twice and ends in the world of an uninterrupted run`,
    async () => {
      const build = await buildWorker()
      const calm = await history(build, null)
      const crashed = await history(build, SEED)
      expect(crashed.kills).toBe(KILLS)
      expect(crashed.names).toEqual(calm.names)
      expect(crashed.described).toEqual(calm.described)
      expect(calm.twice).toEqual([])
      expect(crashed.twice).toEqual([])
      expect(crashed.problems).toEqual([])
    },
    250_000 + KILLS * 10_000,
  )
})

async function history(build: Awaited<ReturnType<typeof buildWorker>>, seed: number | null) {
  const sandbox = await startSandbox({ latencyMs: seed === null ? 0 : 90, workspace: workspace() })
  const worker = await crashingWorker(build, POLICY, sandbox.url, seed === null ? 0 : RIPE_MS)
  const killer = seed === null ? null : startKilling(worker, seed)
  try {
    await tick(worker, now)
    await tick(worker, now + 2 * DAY)
    await approve(worker)
    const two = await idOf(sandbox, 'New/two')
    await run(worker, `/api/projects/${two}`, { description: 'said once', parameters: { fast: '7' } }, 'the update')
    const back = await idOf(sandbox, 'Recycle Bin/Old/p0')
    if (back !== null) await run(worker, `/api/projects/${back}/restore`, {}, 'the restore')
    // The rest of the kills, on ticks that find something or nothing.
    for (let hour = 1; killer !== null && killer.kills() < KILLS; hour++)
      await tick(worker, now + 2 * DAY + hour * 3_600_000)
    const kills = (await killer?.stop()) ?? 0
    if (seed !== null) await worker.catchUp()
    for (let day = 4; day < 8; day++) {
      await tick(worker, now + day * DAY)
      await approve(worker)
    }
    const again = await idOf(sandbox, 'Recycle Bin/Old/p0')
    if (again !== null) await run(worker, `/api/projects/${again}/restore`, {}, 'the restore, once more')
    return { kills, ...(await seen(sandbox)), problems: await audit(worker) }
  } finally {
    await killer?.stop()
    await worker.end()
    await sandbox.close()
  }
}

/** Kills at random moments, soon after one another, until told to stop or KILLS times. */
function startKilling(worker: CrashingWorker, seed: number) {
  let state = seed
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  let kills = 0
  let isOn = true
  const killing = (async () => {
    while (isOn && kills < KILLS) {
      await new Promise((resolve) => setTimeout(resolve, 20 + random() * 500))
      if (!isOn) break
      await worker.crash()
      kills += 1
    }
  })()
  return {
    kills: () => kills,
    stop: async () => {
      isOn = false
      await killing
      return kills
    },
  }
}

async function tick(worker: CrashingWorker, at: number): Promise<void> {
  await worker.ask(`/cdn-cgi/handler/scheduled?time=${at}`)
  await allEnded(worker)
}

async function run(worker: CrashingWorker, path: string, body: object, key: string): Promise<void> {
  await worker.ask(path, { method: 'POST', body, key })
  await allEnded(worker)
}

async function approve(worker: CrashingWorker): Promise<void> {
  const proposal = (await worker.ask('/api/proposal')) as { run?: string; hash?: string; state?: string } | null
  if (proposal?.state !== 'open' || proposal.run === undefined) return
  const body = { decision: 'approve', plan: proposal.hash }
  await worker.ask(`/api/runs/${proposal.run}/decision`, { method: 'POST', body })
  await allEnded(worker)
}

async function allEnded(worker: CrashingWorker): Promise<void> {
  for (;;) {
    const { runs } = (await worker.ask('/api/runs?limit=100')) as { runs: readonly RunRecord[] }
    if (runs.every(({ status }) => status !== 'queued' && status !== 'running')) return
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
}

async function audit(worker: CrashingWorker): Promise<unknown> {
  return ((await worker.ask('/api/audit/verify')) as { problems: unknown }).problems
}

async function idOf(sandbox: Sandbox, name: string): Promise<number | null> {
  return (await projects(sandbox)).find((project) => project.name === name)?.projectId ?? null
}

async function projects(sandbox: Sandbox) {
  const state = (await (await fetch(`${sandbox.url}/_sandbox/state`)).json()) as {
    projects: readonly { projectId: number; name: string; description: string; parameters: unknown }[]
  }
  return state.projects
}

/** What the sandbox itself shows, and which projects it was told to delete although they were in the bin. */
async function seen(sandbox: Sandbox) {
  const all = await projects(sandbox)
  const requests = (await (await fetch(`${sandbox.url}/_sandbox/requests`)).json()) as readonly {
    readonly path: string
    readonly params: { readonly projectId?: number; readonly name?: string }
  }[]
  const gone = new Set<number>()
  const twice: number[] = []
  for (const { path, params } of requests) {
    const id = Number(params.projectId)
    if (path === 'projects/delete') {
      if (gone.has(id)) twice.push(id)
      gone.add(id)
    } else if (path === 'projects/update' && params.name !== undefined) gone.delete(id)
  }
  return {
    names: all.map(({ name }) => name).sort(),
    described: all.map(({ name, description, parameters }) => [name, description, parameters]).sort(),
    twice,
  }
}
