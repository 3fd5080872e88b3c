/**
 * Global set-up of the tests that talk to chats: one server with stand-ins for the APIs of Slack and Discord and for the incoming webhooks
 * of Slack, Discord and Teams, whose address a test gets by `inject('standins')`. As with the sandbox, any name in
 * `…/w/<name>/slack`, `…/w/<name>/discord/api/v10`, `…/w/<name>/webhooks` and `…/w/<name>/_standin` makes a world of its own.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { controlDiscord, createDiscord, type DiscordWorld, serveDiscord } from './discord.ts'
import { controlSlack, createSlack, type SlackWorld, serveSlack } from './slack.ts'
import { controlWebhooks, createWebhooks, serveWebhook, type WebhookWorld } from './webhooks.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the stand-ins are, without a path. */
    standins: string
  }
}

export interface Asked {
  readonly method: string
  /** Below the stand-in's own address, without a leading slash, with its query. */
  readonly path: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
  /** Text as it is, anything else as JSON; nothing at all for 204. */
  readonly body?: unknown
  /** The connection ends instead of the answer. */
  readonly lost?: boolean
}

interface World {
  readonly discord: DiscordWorld
  readonly slack: SlackWorld
  readonly webhooks: WebhookWorld
}

export async function startStandins(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const worlds = new Map<string, World>()
  function worldOf(name: string): World {
    const world = worlds.get(name) ?? { discord: createDiscord(), slack: createSlack(), webhooks: createWebhooks() }
    worlds.set(name, world)
    return world
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = '', area = '', path = ''] =
      /^\/w\/([^/?]+)\/(discord\/api\/v10|slack|webhooks|_standin)\/(.*)$/s.exec(request.url ?? '') ?? []
    const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)]))
    const asked: Asked = { method: request.method ?? '', path, headers, body: await bodyOf(request) }
    const answer = answerOf(worldOf(name), area, asked, `http://${request.headers.host}/w/${name}`)
    if (answer.lost === true) return void request.socket.destroy()
    const body =
      answer.body === undefined ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    const type = typeof answer.body === 'string' ? 'text/plain' : 'application/json'
    response.writeHead(answer.status, { 'content-type': type, ...answer.headers }).end(body)
  }

  function answerOf(world: World, area: string, asked: Asked, base: string): Answered {
    if (area === 'discord/api/v10') return serveDiscord(world.discord, asked)
    if (area === 'slack') return serveSlack(world.slack, asked)
    if (area === 'webhooks') return serveWebhook(world.webhooks, asked)
    if (area !== '_standin') return { status: 404, body: 'There is no stand-in of that name.' }
    const given = asked.body === '' ? {} : JSON.parse(asked.body)
    if (asked.path.startsWith('slack')) return controlSlack(world.slack, asked.path, given, base)
    return asked.path.startsWith('webhooks')
      ? controlWebhooks(world.webhooks, given)
      : controlDiscord(world.discord, asked.path, given)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { url: `http://127.0.0.1:${port}`, close }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const standins = await startStandins()
  project.provide('standins', standins.url)
  return () => standins.close()
}
