/** Wrong settings, credentials, addresses and policies end in a message that says what happened, why and what to do. */

import { describe, expect, it, vi } from 'vitest'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

async function ripe(setting: Parameters<typeof makeWorld>[2] = {}): Promise<World> {
  const world = await makeWorld(DELETE_OLD, staleMany(2))
  await world.tick(now)
  world.set(setting)
  await world.renew()
  return world
}

describe('wrong credentials', () => {
  it.each(['200', '401', '500'])(
    'with the answer %s end the run as failed and say which settings to check',
    async (badHash) => {
      const world = await ripe({ token: 'wrong' })
      await world.control('switches', { badHash })
      const run = await world.tick(now + 2 * DAY)
      expect(run).toMatchObject({ status: 'failed', counts: { acted: 0 } })
      expect(run.message).toMatch(
        /^The list of projects could not be read, so nothing was judged and nothing was done\./,
      )
      expect(run.message).toMatch(/did not accept the credentials \(.*\)\. Check QC_USER_ID and QC_API_TOKEN/)
      expect(await world.deletions()).toEqual([])
    },
  )

  it('show in the health, with the message, and the preview says the same', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1), { token: 'wrong' })
    await world.tick(now)
    expect(await world.stub.health()).toMatchObject({
      healthy: false,
      reason: expect.stringMatching(/no good scheduled run yet\. Run \S+ ended failed: .*Check QC_USER_ID/),
    })
    expect(await world.stub.plan()).toMatchObject({ ok: false, message: expect.stringMatching(/Check QC_USER_ID/) })
  })
})

describe('an API that cannot be reached', () => {
  it('ends the run as failed and says to check the address', async () => {
    const world = await ripe({ sandbox: 'http://127.0.0.1:9' })
    const { run } = await world.submitTick(now + 2 * DAY)
    const record = await world.ended(run)
    expect(record).toMatchObject({ status: 'failed', apiCalls: 3, counts: { acted: 0 } })
    expect(record.message).toMatch(
      /gave no usable answer \(the connection failed.*try again later, and check QC_API_URL/,
    )
  })
})

describe('a broken policy', () => {
  it.each([
    ['that is no TOML', 'rule = [', /The policy cannot be used, so nothing was done\. .*line/i],
    ['with a misspelt key', DELETE_OLD.replace('notice', 'notise'), /notise.*Did you mean "notice"/s],
    ['with a grace of an hour', DELETE_OLD.replace('after = "24h"', 'after = "1h"'), /24h|24 hours/],
    ['with a rule without when', DELETE_OLD.replace(/when = .*\n/, ''), /when/],
  ])('%s ends the run as failed, names the place, and nothing is deleted', async (_what, policy, message) => {
    const world = await ripe({ policy })
    const before = (await world.requests()).length
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'failed', apiCalls: 0, counts: { acted: 0 } })
    expect(run.message).toMatch(/^The policy cannot be used, so nothing was done\./)
    expect(run.message).toMatch(message)
    expect((await world.requests()).length).toBe(before)
    expect(await world.stub.plan()).toMatchObject({ ok: false, reason: 'unready' })
  })

  it('whose message is long and not ASCII still ends on record', async () => {
    const strange = `${'研'.repeat(300)}`
    const world = await ripe({ policy: DELETE_OLD.replace('notice', `"${strange}"`) })
    const run = await world.tick(now + 2 * DAY)
    expect(run).toMatchObject({ status: 'failed', message: expect.stringContaining('研研研') })
    const { keys } = await world.log.list<{ message: string }>({ prefix: 'run/' })
    const message = keys.find((key) => key.name.endsWith(run.id))?.metadata?.message ?? ''
    expect(message).toMatch(/研$/)
    // All that metadata holds must fit into 1,024 bytes, of which a message gets 200.
    expect(new TextEncoder().encode(JSON.stringify(message)).length).toBeLessThanOrEqual(200)
  })

  it('that is mended goes on where the marks stand', async () => {
    const world = await ripe({ policy: 'rule = [' })
    await world.tick(now + DAY / 2)
    world.set({ policy: DELETE_OLD })
    expect((await world.tick(now + 2 * DAY)).counts).toMatchObject({ confirmed: 2 })
  })
})

describe('G20 no secret leaves', () => {
  const TOKEN = 'qc-token-4b1f8e2d9c'

  it('the API token and what is derived from it are in no record, answer, log, store or ledger', async () => {
    const logged: string[] = []
    const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
      vi
        .spyOn(console, level)
        .mockImplementation((...parts: unknown[]) => void logged.push(parts.map(String).join(' '))),
    )
    const signatures = new Set<string>()
    let calls = 0
    const world = await makeWorld(DELETE_OLD, staleMany(2), {
      token: TOKEN,
      fetch: async (_input, init) => {
        calls += 1
        const sent = new Headers(init?.headers).get('authorization') ?? ''
        signatures.add(sent)
        signatures.add(atob(sent.replace('Basic ', '')).split(':')[1] ?? '')
        // A server that echoes whatever it was sent, in the error and in the reason of a broken connection.
        if (calls > 6) throw new Error(`connection with ${sent} and ${TOKEN} was lost`)
        return Response.json({
          success: false,
          errors: [`You sent ${sent}, ${atob(sent.replace('Basic ', ''))} and ${TOKEN}`],
        })
      },
    })
    let puts = 0
    world.set({
      log: (log) =>
        new Proxy(log, {
          get(target, name) {
            if (name !== 'put') return Reflect.get(target, name).bind(target)
            return (...put: [string, string, KVNamespacePutOptions]) =>
              ++puts === 1 ? Promise.reject(new Error(`KV with ${TOKEN} failed`)) : target.put(...put)
          },
        }),
    })
    const records = []
    for (let n = 0; n < 12; n++) records.push(await world.tick(now + n * DAY))
    const answers = [await world.stub.plan(), await world.stub.health(), await world.stub.runs(20, null), ...records]
    await world.inside(({ storage }) => storage.sql.exec('DROP TABLE marks'))
    await world.stub.plan().catch((error: Error) => answers.push(error.message as never))
    const ledger = await world.inside(({ storage }) =>
      ['runs', 'items', 'facts', 'attempts', 'backups'].flatMap((table) =>
        storage.sql
          .exec(`SELECT * FROM ${table}`)
          .toArray()
          .map((row) => JSON.stringify(row)),
      ),
    )
    const { keys } = await world.log.list({ prefix: 'run/' })
    const stored = await Promise.all(keys.map(async (key) => `${JSON.stringify(key)} ${await world.log.get(key.name)}`))
    for (const spy of spies) spy.mockRestore()

    expect(calls).toBeGreaterThan(20)
    expect(logged).toEqual([expect.stringMatching(/^KV: Error: KV with \[secret\] failed$/)])
    expect(signatures.size).toBeGreaterThan(1)
    expect(records.every((record) => record.status === 'failed')).toBe(true)
    const everything = [JSON.stringify(answers), ...ledger, ...stored, ...logged].join('\n')
    expect(everything).toContain('[secret]')
    for (const secret of [TOKEN, ...signatures]) if (secret !== '') expect(everything).not.toContain(secret)
  })
})
