/** G18: the chain of records finds what was edited, dropped or reordered, in KV and in the ledger, and says which. */

import { describe, expect, it } from 'vitest'
import type { AuditPage } from '../../src/records/chain.ts'
import type { RunRecord } from '../../src/workspace/ledger/run.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const DROP_COPY = 'DELETE FROM stored_parts WHERE key = (SELECT record_key FROM runs WHERE id = ?)'

const now = Date.now()

/** A world in which so many runs have ended; the first marks, the second deletes. */
async function worldOf(runs: number): Promise<{ readonly world: World; readonly records: readonly RunRecord[] }> {
  const world = await makeWorld(DELETE_OLD, staleMany(2))
  const records: RunRecord[] = []
  for (let n = 0; n < runs; n++) records.push(await world.tick(now + n * 2 * DAY))
  return { world, records }
}

/** All pages as one. */
async function verify(world: World, limit = 100): Promise<AuditPage> {
  const pages: AuditPage[] = []
  let cursor: string | null = null
  do {
    const answer = await ask(world, `/api/audit/verify?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`)
    expect(answer.status).toBe(200)
    const page = (await answer.json()) as AuditPage
    expect(page.links.length).toBeLessThanOrEqual(limit)
    expect(page.ok).toBe(page.problems.length === 0)
    pages.push(page)
    cursor = page.cursor
  } while (cursor !== null)
  const [first] = pages as [AuditPage]
  return {
    ...first,
    ok: pages.every(({ ok }) => ok),
    checked: pages.reduce((sum, page) => sum + page.checked, 0),
    expired: pages.reduce((sum, page) => sum + page.expired, 0),
    problems: pages.flatMap(({ problems }) => problems),
    links: pages.flatMap(({ links }) => links),
  }
}

function sql(world: World, statement: string, ...values: (string | number)[]): Promise<unknown> {
  return world.inside(({ storage }) => void storage.sql.exec(statement, ...values))
}

async function keyOf(world: World, run: string | undefined): Promise<string> {
  return world.inside(
    ({ storage }) =>
      storage.sql.exec<{ record_key: string }>('SELECT record_key FROM runs WHERE id = ?', run ?? '').one().record_key,
  )
}

async function editInKv(world: World, run: string | undefined, change: (record: RunRecord) => object): Promise<void> {
  const key = await keyOf(world, run)
  const record = JSON.parse((await world.log.get(key)) ?? '') as RunRecord
  await world.log.put(key, JSON.stringify(change(record)))
}

/** What a stranger computes: SHA-256 of JSON with sorted keys, written apart from the program. */
async function independentHash(record: RunRecord): Promise<string> {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => [k, sorted(v)]),
    )
  }
  const text = JSON.stringify(sorted({ ...record, audit: { ...record.audit, hash: null } }))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

describe.concurrent('G18 an untouched chain', () => {
  it('is in order: every record hashed again, each following the one before, up to the head', async ({ expect }) => {
    const { world, records } = await worldOf(4)
    const seen = await verify(world)
    expect(seen).toMatchObject({ ok: true, checked: 4, expired: 0, problems: [], cursor: null })
    expect(seen.links.map(({ run }) => run)).toEqual(records.map(({ id }) => id).toReversed())
    expect(seen.links.map(({ position }) => position)).toEqual([4, 3, 2, 1])
    expect(seen.head).toEqual({ position: 4, run: records[3]?.id, hash: records[3]?.audit.hash })
    expect(seen.start).toEqual({ position: 1, previous: null })
    for (const [n, record] of records.entries()) {
      expect(record.audit.previous).toBe(records[n - 1]?.audit.hash ?? null)
      expect(await independentHash(record)).toBe(record.audit.hash)
    }
  })

  it('is the same in pages of any size', async ({ expect }) => {
    const { world } = await worldOf(4)
    const whole = await verify(world)
    for (const limit of [1, 2, 3, 4]) expect({ ...(await verify(world, limit)), cursor: null }).toEqual(whole)
  })

  it('before any run has ended has nothing to show', async ({ expect }) => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    expect(await verify(world)).toEqual({
      ok: true,
      checked: 0,
      expired: 0,
      problems: [],
      head: null,
      start: null,
      links: [],
      cursor: null,
    })
  })

  it.each(['0', '-1', 'x', '1.5', '1e3', ''])('refuses the cursor "%s"', async (cursor) => {
    const world = await makeWorld(DELETE_OLD, [])
    expect((await ask(world, `/api/audit/verify?cursor=${cursor}`)).status).toBe(400)
  })

  it('is walked while runs go on, and shows what had ended when the page was asked for', async ({ expect }) => {
    const { world } = await worldOf(3)
    const [seen] = await Promise.all([verify(world, 1), world.tick(now + 30 * DAY)])
    expect(seen.ok).toBe(true)
    expect((await verify(world)).checked).toBe(4)
  })
})

