/** An API made of one function, for tests of shapes and of what is sent. Time moves only when somebody sleeps. */

import { type ClientOptions, createClient, type QuantConnect } from '../../src/quantconnect/client.ts'
import type { Result } from '../../src/quantconnect/failure.ts'
import { createMeter, type Meter } from '../../src/quantconnect/meter.ts'
import type { ClientDeps } from '../../src/quantconnect/transport.ts'

export interface SeenRequest {
  /** Below the base address: `projects/read`. */
  readonly path: string
  readonly method: string
  readonly headers: Headers
  readonly body: string
  readonly init: RequestInit
}

export const START = Date.UTC(2026, 10, 24, 10, 0, 0)
export const BASE = 'https://api.test/api/v2'
export const TOKEN = 'feedfacefeedfacefeedfacefeedface'

export type Answering = (request: SeenRequest, n: number) => Response | Promise<Response>

/** `answer` gets each request and its number, from 1. */
export function fakeApi(answer: Answering, options: Partial<ClientOptions> = {}) {
  const seen: SeenRequest[] = []
  const slept: number[] = []
  let time = START
  const deps: ClientDeps = {
    fetch: (async (input: string, init: RequestInit) => {
      const headers = new Headers(init.headers)
      const body = String(init.body)
      const request = { path: input.slice(BASE.length + 1), method: init.method ?? 'GET', headers, body, init }
      seen.push(request)
      return answer(request, seen.length)
    }) as typeof fetch,
    now: () => time,
    sleep: async (ms) => {
      slept.push(ms)
      time += ms
    },
    random: () => 1,
  }
  const client = createClient({ baseUrl: BASE, userId: '123', token: TOKEN, ...options }, deps)
  return { client, deps, seen, slept, meter: createMeter(100), advance: (ms: number) => (time += ms) }
}

export function json(body: unknown, init: ResponseInit = {}): Response {
  return Response.json(body, init)
}

/** What one method of the client makes of one body, and what it sent for it. */
export async function readOnce<T>(body: unknown, method: (client: QuantConnect, meter: Meter) => Promise<Result<T>>) {
  const { client, seen, meter } = fakeApi(() => json(body))
  return { result: await method(client, meter), sent: seen[0] }
}

/** A row of `projects/read` in today's shape, with made-up values. */
export function projectRow(changes: { readonly [key: string]: unknown } = {}): Record<string, unknown> {
  return {
    projectId: 23456789,
    organizationId: '5cad178b20a1d52567b534553413b691',
    name: 'path/to/dir/one',
    modified: '2026-06-01 08:00:00',
    created: '2026-05-01 08:00:00',
    ownerId: 123,
    language: 'Py',
    collaborators: [
      { uid: 123, liveControl: true, permission: 'write', publicId: 'mia-ai', name: 'Mia', bio: null, owner: true },
    ],
    leanVersionId: 17000,
    leanPinnedToMaster: true,
    owner: true,
    description: '',
    parameters: [],
    libraries: [],
    grid: null,
    liveGrid: null,
    paperEquity: null,
    lastLiveDeployment: null,
    liveForm: null,
    encrypted: false,
    codeRunning: false,
    leanEnvironment: 1,
    encryptionKey: null,
    ...changes,
  }
}
