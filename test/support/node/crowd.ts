/**
 * Many clients at once, as a crowd would ask: hooks, the API and the pages of the built Worker over real HTTP, signed by hand.
 * What comes back is counted by status.
 */

import { createHmac, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { developmentSecrets } from '../../../src/cli/settings.ts'

export interface Counts {
  readonly byStatus: { readonly [status: number]: number }
  readonly total: number
}

/** So many requests, `clients` of them at any time. Every answer is read to its end. */
export async function crowd(worker: string, requests: number, clients: number): Promise<Counts> {
  const byStatus: { [status: number]: number } = {}
  let next = 0
  const one = async () => {
    for (let n = next++; n < requests; n = next++) {
      const { path, init } = requestOf(n)
      const answer = await fetch(`${worker}${path}`, { redirect: 'manual', ...init })
      await answer.arrayBuffer()
      byStatus[answer.status] = (byStatus[answer.status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: clients }, one))
  return { byStatus, total: requests }
}

interface Asking {
  readonly path: string
  readonly init?: RequestInit
}

const bearer = { authorization: `Bearer ${developmentSecrets.ADMIN_TOKEN}` }
const key = Buffer.from(developmentSecrets.STANDARD_WEBHOOKS_SECRET.slice('whsec_'.length), 'base64')

/** In turn: what people look at, what programs ask, what is signed, and what proves nothing. */
const KINDS: readonly ((n: number) => Asking)[] = [
  () => ({ path: '/' }),
  () => ({ path: '/api/runs?limit=20', init: { headers: bearer } }),
  () => signed({ type: 'sweep.run', data: { mode: 'report' } }),
  () => ({ path: '/health' }),
  () => ({ path: '/holds' }),
  () => ({ path: '/api/holds', init: { headers: bearer } }),
  (n) => signed({ type: 'project.update', data: { projectId: 1_000_000 + (n % 50), description: `number ${n}` } }),
  () => ({ path: '/api/inventory', init: { headers: bearer } }),
  () => github(),
  () => ({ path: '/api/deliveries', init: { headers: bearer } }),
  () => ({ path: '/metrics', init: { headers: bearer } }),
  () => ({ path: '/hooks', init: { method: 'POST', body: '{}' } }),
]

function requestOf(n: number): Asking {
  return (KINDS[n % KINDS.length] ?? KINDS[0])?.(n) ?? { path: '/' }
}

function signed(command: { readonly type: string; readonly data: object }): Asking {
  const [id, at] = [`msg_${randomUUID()}`, String(Math.floor(Date.now() / 1_000))]
  const body = JSON.stringify({ ...command, timestamp: new Date().toISOString() })
  const mac = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
  const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${mac}` }
  return { path: '/hooks', init: { method: 'POST', headers, body } }
}

function github(): Asking {
  const body = JSON.stringify({ zen: randomUUID() })
  const mac = createHmac('sha256', developmentSecrets.GITHUB_SECRET).update(body).digest('hex')
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'ping',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${mac}`,
  }
  return { path: '/hooks/github', init: { method: 'POST', headers, body } }
}

/** Bytes that the runtimes below this process have in memory; null where no system says so in files. */
export async function runtimeMemory(): Promise<number | null> {
  try {
    const children = await childrenOf(process.pid)
    const sizes = await Promise.all(children.map(residentOf))
    return sizes.reduce((sum, size) => sum + size, 0)
  } catch {
    return null
  }
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`)
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')))
  const own = lists.flatMap((list) => list.trim().split(/\s+/)).filter((text) => text !== '')
  const below = await Promise.all(own.map((child) => childrenOf(Number(child))))
  return [...own.map(Number), ...below.flat()]
}

async function residentOf(pid: number): Promise<number> {
  const [name, status] = await Promise.all([
    readFile(`/proc/${pid}/comm`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ])
  if (!name.startsWith('workerd')) return 0
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024
}
