/** The door of Discord over HTTP: who gets in, what the handshake wants, and that nobody is left without an answer. */

import { verifyKey } from 'discord-interactions'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { buttonsOf, discordEnv, eventually, PUBLIC_KEY, person, SEED, signedBy } from '../support/discord-person.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, stale } from '../support/policies.ts'
import { makeStandins } from '../support/standins.ts'
import { makeWorld, type World } from '../support/world.ts'

const PEOPLE = `
[chat]
read = "everyone"
[[person]]
name = "Ann"
discord = "700000000000000001"
may = ["operate", "approve"]
`
const ANN = '700000000000000001'
const STRANGER = '700000000000000099'
const NOBODY: World = { name: 'f'.repeat(32), sandbox: 'http://127.0.0.1:1' } as World

interface Signed {
  readonly body?: string | Uint8Array
  readonly timestamp?: string
  readonly signature?: string | null
  readonly env?: { readonly [name: string]: string | undefined }
  readonly address?: string
}

async function post(
  { body = '{"type":1}', timestamp = now(), signature, env = {}, address = '192.0.2.1' }: Signed,
  world = NOBODY,
): Promise<Response> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const signed = signature === undefined ? await signedBy(SEED, timestamp, bytes) : signature
  const headers = {
    'x-signature-timestamp': timestamp,
    'cf-connecting-ip': address,
    ...(signed === null ? {} : { 'x-signature-ed25519': signed }),
  }
  const settings = { DISCORD_PUBLIC_KEY: PUBLIC_KEY, ...env }
  return ask(world, '/discord/interactions', { method: 'POST', body: bytes, bearer: null, headers, env: settings })
}

function now(shift = 0): string {
  return String(Math.floor(Date.now() / 1_000) + shift)
}

async function makeScene(policy = `${DELETE_OLD}${PEOPLE}`, projects: readonly object[] = [stale('Old/a b')]) {
  const standins = makeStandins()
  const world = await makeWorld(policy, projects, { env: discordEnv(standins) })
  return { world, standins, ann: person(world, standins, ANN), stranger: person(world, standins, STRANGER) }
}

describe('POST /discord/interactions', () => {
  it('answers the ping of the set-up with a pong', async () => {
    const answer = await post({})
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await answer.json()).toEqual({ type: 1 })
  })

  it.each<[string, Signed]>([
    ['a wrong signature', { signature: '0'.repeat(128) }],
    ['no signature', { signature: null }],
    ['a signature in capitals', { signature: 'A'.repeat(128) }],
    ['a time 301 s ago', { timestamp: now(-301) }],
    ['a time in 302 s', { timestamp: now(302) }],
  ])('gives 401 to %s, as Discord tries', async (_, signed) => {
    const answer = await post(signed)
    expect([answer.status, await answer.text()]).toEqual([401, 'invalid request signature'])
  })

  it('gives 401 to wrong signatures however many there are, and keeps the log short', async () => {
    const log = vi.spyOn(console, 'warn').mockReturnValue()
    for (let n = 0; n < 40; n++)
      expect((await post({ signature: '0'.repeat(128), address: '192.0.2.2' })).status).toBe(401)
    expect(log.mock.calls.length).toBe(20)
    expect(await (await post({ address: '192.0.2.2' })).json()).toEqual({ type: 1 })
    log.mockRestore()
  })

  it('lets in exactly what the oracle verifies, for random requests and one change to them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('none', 'body', 'timestamp', 'signature'), fc.nat(9), async (change, by) => {
        const timestamp = now()
        const body = `{"type":1,"id":"${by}"}`
        const signature = await signedBy(SEED, timestamp, new TextEncoder().encode(body))
        const sent = {
          body: change === 'body' ? body.replace(`"${by}"`, `"${by + 1}"`) : body,
          timestamp: change === 'timestamp' ? String(Number(timestamp) - 1) : timestamp,
          signature:
            change === 'signature' ? `${signature.slice(0, -1)}${signature.endsWith('0') ? '1' : '0'}` : signature,
        }
        const isRight = await verifyKey(sent.body, sent.signature, sent.timestamp, PUBLIC_KEY)
        expect(isRight).toBe(change === 'none')
        expect((await post(sent)).status).toBe(isRight ? 200 : 401)
      }),
      { numRuns: 40 },
    )
  })

  it('is closed while the key is not set, and says so', async () => {
    const answer = await post({ env: { DISCORD_PUBLIC_KEY: undefined } })
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('DISCORD_PUBLIC_KEY') })
  })

  it.each<[string, string | Uint8Array, number]>([
    ['no JSON', 'hello', 400],
    ['no interaction', '{"hello":1}', 400],
    ['no text', new Uint8Array([0xff, 0xfe]), 400],
    ['over a mebibyte', 'x'.repeat(1_048_577), 413],
  ])('refuses a signed body that is %s', async (_, body, status) => {
    expect((await post({ body })).status).toBe(status)
  })

  it('takes POST alone', async () => {
    const answer = await ask(NOBODY, '/discord/interactions', { bearer: null })
    expect(answer.status).toBe(405)
  })
})

