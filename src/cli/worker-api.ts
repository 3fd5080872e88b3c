/** Calls a running Worker's API, as any program would. */

import type { RunRecord, RunSummary, ShownInventory } from '../workspace/run.ts'

export interface WorkerApi {
  inventory(): Promise<ShownInventory>
  run(id: string): Promise<RunRecord>
  /** A cron tick at that policy time; resolves when its run has ended. Development only. */
  tick(at: number): Promise<RunRecord>
}

/** How long a run of the demonstration may take. */
const PATIENCE_MS = 60_000

export function workerApi(worker: string, token: string): WorkerApi {
  async function get<T>(path: string): Promise<T> {
    const answer = await fetch(`${worker}${path}`, { headers: { authorization: `Bearer ${token}` } })
    if (answer.ok) return (await answer.json()) as T
    const { detail } = (await answer.json().catch(() => ({ detail: answer.statusText }))) as { detail?: string }
    throw new Error(`${worker}${path} answered ${answer.status}: ${detail ?? ''}`)
  }

  async function tick(at: number): Promise<RunRecord> {
    const answer = await fetch(`${worker}/cdn-cgi/handler/scheduled?time=${at}`)
    if (!answer.ok) throw new Error(`The tick was refused: ${answer.status} ${await answer.text()}`)
    const wanted = new Date(at).toISOString()
    for (const started = Date.now(); Date.now() - started < PATIENCE_MS; ) {
      const { runs } = await get<{ runs: readonly RunSummary[] }>('/api/runs')
      const run = runs.find((candidate) => candidate.at === wanted && candidate.trigger === 'cron')
      if (run !== undefined && run.status !== 'queued' && run.status !== 'running') return get(`/api/runs/${run.id}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`The run of the tick at ${wanted} did not end within a minute. GET ${worker}/api/runs shows it.`)
  }

  return { tick, inventory: () => get('/api/inventory'), run: (id) => get(`/api/runs/${id}`) }
}