describe.concurrent('G18 what was edited in KV', () => {
  it.each<readonly [what: string, change: (record: RunRecord) => object]>([
    ['the status', (record) => ({ ...record, status: 'failed' })],
    ['an outcome', (record) => ({ ...record, outcomes: record.outcomes.slice(1) })],
    ['a name inside an outcome', (record) => ({ ...record, outcomes: [{ ...record.outcomes[0], name: 'Old/other' }] })],
    ['a count', (record) => ({ ...record, counts: { ...record.counts, confirmed: 0 } })],
    ['a field that was not there', (record) => ({ ...record, note: 'nothing to see here' })],
    ['a field that was', ({ warnings: _, ...record }) => record],
  ])('%s is found, at its place', async (_, change) => {
    const { world, records } = await worldOf(3)
    await editInKv(world, records[1]?.id, change)
    const seen = await verify(world)
    expect(seen.problems).toEqual([
      { position: 2, run: records[1]?.id, what: expect.stringMatching(/^Its record in KV was edited: it hashes to/) },
    ])
  })

  it('is found too when the record was given a fitting hash', async ({ expect }) => {
    const { world, records } = await worldOf(3)
    const edited = { ...(records[1] as RunRecord), status: 'failed' as const }
    const audit = { ...edited.audit, hash: await independentHash(edited) }
    await editInKv(world, records[1]?.id, () => ({ ...edited, audit }))
    expect((await verify(world)).problems).toMatchObject([{ position: 2, what: expect.stringContaining(audit.hash) }])
  })

  it('only in its own hash is found', async ({ expect }) => {
    const { world, records } = await worldOf(2)
    await editInKv(world, records[0]?.id, (record) => ({ ...record, audit: { ...record.audit, hash: 'f'.repeat(64) } }))
    expect((await verify(world)).problems).toMatchObject([{ position: 1, what: expect.stringMatching(/as its hash/) }])
  })

  it.each(['{"id":', '[]', 'null', '"text"', '{}', '{"id":"x","audit":null}'])('%s is no record', async (text) => {
    const { world, records } = await worldOf(2)
    await world.log.put(await keyOf(world, records[0]?.id), text)
    const seen = await verify(world)
    expect(seen.problems).toMatchObject([{ position: 1, run: records[0]?.id }])
  })

  it('by swapping two records is found at both', async ({ expect }) => {
    const { world, records } = await worldOf(4)
    const keys = await Promise.all([records[1]?.id, records[2]?.id].map((id) => keyOf(world, id)))
    const texts = await Promise.all(keys.map((key) => world.log.get(key)))
    await world.log.put(keys[0] as string, texts[1] as string)
    await world.log.put(keys[1] as string, texts[0] as string)
    expect((await verify(world)).problems).toEqual([
      { position: 3, run: records[2]?.id, what: `Its record in KV is of run ${records[1]?.id}.` },
      { position: 2, run: records[1]?.id, what: `Its record in KV is of run ${records[2]?.id}.` },
    ])
  })

  it('by dropping one is found once KV had time to show it', async ({ expect }) => {
    const { world, records } = await worldOf(3)
    await world.log.delete(await keyOf(world, records[1]?.id))
    // Two minutes long it may be that KV does not show it yet; the object's own copy stands for it.
    expect(await verify(world)).toMatchObject({ ok: true, checked: 3 })
    world.set({ skewMs: 119_000 - HOUR / 60 })
    expect((await verify(world)).ok).toBe(true)
    world.set({ skewMs: 121_000 })
    expect((await verify(world)).problems).toEqual([
      {
        position: 2,
        run: records[1]?.id,
        what: expect.stringMatching(/^Its record is not in KV, which keeps it until/),
      },
    ])
  })

  it('while the own copy is gone too is found at once', async ({ expect }) => {
    const { world, records } = await worldOf(3)
    await world.log.delete(await keyOf(world, records[1]?.id))
    await sql(world, DROP_COPY, records[1]?.id ?? '')
    expect((await verify(world)).problems).toMatchObject([{ position: 2, run: records[1]?.id }])
  })

  it('after the days for which it is kept is expired, which is no problem', async ({ expect }) => {
    const { world, records } = await worldOf(3)
    await world.log.delete(await keyOf(world, records[0]?.id))
    world.set({ skewMs: 399 * DAY })
    expect((await verify(world)).problems).toMatchObject([{ position: 1, run: records[0]?.id }])
    world.set({ skewMs: 401 * DAY })
    expect(await verify(world)).toMatchObject({ ok: true, checked: 2, expired: 1 })
  })
})

