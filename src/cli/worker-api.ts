/** Calls a running Worker's API, as any program would. */

import type { Why } from '../core/plan/explain.ts'
import type { BackupView, ShownBackup } from '../records/backup-shape.ts'
import type { AuditPage } from '../records/chain.ts'
import type { BaseView } from '../workspace/ledger/asks.ts'
import type { Preview, RunRecord, RunSummary, ShownInventory, StoredInventory } from '../workspace/ledger/run.ts'
import { Misuse, Unable } from './command.ts'

export interface WorkerApi {
  inventory(): Promise<ShownInventory>
  plan(): Promise<Preview>
  why(projectId: number): Promise<Why>
  run(id: string): Promise<RunRecord>
  /** The same as it was recorded, without what the API shows beside it; null when there is no such run. */
  recordOf(id: string): Promise<RunRecord | null>
  /** A page of the audit chain, newest first; `cursor` null = from the head. */
  auditPage(cursor: string | null): Promise<AuditPage>
  /** Newest first; `cursor` null = from the start, and in the answer after the last. */
  inventories(
    cursor: string | null,
  ): Promise<{ readonly inventories: readonly StoredInventory[]; readonly cursor: string | null }>
  /** The inventory of a run, as JSON; null when the Worker's store has let go of it. */
  storedInventory(run: string): Promise<unknown>
  /** Every verified backup, newest first. */
  backups(say: (text: string) => void): Promise<readonly BackupView[]>
  /** The newest backup of a project, or the one of that run, files included; null when there is none. */
  backup(projectId: string, run: string | null): Promise<ShownBackup | null>
  /** What stands against the list of projects. */
  baseline(): Promise<BaseView>
  /** Accepts exactly that; rejects when something else stands against it by now. */
  acceptBaseline(hash: string): Promise<void>
  /** A cron tick at that policy time; resolves when its run has ended. Development only. */
  tick(at: number): Promise<RunRecord>
}

/** How long a run of the demonstration may take. */
const PATIENCE_MS = 60_000

/** `address` is the Worker's, such as `https://leansweep.example.workers.dev`. */
export function workerApi(address: string, token: string): WorkerApi {
  const worker = checkedAddress(address)

  async function get<T>(path: string): Promise<T> {
    return read(path, await ask(path))
  }

  async function getIfThere<T>(path: string): Promise<T | null> {
    const answer = await ask(path)
    return answer.status === 404 ? null : read(path, answer)
  }

  function ask(path: string): Promise<Response> {
    return fetch(`${worker}${path}`, { headers: { authorization: `Bearer ${token}` } }).catch(silent)
  }

  async function read<T>(path: string, answer: Response): Promise<T> {
    if (answer.ok) return (await answer.json().catch(noJson)) as T
    const { detail } = (await answer.json().catch(() => ({ detail: answer.statusText }))) as { detail?: string }
    throw new Unable(`${worker}${path} answered ${answer.status}: ${detail ?? ''}`)
  }

  function silent(error: Error): never {
    const { code, message } = (error.cause ?? error) as { code?: string; message: string }
    throw new Unable(`${worker} does not answer: ${code ?? message}. Is the Worker running there?`)
  }

  function noJson(): never {
    throw new Unable(`${worker} answered with something that is not JSON. Is a leansweep Worker running there?`)
  }

  async function backups(say: (text: string) => void): Promise<readonly BackupView[]> {
    const all: BackupView[] = []
    let cursor: string | null = null
    do {
      say(`Asking ${worker} for its backups: ${all.length} …`)
      const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: { backups: readonly BackupView[]; cursor: string | null } = await get(`/api/backups?limit=100${from}`)
      all.push(...page.backups)
      cursor = page.cursor
    } while (cursor !== null)
    return all
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

  async function acceptBaseline(missing: string): Promise<void> {
    const path = '/api/inventory/base'
    const init = {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ missing }),
    }
    const answer = await fetch(`${worker}${path}`, init).catch(silent)
    if (!answer.ok) await read(path, answer)
  }

  return {
    tick,
    baseline: () => get('/api/inventory/base'),
    acceptBaseline,
    inventory: () => get('/api/inventory'),
    plan: () => get('/api/plan'),
    why: (projectId) => get(`/api/why/${projectId}`),
    run: (id) => get(`/api/runs/${id}`),
    recordOf: async (id) => {
      const shown = await getIfThere<RunRecord & { readonly proposal?: unknown }>(`/api/runs/${encodeURIComponent(id)}`)
      if (shown === null) return null
      const { proposal: _, ...record } = shown
      return record
    },
    auditPage: (cursor) => get(`/api/audit/verify?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`),
    inventories: (cursor) => get(`/api/inventories?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`),
    backups,
    backup: (projectId, run) => {
      return getIfThere(`/api/backups/${projectId}${run === null ? '' : `?run=${encodeURIComponent(run)}`}`)
    },
    storedInventory: (run) => getIfThere(`/api/inventories/${run}`),
  }
}

/** The origin of a Worker. The admin token goes there, so only over https, or to this machine. */
function checkedAddress(address: string): string {
  const url = URL.parse(address)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Misuse(`"${address}" is not the address of a Worker, such as https://leansweep.example.workers.dev.`)
  }
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url.protocol === 'https:' || isHere) return url.origin
  throw new Misuse(`${url.origin} is not https, and the admin token would be sent there for anybody to read.`)
}
