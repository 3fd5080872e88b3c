/**
 * The sandbox: a local QuantConnect cloud over HTTP. The API is at `<url>/api/v2`, the control at `<url>/_sandbox`.
 *
 * Worlds: `<url>/w/<name>/api/v2` and `<url>/w/<name>/_sandbox` address a world of their own, made on first use and empty
 * until its first reset, so that tests which run at the same time don't meet. Nothing is shared between worlds or servers.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { answerApi } from './api.ts'
import { type Beginning, begin, control } from './control.ts'
import { decodeRequest } from './decode.ts'
import { nextFault } from './faults.ts'
import { readInventory } from './from.ts'
import type { Params } from './params.ts'
import type { PartialProject } from './partial.ts'
import { throttle } from './rate.ts'
import { createWorld, type LoggedRequest, type World } from './store.ts'
import { type Delivery, strike } from './strike.ts'

export interface SandboxOptions {
  /** @default 0, any free port */
  readonly port?: number | undefined
  /** @default '127.0.0.1' */
  readonly host?: string | undefined
  /** How many projects to make up. @default 0 */
  readonly projects?: number | undefined
  /** @default 7 */
  readonly seed?: number | undefined
  /** Wait before every API call is served, in milliseconds. @default 0 */
  readonly latencyMs?: number | undefined
  /** These projects instead of made-up ones. */
  readonly workspace?: readonly PartialProject[] | undefined
  /** A file with an inventory to begin with, see `from.ts`. */
  readonly from?: string | undefined
}

export interface Sandbox {
  /** Such as `http://127.0.0.1:5612`. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Starts a sandbox and resolves when it answers. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', projects = 0, seed = 7, latencyMs = 0 } = options
  const workspace = options.from === undefined ? options.workspace : await readInventory(options.from)
  const worlds = new Map<string, { readonly world: World; readonly beginning: Beginning }>()
  const timers = new Set<NodeJS.Timeout>()

  function worldOf(name: string): { readonly world: World; readonly beginning: Beginning } {
    const present = worlds.get(name)
    if (present) return present
    const made = { world: createWorld(), beginning: { projects: 0, seed, workspace: undefined } }
    worlds.set(name, made)
    return made
  }

  const beginning = { projects, seed, workspace }
  worlds.set('', { world: createWorld(), beginning })
  begin(worldOf('').world, beginning)

  /** Waits, unless the sandbox closes: then it never resolves, and nothing is left running. */
  function wait(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        resolve()
      }, ms)
      timers.add(timer)
    })
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/'
    const [, name = '', area = '', rest = ''] =
      /^(?:\/w\/([^/?]+))?\/+(api\/v2|_sandbox)(?=[/?]|$)(.*)$/s.exec(url) ?? []
    const body = await readBody(request)
    if (area === 'api/v2') return serveApi(worldOf(name).world, request, response, url, rest, body)
    if (area !== '_sandbox') return send(response, 404, { 'content-type': 'text/plain' }, 'The API is under /api/v2\n')
    const { world, beginning: first } = worldOf(name)
    const path = (rest.split('?')[0] ?? '').split('/').filter(Boolean).join('/')
    const download = /^download\/(\w+)$/.exec(path)?.[1]
    if (download) {
      const { bytes } = world.downloads.get(download) ?? {}
      return sendBytes(response, bytes ? 200 : 404, { 'content-type': 'application/zip' }, bytes ?? new Uint8Array())
    }
    const answer = control(world, first, request.method ?? 'GET', path, new TextDecoder().decode(body))
    send(response, answer.status, { 'content-type': 'application/json' }, JSON.stringify(answer.body))
  }

  async function serveApi(
    world: World,
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    rest: string,
    body: Uint8Array,
  ): Promise<void> {
    const decoded = await decodeRequest(request.method ?? 'GET', url, rest, request.headers, body)
    const { method, endpoint, params } = decoded
    const at = new Date(world.clock.now()).toISOString()
    const nothing = { user: null, status: null, success: null, fault: null }
    const line: LoggedRequest = {
      n: world.requests.length + 1,
      at,
      method,
      path: endpoint,
      url: decoded.url,
      params: readable(params),
      ...nothing,
    }
    world.requests.push(line)
    const throttled = throttle(world)
    const fault = throttled ? undefined : nextFault(world.faults, endpoint)
    line.fault = throttled ? 'rate' : (fault?.kind ?? null)
    await wait(latencyMs)
    const delivery: Delivery = fault
      ? strike(world, fault, decoded)
      : { outcome: throttled ? { reply: throttled, user: null } : answerApi(world, decoded), wire: 'whole', waitMs: 0 }
    await wait(delivery.waitMs)
    deliver(response, labelled(world, delivery), line)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // The client went away while it was still sending.
      if (request.destroyed && !request.complete) return
      console.error('The sandbox failed:', error)
      if (!response.headersSent)
        send(response, 500, { 'content-type': 'text/plain' }, `The sandbox failed: ${String(error)}\n`)
    })
  })
  // Longer than any client keeps an idle connection, so that none is closed under a request about to be sent.
  server.keepAliveTimeout = 75_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const actual = (server.address() as AddressInfo).port

  async function close(): Promise<void> {
    for (const timer of timers) clearTimeout(timer)
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }

  return { url: `http://${host}:${actual}`, port: actual, close }
}

/** JSON says it is what the switch `contentType` says. */
function labelled(world: World, delivery: Delivery): Delivery {
  const { reply } = delivery.outcome
  if (reply.answer === null) return delivery
  const headers = { ...reply.headers, 'content-type': world.switches.contentType }
  return { ...delivery, outcome: { ...delivery.outcome, reply: { ...reply, headers } } }
}

/** Fields as a log can show them: an upload is said to be one. */
function readable(params: Params): Params {
  const fields = Object.entries(params).map(([name, value]) => {
    return [name, value instanceof Uint8Array ? `<${value.length} bytes>` : value]
  })
  return Object.fromEntries(fields)
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Puts an answer on the wire as the fault wants it, and notes in the log what the client got to see. */
function deliver(response: ServerResponse, { outcome, wire }: Delivery, line: LoggedRequest): void {
  const { status, headers, text, answer } = outcome.reply
  line.user = outcome.user
  if (wire === 'reset') {
    resetConnection(response.socket)
    return
  }
  line.status = status
  line.success = answer ? answer.success === true : null
  if (wire === 'whole') {
    send(response, status, headers, text)
    return
  }
  const bytes = Buffer.from(text)
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => resetLater(response))
}

function resetConnection(socket: Socket | null): void {
  socket?.resetAndDestroy()
}

/** Ends the connection after the half answer is out: a reset right away might overtake it. */
function resetLater(response: ServerResponse): void {
  response.socket?.end()
  response.socket?.destroySoon()
}

function send(
  response: ServerResponse,
  status: number,
  headers: { readonly [name: string]: string },
  text: string,
): void {
  sendBytes(response, status, headers, Buffer.from(text))
}

function sendBytes(
  response: ServerResponse,
  status: number,
  headers: { readonly [name: string]: string },
  bytes: Uint8Array,
): void {
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.end(bytes)
}