describe.concurrent('G18 what was edited in the object', () => {
  it.each<readonly [what: string, statement: string, found: RegExp]>([
    ['the status of a run', `UPDATE runs SET status = 'failed' WHERE id = ?`, /ledger was edited: .* another status\./],
    [
      'the counts of a run',
      `UPDATE runs SET counts = '{}' WHERE id = ?`,
      /ledger was edited: .* another plan, counts\.|counts/,
    ],
    ['who asked', `UPDATE runs SET actor = 'nobody' WHERE id = ?`, /ledger was edited: .* another actor\./],
    ['an outcome', `UPDATE items SET outcome = 'failed' WHERE run = ? AND position = 0`, /another outcomes\./],
    ['an item', `DELETE FROM items WHERE run = ? AND position = 0`, /another outcomes\./],
    ['where the record is', `UPDATE runs SET record_key = 'run/x' WHERE id = ?`, /has the record under run\/x, and/],
    ['the run itself', `DELETE FROM runs WHERE id = ?`, /The ledger has no such run\./],
    [
      'the own copy',
      `UPDATE stored_parts SET bytes = x'00' WHERE key = (SELECT record_key FROM runs WHERE id = ?)`,
      /own copy of its record cannot be read/,
    ],
    ['a hash of a link', `UPDATE audit SET hash = replace(hash, '0', '1') WHERE run = ?`, /was edited: it hashes to/],
    [
      'what a link follows',
      `UPDATE audit SET previous = NULL WHERE run = ?`,
      /It follows nothing, and the record before/,
    ],
    ['the run of a link', `UPDATE audit SET run = 'other' WHERE run = ?`, /Its record in KV is of run/],
    [
      'where a link says the record is',
      `UPDATE audit SET record_key = 'run/x' WHERE run = ?`,
      /not in KV|under run\/x/,
    ],
  ])('%s is found', async (_, statement, found) => {
    const { world, records } = await worldOf(3)
    world.set({ skewMs: 121_000 })
    await sql(world, statement, records[1]?.id ?? '')
    const { problems } = await verify(world)
    expect(problems.some(({ what }) => found.test(what))).toBe(true)
    expect(problems.every(({ position, run }) => position === 2 || position === 3 || run === records[1]?.id)).toBe(true)
  })

  it('by taking a link out is found: a position is missing, and a run has no link', async ({ expect }) => {
    const { world, records } = await worldOf(4)
    await sql(world, 'DELETE FROM audit WHERE position = 3')
    expect((await verify(world)).problems).toEqual([
      { position: 2, run: records[1]?.id, what: 'The chain has position 2 where 3 must stand. Missing: 3.' },
      { position: null, run: records[2]?.id, what: 'The run has ended, and the chain has no link for it.' },
    ])
    // Page by page as well, when the gap lies between two pages.
    expect((await verify(world, 1)).problems).toHaveLength(3)
  })

  it('by closing the gap after that is found', async ({ expect }) => {
    const { world, records } = await worldOf(4)
    await sql(world, 'DELETE FROM audit WHERE position = 2')
    await sql(world, 'UPDATE audit SET position = position - 1 WHERE position > 2')
    const { problems } = await verify(world)
    expect(problems.map(({ what }) => what).join('\n')).toMatch(/position 3 where 4 must stand/)
    expect(problems.map(({ what }) => what).join('\n')).toMatch(/It follows [0-9a-f]{64}, and the record before it/)
    expect(problems.map(({ run }) => run)).toContain(records[1]?.id)
  })

  it('by swapping two links is found', async ({ expect }) => {
    const { world } = await worldOf(4)
    await sql(world, 'UPDATE audit SET position = 100 WHERE position = 2')
    await sql(world, 'UPDATE audit SET position = 2 WHERE position = 3')
    await sql(world, 'UPDATE audit SET position = 3 WHERE position = 100')
    const { problems } = await verify(world)
    expect(problems.map(({ position }) => position)).toEqual([4, 3, 2])
    expect(problems.every(({ what }) => /^It follows/.test(what))).toBe(true)
  })

  it('by cutting the newest off is found, with and without its run', async ({ expect }) => {
    const { world, records } = await worldOf(3)
    await sql(world, 'DELETE FROM audit WHERE position = 3')
    expect((await verify(world)).problems).toEqual([
      { position: 2, run: records[1]?.id, what: 'The chain has position 2 where 3 must stand. Missing: 3.' },
      { position: null, run: records[2]?.id, what: 'The run has ended, and the chain has no link for it.' },
    ])
    await sql(world, 'DELETE FROM runs WHERE id = ?', records[2]?.id ?? '')
    expect((await verify(world)).problems).toHaveLength(1)
  })

  it('by cutting everything off is found', async ({ expect }) => {
    const { world, records } = await worldOf(2)
    await sql(world, 'DELETE FROM audit')
    expect((await verify(world)).problems).toMatchObject([
      { position: null, run: null, what: `The chain is empty, and must end at position 2 with run ${records[1]?.id}.` },
    ])
  })

  it('by cutting the oldest off is found', async ({ expect }) => {
    const { world, records } = await worldOf(3)
    await sql(world, 'DELETE FROM audit WHERE position = 1')
    expect((await verify(world)).problems).toMatchObject([
      { position: 2, run: records[1]?.id, what: 'The chain begins here, and must begin at position 1 after nothing.' },
    ])
  })

  it('by rewriting the newest record everywhere is found by the head, which stands apart', async ({ expect }) => {
    const { world, records } = await worldOf(2)
    const edited = { ...(records[1] as RunRecord), message: 'Nothing happened.' }
    const hash = await independentHash(edited)
    await editInKv(world, edited.id, () => ({ ...edited, audit: { ...edited.audit, hash } }))
    await sql(world, DROP_COPY, edited.id)
    await sql(world, 'UPDATE runs SET message = ? WHERE id = ?', edited.message, edited.id)
    await sql(world, 'UPDATE audit SET hash = ? WHERE run = ?', hash, edited.id)
    expect((await verify(world)).problems).toEqual([
      {
        position: 2,
        run: edited.id,
        what: expect.stringMatching(/^The ledger names run .* as the newest, and the chain/),
      },
    ])
  })

  it('by rewriting an older record everywhere is found by the next one, which names its hash', async ({ expect }) => {
    const { world, records } = await worldOf(3)
    const edited = { ...(records[1] as RunRecord), message: 'Nothing happened.' }
    const hash = await independentHash(edited)
    await editInKv(world, edited.id, () => ({ ...edited, audit: { ...edited.audit, hash } }))
    await sql(world, DROP_COPY, edited.id)
    await sql(world, 'UPDATE runs SET message = ? WHERE id = ?', edited.message, edited.id)
    await sql(world, 'UPDATE audit SET hash = ? WHERE run = ?', hash, edited.id)
    expect((await verify(world)).problems).toMatchObject([{ position: 3, run: records[2]?.id }])
  })
})

