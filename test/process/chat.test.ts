/** The built Worker in a process of its own, as `npm run dev` starts it, with Discord and Slack beside it: over HTTP both ways. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as noble from '@noble/ed25519'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../src/cli/settings.ts'
import { workerApi } from '../../src/cli/worker-api.ts'
import type { DiscordMessage } from '../support/node/discord.ts'
import { startStandins } from '../support/node/standins.ts'

const DAY = 86_400_000
const ANN = '700000000000000001'
const ANN_IN_SLACK = 'U0ANN'
/** The one of Slack's documentation, which `npm run dev` sets. */
const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
const SEED = 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7'
const POLICY = `
[notify]
channels = ["discord"]
[[person]]
name = "Ann"
discord = "${ANN}"
slack = "${ANN_IN_SLACK}"
may = ["operate"]
[[rule]]
id = "old"
why = "Old ones go."
when = { path = "Old/*", idle = ">90d" }
then = "delete"
enforce = true
`

let folder: string
let standins: Awaited<ReturnType<typeof startStandins>>
let child: ChildProcess
let worker: string
let sandbox: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leansweep-chat-'))
  standins = await startStandins()
  const policy = join(folder, 'policy.toml')
  const env = join(folder, 'vars')
  await writeFile(policy, POLICY)
  await writeFile(
    env,
    `DISCORD_BOT_TOKEN=stand-in-bot-token\nDISCORD_CHANNEL=1100000000000000001\nDISCORD_API_URL=${standins.url}/w/1/discord/api/v10\n`,
  )
  const options = ['--port', '0', '--sandbox-port', '0', '--projects', '0', '--state', join(folder, 'state')]
  child = spawn(process.execPath, [join(root, 'src/cli/dev.ts'), '--policy', policy, '--env', env, ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ready = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      const found = /^ready (\{.*\})$/m.exec(String(chunk))?.[1]
      if (found !== undefined) resolve(found)
    })
    child.on('exit', () => reject(new Error('The Worker did not start.')))
  })
  ;({ worker, sandbox } = JSON.parse(ready))
}, 60_000)

afterAll(async () => {
  child?.kill()
  await standins?.close()
  await rm(folder, { recursive: true, force: true })
})

async function control(path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${standins.url}/w/1/_standin/discord/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  return answer.json()
}

/** As Discord sends it; the answer with how long it took. */
async function interact(asked: object) {
  const interaction = (await control('interaction', { user: ANN, ...asked })) as { token: string }
  const body = new TextEncoder().encode(JSON.stringify(interaction))
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signature = await noble.signAsync(
    new Uint8Array([...new TextEncoder().encode(timestamp), ...body]),
    Uint8Array.from(Buffer.from(SEED, 'hex')),
  )
  const headers = {
    'x-signature-timestamp': timestamp,
    'x-signature-ed25519': Buffer.from(signature).toString('hex'),
  }
  const began = performance.now()
  const response = await fetch(`${worker}/discord/interactions`, { method: 'POST', body, headers })
  const answer = (await response.json()) as { type: number; data: { content: string; flags?: number } }
  const tookMs = performance.now() - began
  const taken = await control('answer', { token: interaction.token, status: response.status, answer, tookMs })
  return { answer, tookMs, taken }
}

/** What somebody types in Slack, signed, and what Slack makes of the answer. */
async function typeInSlack(text: string, secret = SIGNING_SECRET) {
  const slack = async (path: string, body: object) => {
    const url = `${standins.url}/w/1/_standin/slack/${path}`
    return (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json()
  }
  const typed = (await slack('type', { user: ANN_IN_SLACK, text })) as { secret: string; body: string }
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${typed.body}`).digest('hex')
  const began = performance.now()
  const response = await fetch(`${worker}/slack/commands`, {
    method: 'POST',
    body: typed.body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${mac}`,
    },
  })
  const body = await response.text()
  const tookMs = performance.now() - began
  if (!response.ok) return { status: response.status, text: body, tookMs }
  const { message } = (await slack('answered', { secret: typed.secret, status: 200, body, tookMs })) as {
    message: { text: string; only: string | null }
  }
  return { status: 200, text: message.text, only: message.only, tookMs }
}

async function digest(): Promise<DiscordMessage> {
  for (let waited = 0; waited < 200; waited++) {
    const { messages } = (await control('state', {})) as { messages: DiscordMessage[] }
    if (messages[0]?.components.length === 3) return messages[0]
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return expect.fail('No digest came.')
}

describe('the built Worker', () => {
  it('answers pings and commands of Discord, tells of marks there, and keeps what is chosen from the card', async () => {
    const now = Math.ceil(Date.now() / 3_600_000) * 3_600_000
    const old = { created: now - 400 * DAY, modified: now - 200 * DAY }
    const workspace = [
      { name: 'Old/a', ...old },
      { name: 'Old/@everyone', ...old },
    ]
    await fetch(`${sandbox}/_sandbox/reset`, { method: 'POST', body: JSON.stringify({ workspace }) })
    expect((await interact({ type: 1 })).answer).toEqual({ type: 1 })

    const run = await workerApi(worker, 'dev-admin-token').tick(now)
    expect(run.counts.marked).toBe(2)
    const card = await digest()
    expect(card.embeds[0].description).toContain('\\@everyone')

    const menu = card.components[0].components[0]
    expect(menu.placeholder).toBe('Keep 30 d: which?')
    const chosen = menu.options.find(({ label }: { label: string }) => label.startsWith('Old/a')).value
    const data = { custom_id: menu.custom_id, component_type: 3, values: [chosen] }
    const kept = await interact({ type: 3, data, pressed: card.id })
    expect(kept.answer).toMatchObject({
      type: 4,
      data: { flags: 64, content: expect.stringMatching(/^Ann keeps project/) },
    })
    expect(kept.tookMs).toBeLessThan(3_000)

    const why = {
      id: '1',
      name: 'sweep',
      type: 1,
      options: [{ name: 'why', type: 1, options: [{ name: 'project', type: 3, value: 'Old/a' }] }],
    }
    const said = await interact({ type: 2, data: why })
    expect(JSON.stringify(said.answer)).toMatch(/Ann/)
    expect(said.taken).not.toHaveProperty('why')
  }, 60_000)

  it('answers in Slack too, in time, and turns away what Slack did not sign', async () => {
    const kept = await typeInSlack('keep Old/@everyone forever')
    expect(kept).toMatchObject({ status: 200, text: expect.stringMatching(/^Ann keeps Old\/@everyone .* for ever\.$/) })
    expect(kept.tookMs).toBeLessThan(2_900)
    expect(await typeInSlack('status')).toMatchObject({
      only: ANN_IN_SLACK,
      text: expect.stringMatching(/^All is well/),
    })
    expect(await typeInSlack('status', 'f'.repeat(32))).toMatchObject({ status: 401 })
  }, 30_000)

  it('turns away what Discord did not sign', async () => {
    const headers = {
      'x-signature-timestamp': String(Math.floor(Date.now() / 1_000)),
      'x-signature-ed25519': '0'.repeat(128),
    }
    const answer = await fetch(`${worker}/discord/interactions`, { method: 'POST', body: '{"type":1}', headers })
    expect(answer.status).toBe(401)
  })
})