describe('what somebody types', () => {
  it('is answered to them alone, well within three seconds', async () => {
    const { ann } = await makeScene()
    const seen = await ann.types('help')
    expect(seen.privately).toBe(true)
    expect(seen.says).toContain('/sweep keep <project> [30d | forever | until 2027-01-31]')
    expect(seen.tookMs).toBeLessThan(1_000)
  })

  it('is answered in a direct message too', async () => {
    const { world, standins } = await makeScene()
    const seen = await person(world, standins, ANN, true).types('status')
    expect(seen.says).toContain('┃')
  })

  it('has its result follow, in the place of the first answer', async () => {
    const { ann, standins } = await makeScene()
    const seen = await ann.types('plan')
    expect(seen.says).toBe('Looking at all projects. The plan follows here.')
    const shown = await eventually(async () => {
      const { messages } = await standins.discord()
      return messages.find(({ embeds }) => embeds[0]?.title.startsWith('Plan:'))
    }, 'the plan')
    expect([shown.id, shown.only]).toEqual([seen.message?.id, ANN])
  })

  it('may name a project with blanks, and a name nobody has lists what is near', async () => {
    const { world, ann } = await makeScene()
    await world.tick(Date.now())
    expect((await ann.types('why', { project: 'Old/a b' })).says).toContain('Old/a b')
    expect((await ann.types('why', { project: 'Old/a c' })).says).toContain('Did you mean one of these?')
  })

  it('G7 is refused in private when the policy does not name them, with what to write into it', async () => {
    const { world, stranger } = await makeScene()
    await world.tick(Date.now())
    const seen = await stranger.types('keep', { project: 'Old/a b' })
    expect(seen.privately).toBe(true)
    expect(seen.says).toContain('Sorry, you may look but not keep projects')
    expect(seen.says).toContain(`discord = "${STRANGER}"`)
    expect((await stranger.types('why', { project: 'Old/a b' })).says).toContain('Old/a b')
  })

  it('is told to the channel where it changes what happens to projects', async () => {
    const { world, ann } = await makeScene()
    await world.tick(Date.now())
    const seen = await ann.types('pause')
    expect(seen.privately).toBe(false)
    expect(seen.says).toBe('Ann paused everything: nothing is changed until somebody says /sweep resume.')
  })

  it('asks before a deletion, shows what would go, and deletes once whatever is pressed', async () => {
    const { world, ann, standins } = await makeScene()
    await world.tick(Date.now())
    const asked = await ann.types('delete', { target: 'Old/a b' })
    expect(asked.privately).toBe(true)
    expect(asked.says).toContain('[!Delete 1 project] [Cancel]')
    if (asked.message === null) throw new Error('no question')
    const pressed = await ann.presses(asked.message, 'Delete 1 project')
    expect(pressed.message?.id).toBe(asked.message.id)
    expect(pressed.message?.content).toMatch(/^Deleting: run .* The result follows here\.$/)
    expect(pressed.message === null ? [] : buttonsOf(pressed.message)).toEqual([])
    await expect(ann.presses(asked.message, 'Delete 1 project')).rejects.toThrow('There is no button')
    await eventually(async () => {
      const { messages } = await standins.discord()
      return messages.find(({ id, embeds }) => id === asked.message?.id && embeds[0]?.title.includes('1 deleted'))
    }, 'the result in the place of the question')
    expect((await world.projects()).map(({ name }) => name)).toEqual(['Recycle Bin/Old/a b'])
  })

  it('deletes nothing when the question is answered with no', async () => {
    const { world, ann } = await makeScene()
    await world.tick(Date.now())
    const asked = await ann.types('delete', { target: 'Old/a b' })
    if (asked.message === null) throw new Error('no question')
    const pressed = await ann.presses(asked.message, 'Cancel')
    expect(pressed.message).toMatchObject({
      id: asked.message.id,
      content: 'Cancelled. Nothing was deleted.',
      components: [],
    })
    expect((await world.projects()).map(({ name }) => name)).toEqual(['Old/a b'])
  })

  it('is answered politely when this version does not know it', async () => {
    const { world, standins } = await makeScene()
    const ann = person(world, standins, ANN)
    const begun = (await standins.control('discord/interaction', {
      user: ANN,
      type: 5,
      data: { custom_id: 'x' },
    })) as object
    const answer = await ann.sends(begun)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      type: 4,
      data: { flags: 64, content: expect.stringContaining('does not know that') },
    })
  })

  it('is acknowledged in time when the workspace is slow, and answered afterwards', async () => {
    const { world, standins, ann } = await makeScene()
    await world.tick(Date.now())
    const blocked = world.inside((state) =>
      state.blockConcurrencyWhile(() => new Promise((resolve) => setTimeout(resolve, 4_000))),
    )
    const seen = await ann.types('status')
    expect([seen.says, seen.message]).toEqual(['', null])
    expect(seen.tookMs).toBeLessThan(2_900)
    await blocked
    const shown = await eventually(async () => (await standins.discord()).messages[0], 'the answer')
    expect(shown.only).toBe(ANN)
    expect(shown.embeds[0].title).not.toBe('')
  })

  it('asked of a busy workspace: a dangerous button says so, a question answers in its own place', async () => {
    const { world, standins, ann } = await makeScene()
    await world.tick(Date.now())
    const question = await ann.types('delete', { target: 'Old/a b' })
    if (question.message === null) throw new Error('no question')
    const busy = () =>
      world.inside((state) => state.blockConcurrencyWhile(() => new Promise((resolve) => setTimeout(resolve, 5_000))))
    const [undo, blocked] = [{ custom_id: 'sweep.ask:undo:20200101-000000-000000', component_type: 2 }, busy()]
    const pressed = (await standins.control('discord/interaction', { user: ANN, type: 2, data: {} })) as object
    const answer = await ann.sends({ ...pressed, type: 3, data: undo, message: { id: '1', channel_id: '2', flags: 0 } })
    expect(await answer.json()).toMatchObject({ type: 4, data: { flags: 64, content: expect.stringMatching(/busy/) } })
    const confirmed = await ann.presses(question.message, 'Delete 1 project')
    expect(confirmed.tookMs).toBeLessThan(2_900)
    await blocked
    await eventually(async () => {
      const { messages } = await standins.discord()
      const shown = messages.find(({ id }) => id === question.message?.id)
      return shown?.embeds[0]?.title.includes('1 deleted') && buttonsOf(shown).join() === 'Undo'
    }, 'the result in the place of the question and its buttons')
    expect((await standins.discord()).messages.filter(({ only }) => only === ANN)).toHaveLength(1)
  })
})