describe.concurrent('the chain and time', () => {
  it('of a deployment from before the table goes on: the table begins with the next link', async ({ expect }) => {
    const { world, records } = await worldOf(2)
    const head = records[1]?.audit.hash
    await sql(world, 'DELETE FROM audit')
    await sql(world, `DELETE FROM facts WHERE name = 'chainStart'`)
    await sql(world, `UPDATE facts SET value = json_remove(value, '$.position') WHERE name = 'chain'`)
    expect(await verify(world)).toMatchObject({ ok: true, checked: 0, links: [], head: { position: 0, hash: head } })
    const next = await world.tick(now + 10 * DAY)
    expect(next.audit.previous).toBe(head)
    expect(await verify(world)).toMatchObject({ ok: true, checked: 1, start: { position: 1, previous: head } })
    await world.tick(now + 11 * DAY)
    expect(await verify(world)).toMatchObject({ ok: true, checked: 2, head: { position: 2 } })
  })

  it('lets go of links with their runs, from the old end, and knows where it begins since', async ({ expect }) => {
    const { world, records } = await worldOf(3)
    await sql(
      world,
      'UPDATE runs SET created_at = created_at - ? WHERE id IN (?, ?)',
      401 * DAY,
      records[0]?.id ?? '',
      records[1]?.id ?? '',
    )
    await world.tick(now + 20 * DAY)
    const seen = await verify(world)
    expect(seen).toMatchObject({ ok: true, checked: 2, start: { position: 3, previous: records[1]?.audit.hash } })
    await sql(world, 'DELETE FROM audit WHERE position = 3')
    expect((await verify(world)).problems[0]?.what).toMatch(/must begin at position 3 after/)
  })

  it('of more runs than the object keeps copies of is read from KV, and the newest from both', async ({ expect }) => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    // Ticks that find a run going on end at once, so 60 of them take no time.
    for (let n = 0; n < 60; n++) await world.submitTick(now + n * HOUR)
    for (const { id } of await world.stub.runs(100, null)) await world.ended(id)
    expect(await verify(world, 25)).toMatchObject({ ok: true, checked: 60 })
    await sql(world, 'DELETE FROM stored_parts')
    expect(await verify(world)).toMatchObject({ ok: true, checked: 60 })
  })
})

describe.concurrent('G18 a record that KV took although it said that it did not', () => {
  it('is put once more just as it was, and the chain has it once', async ({ expect }) => {
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    await world.tick(now)
    const puts: string[] = []
    let dies = true
    world.set({
      log: (log) =>
        new Proxy(log, {
          get(target, name) {
            if (name !== 'put') return Reflect.get(target, name).bind(target)
            return async (...put: [string, string, KVNamespacePutOptions]) => {
              await target.put(...put)
              if (!put[0].startsWith('run/')) return
              puts.push(`${put[0]} ${put[1]}`)
              if (dies) {
                dies = false
                throw new Error('no answer')
              }
            }
          },
        }),
    })
    await world.renew()
    const record = await world.tick(now + 2 * DAY)
    world.aMinuteLater()
    await world.alarm()
    expect(puts).toHaveLength(2)
    expect(puts[0]).toBe(puts[1])
    expect(JSON.parse(puts[1]?.split(' ').slice(1).join(' ') ?? '')).toEqual(record)
    expect(await verify(world)).toMatchObject({ ok: true, checked: 2, head: { position: 2, hash: record.audit.hash } })
  })
})
