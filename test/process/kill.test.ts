/** G12 with a real process: the Worker is killed with SIGKILL in mid-run, again and again, on the same persisted state. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { workerApi } from '../../src/cli/worker-api.ts'
import type { RunSummary } from '../../src/workspace/run.ts'
import { startSandbox } from '../sandbox/server.ts'

const DAY = 86_400_000
const PROJECTS = 30
const KILLS = 5
const POLICY = `
[limits]
per_run = 100
per_day = 100
percent = 100
[[rule]]
id = "old"
why = "Old ones go."
when = { path = "Old/*", idle = ">90d" }
then = "delete"
after = "1d"
notice = "0h"
approve = "never"
enforce = true
`
const dev = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src', 'cli', 'dev.ts')

let folder: string
let worker: { readonly process: ChildProcess; readonly url: string } | null = null

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leansweep-kill-'))
  await writeFile(join(folder, 'policy.toml'), POLICY)
})

afterEach(async () => {
  kill()
  await rm(folder, { recursive: true, force: true })
})

describe('a Worker that is killed', () => {
  it('G12 goes on by itself, does nothing twice, and ends in the same world as an uninterrupted run', async () => {
    const now = Math.ceil(Date.now() / 3_600_000) * 3_600_000
    const old = { created: now - 400 * DAY, modified: now - 200 * DAY }
    const projects = Array.from({ length: PROJECTS }, (_, n) => ({ name: `Old/p${n}`, ...old }))
    const sandbox = await startSandbox({ latencyMs: 50, workspace: [...projects, { name: 'New/one' }] })
    try {
      let url = await start(sandbox.url)
      await workerApi(url, 'dev-admin-token').tick(now)
      await fetch(`${url}/cdn-cgi/handler/scheduled?time=${now + 2 * DAY}`)

      let kills = 0
      while (await isGoingOn(url)) {
        await new Promise((resolve) => setTimeout(resolve, 40 + 110 * kills))
        if (kills === KILLS) continue
        kill()
        kills += 1
        url = await start(sandbox.url)
      }
      expect(kills).toBe(KILLS)

      const state = (await (await fetch(`${sandbox.url}/_sandbox/state`)).json()) as { projects: { name: string }[] }
      const requests = (await (await fetch(`${sandbox.url}/_sandbox/requests`)).json()) as {
        path: string
        params: { projectId: number }
      }[]
      const deleted = requests.filter(({ path }) => path === 'projects/delete').map(({ params }) => params.projectId)
      expect(new Set(deleted).size).toBe(deleted.length)

      // What a kill left unsure is settled by the next ticks, at least a minute of real time later; all else is done.
      const run = (await newest(url)) as RunSummary
      expect(run.counts.confirmed + run.counts.unsure).toBe(PROJECTS)
      const binned = state.projects.filter(({ name }) => name.startsWith('Recycle Bin/Old/')).length
      expect(binned).toBeGreaterThanOrEqual(run.counts.confirmed)
      expect(state.projects.map(({ name }) => name)).toContain('New/one')
    } finally {
      await sandbox.close()
    }
  }, 120_000)
})

async function start(sandbox: string): Promise<string> {
  const args = [dev, '--port', '0', '--sandbox', sandbox, '--policy', join(folder, 'policy.toml')]
  const child = spawn(process.execPath, [...args, '--keep', '--state', join(folder, 'state')], { detached: true })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (data) => {
      said += data
      const ready = /^ready (.*)$/m.exec(said)?.[1]
      if (ready !== undefined) resolve((JSON.parse(ready) as { worker: string }).worker)
    })
    child.stderr.on('data', (data) => {
      said += data
    })
    child.on('exit', () => reject(new Error(`The Worker did not start: ${said}`)))
  })
  worker = { process: child, url }
  return url
}

/** The whole process group: workerd is a child of the command. */
function kill(): void {
  if (worker?.process.pid !== undefined) process.kill(-worker.process.pid, 'SIGKILL')
  worker = null
}

async function newest(url: string): Promise<RunSummary | undefined> {
  const answer = await fetch(`${url}/api/runs?limit=1`, { headers: { authorization: 'Bearer dev-admin-token' } })
  return ((await answer.json()) as { runs: RunSummary[] }).runs[0]
}

async function isGoingOn(url: string): Promise<boolean> {
  const status = (await newest(url))?.status
  return status === 'queued' || status === 'running'
}
