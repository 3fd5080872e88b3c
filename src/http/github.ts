/** `POST /hooks/github`: what happened on GitHub, mapped to directories by the policy's `[[on]]`. */

import type { Context } from 'hono'
import { verifyGithub } from '../hooks/github.ts'
import { type GithubEvent, readGithubEvent, readPayload } from '../hooks/github-event.ts'
import { type Bytes, toHex } from '../hooks/hmac.ts'
import { logNote, logWarning } from '../log.ts'
import { workspaceOf } from '../workspace/address.ts'
import { runAt } from './accepted.ts'
import type { Door, Gauges } from './auth.ts'
import { notJson } from './body.ts'
import { problem } from './problem.ts'
import { hurried, openDoor, unproven } from './proof.ts'
import { logOf } from './request-id.ts'

type Deletion = Extract<GithubEvent, { kind: 'branch deleted' }>

export async function takeDelivery(c: Context<Door>, gauges: Gauges): Promise<Response> {
  const door = await openDoor(c, 'github')
  if (!door.ok) return door.response
  const verdict = await verifyGithub(door.secrets, c.req.header('x-hub-signature-256') ?? null, door.body)
  if (!verdict.ok) return unproven(c, gauges, 'github', verdict.failure)
  const waits = hurried(c, gauges, 'github', door.config)
  if (waits !== null) return waits

  const payload = readPayload(door.body, c.req.header('content-type') ?? '')
  if (!payload.ok) return payload.reason === 'not JSON' ? notJson(c) : wrongType(c)
  const event = readGithubEvent(c.req.header('x-github-event') ?? '', payload.value)
  noteDelivery(c, event)
  switch (event.kind) {
    case 'ping':
      return c.json({ pong: true }, 200)
    case 'ignored':
      return c.json({ ignored: event.why }, 202)
    case 'refused':
      return problem(c, 422, { title: 'The body does not fit', detail: event.why })
    case 'branch deleted':
      return deleteDirectories(c, event, door.body)
  }
}

/** A run for each directory that is meant. The id is made of the signed body, for nothing else is signed (G14). */
async function deleteDirectories(c: Context<Door>, { branch, sender }: Deletion, body: Bytes): Promise<Response> {
  const workspace = workspaceOf(c.env)
  const asked = await workspace.meaningOf(branch)
  if (!asked.ok) return problem(c, 503, { title: 'Not ready', detail: asked.message })
  const meaning = asked.value
  if (!meaning.ok) return problem(c, 422, { title: 'No directory', detail: meaning.why })
  if (meaning.directories.length === 0) {
    const warning = unknownText(branch.repository, meaning.others)
    logWarning(logOf(c), warning)
    return c.json({ ignored: `No [[on]] of the policy is for a deleted branch of this repository. ${warning}` }, 202)
  }
  const id = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', body)))
  const runs: ReturnType<typeof runAt>[] = []
  for (const [n, directory] of meaning.directories.entries()) {
    const { run } = await workspace.submit({
      triggerId: n === 0 ? `github:${id}` : `github:${id}:${n}`,
      trigger: 'github',
      actor: sender ?? 'github',
      request: { kind: 'command', mode: 'act', command: { type: 'directory.delete', directory } },
    })
    // The same body again after the policy has changed is still the same delivery: the run it was, and nothing new.
    runs.push(runAt(c, run))
  }
  return c.json({ ...runs[0], ...(runs.length > 1 ? { runs } : {}) }, 202)
}

/** Whoever renames a repository would otherwise not notice that its branches are not followed any more. */
function unknownText(repository: string, others: readonly string[]): string {
  const named = others
    .slice(0, 10)
    .map((one) => `"${one}"`)
    .join(', ')
  const has = others.length === 0 ? 'has no [[on]] for it' : `names ${named}`
  return `Repository "${repository}" is not known: the policy ${has}. If it was renamed, write its new name into the policy.`
}

/** The id of the delivery is not signed, so it is good for finding it again on GitHub and for nothing else. */
function noteDelivery(c: Context<Door>, { kind }: GithubEvent): void {
  const delivery = c.req.header('x-github-delivery') ?? ''
  const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(delivery) ? delivery : 'without an id'
  logNote(logOf(c), `GitHub delivery ${id}: ${kind}.`)
}

function wrongType(c: Context<Door>): Response {
  const detail =
    'Choose "application/json" as the content type of the webhook; the form it offers besides is taken too.'
  return problem(c, 415, { title: 'Neither JSON nor a form', detail })
}
