/**
 * Global set-up: a receiver of webhooks on a free port, whose address a test gets by `inject('receiver')`. Everything at
 * `/in/<world>/<endpoint>` is written down and answered as told; `/control/<world>` tells what came (GET) and takes how
 * to answer (POST `{ "<endpoint>": [answer, …] }`, one for each request to come; then 204).
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the receiver of webhooks is, such as `http://127.0.0.1:51234`. */
    receiver: string
  }
}

export interface Answer {
  readonly status?: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string
  /** Silence for so long, then the connection is closed without an answer. */
  readonly hangMs?: number
  /** The connection is closed at once. */
  readonly reset?: boolean
}

/** A request as it came. */
export interface Received {
  readonly endpoint: string
  readonly method: string
  readonly path: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

interface World {
  readonly received: Received[]
  readonly answers: Map<string, Answer[]>
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const worlds = new Map<string, World>()
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const [, door = '', name = '', endpoint = ''] = (request.url ?? '').split('?')[0]?.split('/') ?? []
    const world = worlds.get(name) ?? { received: [], answers: new Map() }
    worlds.set(name, world)
    void read(request).then((body) => {
      if (door === 'control') control(world, request, response, body)
      else take(world, endpoint, request, response, body)
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('receiver', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return () => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(() => resolve()))
  }
}

function control(world: World, request: IncomingMessage, response: ServerResponse, body: string): void {
  if (request.method === 'POST') {
    for (const [endpoint, answers] of Object.entries(JSON.parse(body) as { [endpoint: string]: Answer[] }))
      world.answers.set(endpoint, answers)
  }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(world.received))
}

function take(world: World, endpoint: string, request: IncomingMessage, response: ServerResponse, body: string): void {
  const { method = '', url: path = '' } = request
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  world.received.push({ endpoint, method, path, headers, body })
  const answer = world.answers.get(endpoint)?.shift() ?? { status: 204 }
  if (answer.reset === true) request.socket.destroy()
  else if (answer.hangMs !== undefined) setTimeout(() => request.socket.destroy(), answer.hangMs).unref()
  else response.writeHead(answer.status ?? 200, answer.headers ?? {}).end(answer.body ?? '')
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
