import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../src/quantconnect/answer.ts'
import type { Result } from '../../src/quantconnect/failure.ts'
import { createMeter } from '../../src/quantconnect/meter.ts'
import type { Cursor } from '../../src/quantconnect/projects.ts'
import { readProjectRow } from '../../src/quantconnect/wire-project.ts'
import { fakeApi, json, projectRow, type SeenRequest } from './fake-api.ts'

type Row = Record<string, unknown>

/** Ids that leave room for new ones between them. */
function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, (_, place) => slim(10 * (place + 1)))
}

/** As little of a row as can be read, since these tests make many. */
function slim(projectId: number, second = 0): Row {
  return {
    projectId,
    name: `p/${projectId}`,
    language: 'Py',
    modified: `2026-06-01 08:00:${second.toString().padStart(2, '0')}`,
  }
}

/** Answers a paged read from these rows as the cloud does. */
function page(rows: readonly Row[], { body }: SeenRequest, more: Row = {}): Response {
  const { start = 0, end = rows.length } = JSON.parse(body)
  return json({ success: true, projects: rows.slice(start, end), versions: [], ...more })
}

function detailOf(result: Result<unknown>): string {
  if (result.ok) throw new Error('it succeeded')
  expect(result.failure.kind).toBe('malformed')
  return 'detail' in result.failure ? result.failure.detail : ''
}

describe('readProjects', () => {
  it.each([
    [0, 1],
    [1, 2],
    [999, 2],
    [1_000, 2],
    [1_001, 3],
    [2_000, 3],
    [2_001, 4],
    [2_500, 4],
  ])('reads %i projects in %i calls, all of them and in order', async (count, calls) => {
    const rows = rowsOf(count)
    const { client, seen, meter } = fakeApi((request) => page(rows, request))
    const read = await client.readProjects(meter)
    expect(read.ok && read.value.map(({ id }) => id)).toEqual(rows.map(({ projectId }) => projectId))
    expect([seen.length, meter.used]).toEqual([calls, calls])
  })

  it('asks for pages that overlap by one, and for no organisation', async () => {
    const rows = rowsOf(2_001)
    const { client, seen, meter } = fakeApi((request) => page(rows, request))
    await client.readProjects(meter)
    expect(seen.map(({ body }) => body)).toEqual([
      '{"start":0,"end":1001}',
      '{"start":1000,"end":2001}',
      '{"start":2000,"end":3001}',
      '{"start":2001,"end":3002}',
    ])
  })

  it('does not trust an API that refuses every page: nothing shows that its answer was whole', async () => {
    const rows = rowsOf(1_700)
    const { client, seen, meter } = fakeApi((request) =>
      request.body === '{}' ? page(rows, request) : json({ success: false, errors: ['Invalid argument'] }),
    )
    expect(detailOf(await client.readProjects(meter))).toContain('nothing shows that the list was whole')
    expect(seen.map(({ body }) => body)).toEqual(['{"start":0,"end":1001}', '{}', '{"start":1699,"end":1700}'])
  })

  it('reads the rest at once from an API that refuses an end past the last project', async () => {
    const rows = rowsOf(1_500)
    const strict = (request: SeenRequest) =>
      JSON.parse(request.body).end > 1_500
        ? json({ success: false, errors: ['Invalid argument'] })
        : page(rows, request)
    const { client, seen, meter } = fakeApi(strict)
    const read = await client.readProjects(meter)
    expect(read.ok && read.value.map(({ id }) => id)).toEqual(rows.map(({ projectId }) => projectId))
    expect(seen.map(({ body }) => body)).toEqual([
      '{"start":0,"end":1001}',
      '{"start":1000,"end":2001}',
      '{}',
      '{"start":1499,"end":1500}',
      '{"start":1500,"end":1501}',
    ])
  })

  it('checks the seam there too', async () => {
    const rows = rowsOf(1_500)
    const { client, meter } = fakeApi((request, n) => {
      if (n === 1) return page(rows, request)
      return n === 2 ? json({ success: false, errors: ['Invalid argument'] }) : page([slim(5), ...rows], request)
    })
    expect(detailOf(await client.readProjects(meter))).toContain('and then project 10000')
  })

  it('does not read everything at once after any other refusal', async () => {
    const { client, seen, meter } = fakeApi(() => json({ success: false, errors: ['No.'] }))
    expect(await client.readProjects(meter)).toMatchObject({ failure: { kind: 'refused' } })
    expect(seen).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['an object used as a list', { 0: slim(10) }],
    ['text', '[]'],
    ['a number', 0],
  ])('G1: never takes "projects" that is %s for an empty list', async (_, projects) => {
    const { client, meter } = fakeApi(() => json({ success: true, projects }))
    expect(detailOf(await client.readProjects(meter))).toContain('"projects" is missing or is not a list')
  })

  it.each<[string, Row[], string]>([
    ['the same project twice', [slim(10), slim(20), slim(10)], 'project 10 is listed twice'],
    ['more rows than were asked for', rowsOf(1_002), '1002 came'],
  ])('G1: does not trust a list with %s', async (_, projects, detail) => {
    const { client, meter } = fakeApi(() => json({ success: true, projects }))
    expect(detailOf(await client.readProjects(meter))).toContain(detail)
  })

  it('gives a row that cannot be read as a project that cannot, beside the others', async () => {
    const odd = { ...slim(20), language: null }
    const rows = [slim(10), odd, { ...slim(30), name: 7 }, { name: 'x' }, { name: 'x' }, null]
    const { client, meter } = fakeApi((request) => page(rows as Row[], request))
    const read = await client.readProjects(meter)
    if (!read.ok) throw new Error(detailOf(read))
    expect(read.value.map(({ id, unreadable }) => [id > 0 ? id : 'none', unreadable === null])).toEqual([
      [10, true],
      [20, false],
      [30, false],
      ['none', false],
      ['none', false],
      ['none', false],
    ])
  })

  it('gives up when a later page fails, instead of giving what it has', async () => {
    const rows = rowsOf(1_500)
    const { client, meter } = fakeApi((request, n) =>
      n === 1 ? page(rows, request) : new Response(null, { status: 503 }),
    )
    expect(await client.readProjects(meter)).toMatchObject({ ok: false, failure: { kind: 'transport' } })
  })
})

describe('the seam between two pages', () => {
  const rows = rowsOf(1_500)

  /** Reads two pages; the list is `after` from the second on. */
  async function readWhile(after: readonly Row[]): Promise<string> {
    const { client, meter } = fakeApi((request, n) => page(n === 1 ? rows : after, request))
    return detailOf(await client.readProjects(meter))
  }

  it('shows that a project was created', async () => {
    expect(await readWhile([slim(5), ...rows])).toBe(
      'the list changed while it was read: place 1000 held project 10010, and then project 10000',
    )
  })

  it('shows that a project was removed', async () => {
    expect(await readWhile(rows.slice(1))).toContain('and then project 10020')
  })

  it('shows that a project moved to the front', async () => {
    const touched = rows.at(-1) as Row
    expect(await readWhile([touched, ...rows.slice(0, -1)])).toContain('and then project 10000')
  })

  it('shows that the seam itself was saved again', async () => {
    expect(await readWhile(rows.with(1_000, slim(10_010, 59)))).toContain('a newer state of it')
  })

  it('shows that the rest is gone', async () => {
    expect(await readWhile(rows.slice(0, 900))).toContain('and then nothing')
  })

  it('does not mind a seam whose date cannot be read, as long as it stays so', async () => {
    const undated = rows.with(1_000, { ...slim(10_010), modified: null })
    const { client, meter } = fakeApi((request) => page(undated, request))
    expect(await client.readProjects(meter)).toMatchObject({ ok: true })
  })

  it('shows a project on both sides of it', async () => {
    const last = rows.with(1_200, slim(10))
    expect(await readWhile(last)).toBe('project 10 is listed twice')
  })

  type Change = { readonly kind: 'insert' | 'remove' | 'touch'; readonly at: number }

  function change(list: readonly Row[], { kind, at }: Change, n: number): Row[] {
    const place = at % (list.length + 1)
    if (kind === 'insert') return list.toSpliced(place, 0, slim(100_001 + n))
    if (kind === 'remove') return list.toSpliced(place, 1)
    const [row] = list.slice(place, place + 1)
    return row === undefined ? [...list] : [slim(row.projectId as number, 30), ...list.toSpliced(place, 1)]
  }

  /** Reads a list that changes between any two calls; gives what came out and what was there all the time. */
  async function readChanging(count: number, changes: readonly (readonly Change[])[]) {
    let list = rowsOf(count)
    let always = new Set(list.map(({ projectId }) => projectId as number))
    const ever = new Set(always)
    let made = 0
    const { client, meter } = fakeApi((request, n) => {
      if (n > 1) {
        for (const one of changes[n - 2] ?? []) list = change(list, one, made++)
        const now = new Set(list.map(({ projectId }) => projectId as number))
        always = always.intersection(now)
        for (const id of now) ever.add(id)
      }
      return page(list, request)
    })
    return { read: await client.readProjects(meter), always, ever }
  }

  function changesOf(...kinds: Change['kind'][]) {
    // Half of the places near the front and the seam, where it matters.
    const at = fc.oneof(fc.nat(2_400), fc.integer({ min: 995, max: 1_005 }), fc.nat(3))
    return fc.array(fc.array(fc.record({ kind: fc.constantFrom(...kinds), at }), { maxLength: 3 }), { maxLength: 3 })
  }

  it.each([
    ['created and removed', ['insert', 'remove']],
    ['created and saved', ['insert', 'touch']],
  ] as const)('G1: while projects are %s, a list is whole or is refused, never silently wrong', async (_, kinds) => {
    let whole = 0
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 990, max: 2_300 }), changesOf(...kinds), async (count, changes) => {
        const { read, always, ever } = await readChanging(count, changes)
        if (!read.ok) {
          refused += 1
          expect(read.failure.kind).toBe('malformed')
          return
        }
        whole += 1
        const ids = new Set(read.value.map(({ id }) => id))
        expect(ids.size).toBe(read.value.length)
        expect(always.difference(ids)).toEqual(new Set())
        expect(ids.difference(ever)).toEqual(new Set())
      }),
      { numRuns: 60 },
    )
    expect(Math.min(whole, refused)).toBeGreaterThan(5)
  })
})

describe('G32 an API that cuts its answers short', () => {
  /** Answers as the cloud does, but with at most so many rows. */
  function cutting(rows: readonly Row[], most: (n: number) => number) {
    return fakeApi((request, n) => {
      const { start = 0, end = rows.length } = JSON.parse(request.body)
      return json({ success: true, projects: rows.slice(start, Math.min(end, start + most(n))) })
    })
  }

  it.each([
    ['one row', rowsOf(1)],
    ['three rows', rowsOf(3)],
    ['one row without a readable id', [{ ...slim(10), projectId: 'x' }]],
  ])('that gives %s wherever it is to begin is never read without end', async (_, rows) => {
    const { client, seen } = fakeApi(() => json({ success: true, projects: rows }))
    let cursor: Parameters<typeof client.readProjectPage>[0] = null
    for (let page = 0; page < 20; page++) {
      const read = await client.readProjectPage(cursor, createMeter(100))
      if (!read.ok) {
        expect(read.failure).toMatchObject({
          kind: 'malformed',
          detail: expect.stringMatching(/listed twice|the list changed while it was read/),
        })
        expect(seen.length).toBeLessThan(6)
        return
      }
      cursor = read.value.next
    }
    expect.fail('It was read on and on.')
  })

  it.each([
    [1, 20],
    [2, 60],
    [3, 131],
    [10, 131],
    [99, 131],
    [100, 131],
    [131, 131],
    [132, 131],
  ])('%i rows at a time: reads all %i of them', async (most, count) => {
    const rows = rowsOf(count)
    const { client, meter } = cutting(rows, () => most)
    const read = await client.readProjects(meter)
    expect(read.ok && read.value.map(({ id }) => id)).toEqual(rows.map(({ projectId }) => projectId))
  })

  it('by another number each time, and by as few as one row: still all of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
        async (count, lengths) => {
          const rows = rowsOf(count)
          const { client } = cutting(rows, (n) => lengths[n % lengths.length] as number)
          const read = await client.readProjects(createMeter(1_000))
          expect(read.ok && read.value).toHaveLength(count)
        },
      ),
    )
  })

  it('costs one call for each page, once it is known how long a page is', async () => {
    const { client, meter } = cutting(rowsOf(1_000), () => 100)
    expect(await client.readProjects(meter)).toMatchObject({ ok: true })
    // 100, the rows after them with a look at the seam, eight times 99, the last 8 and none after them.
    expect(meter.used).toBe(1 + 2 + 8 + 1 + 1)
  })

  it('is read by its "count" without a call that only shows that more is there', async () => {
    const rows = rowsOf(150)
    const { client, seen, meter } = fakeApi(({ body }) => {
      const { start } = JSON.parse(body)
      return json({ success: true, projects: rows.slice(start, start + 100), count: 150 })
    })
    expect(await client.readProjects(meter)).toMatchObject({ ok: true })
    expect(seen.map(({ body }) => JSON.parse(body).start)).toEqual([0, 99, 150])
  })

  it('and whose list changes meanwhile gives all that was there all the time, or nothing', async () => {
    let whole = 0
    const mostly = fc.nat(4).map((n) => n > 0)
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 8, max: 40 }),
        fc.integer({ min: 2, max: 9 }),
        // From the third call on: until then nothing tells a list that was cut from one that lost its last rows.
        fc.array(fc.record({ call: fc.integer({ min: 3, max: 12 }), place: fc.nat(40), removes: mostly }), {
          maxLength: 2,
        }),
        async (count, most, changes) => {
          let list = rowsOf(count)
          let always = new Set(list.map(({ projectId }) => projectId as number))
          let made = 0
          const { client, meter } = fakeApi((request, n) => {
            for (const { call, place, removes } of changes) {
              if (call !== n) continue
              list = removes ? list.toSpliced(place % list.length, 1) : [slim(100_001 + made++), ...list]
              always = always.intersection(new Set(list.map(({ projectId }) => projectId as number)))
            }
            const { start } = JSON.parse(request.body)
            return json({ success: true, projects: list.slice(start, start + most) })
          })
          const read = await client.readProjects(meter)
          if (!read.ok) {
            expect(read.failure.kind).toBe('malformed')
            return
          }
          whole += 1
          expect(always.difference(new Set(read.value.map(({ id }) => id)))).toEqual(new Set())
        },
      ),
      { numRuns: 300 },
    )
    expect(whole).toBeGreaterThan(2)
  })
})

describe('G32 the end of a list', () => {
  const no = (error: string) => json({ success: false, errors: [error] })

  it.each(['Invalid argument', 'There are no more projects.', 'Project not found'])(
    'may be a refusal ("%s"), if it comes right after the last row',
    async (error) => {
      const rows = rowsOf(5)
      const { client, seen, meter } = fakeApi((request) =>
        JSON.parse(request.body).start >= 5 ? no(error) : page(rows, request),
      )
      const read = await client.readProjects(meter)
      expect(read.ok && read.value).toHaveLength(5)
      expect(seen.slice(1).map(({ body }) => body)).toEqual([
        '{"start":5,"end":1006}',
        '{"start":4,"end":5}',
        '{"start":5,"end":6}',
      ])
    },
  )

  it('is not a refusal after which the last row is another one', async () => {
    const rows = rowsOf(5)
    const { client, meter } = fakeApi((request, n) =>
      JSON.parse(request.body).start >= 5 ? no('No.') : page(n === 1 ? rows : rows.with(4, slim(999)), request),
    )
    expect(detailOf(await client.readProjects(meter))).toContain('and then project 999')
  })

  it('of an answer without paging is asked for too', async () => {
    const rows = rowsOf(300)
    const { client, meter } = fakeApi((request) => {
      const { start, end } = JSON.parse(request.body)
      if (end > 300) return no('Invalid argument')
      return start === undefined ? json({ success: true, projects: rows.slice(0, 200) }) : page(rows, request)
    })
    expect(detailOf(await client.readProjects(meter))).toContain('the list goes on after its 200 projects')
  })

  it('of a later list is not asked for once every expected project is there, and is while one is not', async () => {
    const rows = rowsOf(50)
    const { client, meter, seen } = fakeApi((request) => page(rows, request))
    await client.readProjects(meter, new Set([10, 500]))
    expect(seen).toHaveLength(1)
    await client.readProjects(meter, new Set([10, 500, 7]))
    expect(seen).toHaveLength(1 + 2)
  })

  it.each<[string, (start: number) => Row[] | string, string]>([
    ['no row after the last', (start) => (start === 4 ? [slim(50)] : []), 'end'],
    ['no row after the last, which is another by now', (start) => (start === 4 ? [slim(60)] : []), 'end'],
    ['a refusal after the last', (start) => (start === 4 ? [slim(50)] : 'No.'), 'end'],
    ['a refusal after another one', (start) => (start === 4 ? [slim(60)] : 'No.'), 'unproved'],
    ['nothing but refusals', () => 'No.', 'unproved'],
    ['one more row', (start) => [slim(start === 4 ? 50 : 60)], 'more'],
  ])('is proved by %s: %s', async (_, answer, kind) => {
    const { client, seen, meter } = fakeApi(({ body }) => {
      const rows = answer(JSON.parse(body).start)
      return typeof rows === 'string' ? no(rows) : json({ success: true, projects: rows })
    })
    expect(await client.proveEnd({ count: 5, last: 50 }, meter)).toMatchObject({ ok: true, value: { kind } })
    expect(seen.map(({ body }) => body)).toEqual(['{"start":4,"end":5}', '{"start":5,"end":6}'])
  })

  it('without paging is whatever comes, or null where that is refused', async () => {
    const some = fakeApi((request) => page(rowsOf(3), request))
    expect(await some.client.readWithoutPaging(some.meter)).toMatchObject({ ok: true, value: [{ id: 10 }, {}, {}] })
    const none = fakeApi(() => no('No.'))
    expect(await none.client.readWithoutPaging(none.meter)).toEqual({ ok: true, value: null })
  })
})

describe('readProjectPage', () => {
  it('goes on from a cursor that was stored as JSON', async () => {
    const rows = rowsOf(1_001)
    const { client, seen, meter } = fakeApi((request) => page(rows, request))
    const first = await client.readProjectPage(null, meter)
    if (!first.ok) throw new Error('the first page failed')
    const stored = JSON.parse(JSON.stringify(first.value.next)) as Cursor
    expect(stored).toMatchObject({ start: 1_001, seam: { id: 10_010, modified: Date.UTC(2026, 5, 1, 8) }, total: null })
    const second = await client.readProjectPage(stored, meter)
    expect(second).toMatchObject({ ok: true, value: { projects: [], next: { start: 1_001, ask: 'after' } } })
    const third = await client.readProjectPage(second.ok ? second.value.next : null, meter)
    expect(third).toMatchObject({ ok: true, value: { projects: [], next: null } })
    expect(seen).toHaveLength(3)
  })

  it('G1: does not trust a page that lists a project twice', async () => {
    const { client, meter } = fakeApi(() => json({ success: true, projects: [slim(10), slim(20), slim(10)] }))
    expect(detailOf(await client.readProjectPage(null, meter))).toBe('project 10 is listed twice')
  })
})

describe('"count", which is not documented', () => {
  async function readWith(total: number, countOf: (answered: number, n: number) => unknown) {
    const rows = rowsOf(total)
    const { client, meter } = fakeApi((request, n) => {
      const { start, end } = JSON.parse(request.body)
      return page(rows, request, { count: countOf(rows.slice(start, end).length, n) })
    })
    return client.readProjects(meter)
  }

  it.each<[string, number, (answered: number, n: number) => unknown]>([
    ['the rows of one short page', 5, (answered) => answered],
    ['the rows of each page', 1_500, (answered) => answered],
    ['all rows', 1_500, () => 1_500],
    ['all rows, exactly one more than a page', 1_001, () => 1_001],
    ['null', 5, () => null],
    ['text', 5, () => '7'],
  ])('may be %s', async (_, total, countOf) => {
    expect(await readWith(total, countOf)).toMatchObject({ ok: true })
  })

  it.each<[string, number, (answered: number, n: number) => unknown]>([
    ['more than a short list', 5, () => 6],
    ['less than a short list', 5, () => 4],
    ['zero next to rows', 5, () => 0],
    ['less than a full page', 1_500, () => 1_000],
    ['changing while the list is read', 1_500, (_, n) => (n === 1 ? 1_500 : 1_499)],
    ['more than all pages gave', 1_500, (_, n) => (n === 1 ? 1_600 : null)],
  ])('must not be %s', async (_, total, countOf) => {
    detailOf(await readWith(total, countOf))
  })
})

describe('readProject', () => {
  it('asks with the id alone and gives the project', async () => {
    const { client, seen, meter } = fakeApi(() => json({ success: true, projects: [projectRow()] }))
    expect(await client.readProject(23456789, meter)).toMatchObject({ ok: true, value: { id: 23456789 } })
    expect(seen[0]).toMatchObject({ path: 'projects/read', body: '{"projectId":23456789}' })
  })

  it('says not found only when the API says so', async () => {
    const { client, meter } = fakeApi(() => json({ success: false, errors: ['Project not found'] }))
    expect(await client.readProject(7, meter)).toMatchObject({ failure: { kind: 'notFound' } })
  })

  it.each<[string, unknown]>([
    ['an empty list', { success: true, projects: [] }],
    ['another project', { success: true, projects: [projectRow()] }],
    ['several projects, the right one among them', { success: true, projects: [slim(7), slim(8)] }],
    ['the right one twice', { success: true, projects: [slim(7), slim(7)] }],
    ['a row it cannot read', { success: true, projects: [{ projectId: 7 }] }],
    ['no list', { success: true }],
  ])('G10: does not take %s for "not found"', async (_, body) => {
    const { client, meter } = fakeApi(() => json(body))
    expect(await client.readProject(7, meter)).toMatchObject({ failure: { kind: 'malformed' } })
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 60])('is not asked for project %d', async (projectId) => {
    const { client, seen, meter } = fakeApi(() => json({ success: true, projects: [] }))
    await expect(client.readProject(projectId, meter)).rejects.toThrow(TypeError)
    expect(seen).toHaveLength(0)
  })
})

describe('50,000 projects', () => {
  const pages = Array.from({ length: 50 }, (_, page) => {
    const projects = Array.from({ length: page === 49 ? 1_000 : 1_001 }, (_, place) => {
      const n = page * 1_000 + place
      return projectRow({
        projectId: n + 1,
        name: `Research/sweep ${n % 300}/variant ${n}`,
        description: 'd'.repeat(300),
      })
    })
    return new TextEncoder().encode(JSON.stringify({ success: true, projects }))
  })

  /** The shortest of some runs, in milliseconds. The clock here moves only while somebody waits. */
  async function shortest(work: () => unknown): Promise<number> {
    const times: number[] = []
    for (let run = 0; run < 5; run += 1) {
      await scheduler.wait(1)
      const begun = performance.now()
      work()
      await scheduler.wait(1)
      times.push(performance.now() - begun)
    }
    return Math.min(...times)
  }

  it('are read page by page, in 51 calls', async () => {
    const none = JSON.stringify({ success: true, projects: [] })
    const { client, meter } = fakeApi(({ body }) => new Response(pages[JSON.parse(body).start / 1_000] ?? none))
    const read = await client.readProjects(meter)
    expect(read.ok && read.value.at(-1)?.id).toBe(50_000)
    expect(meter.used).toBe(51)
  })

  it('cost little more than JSON.parse of the same bytes (the budget is 1.5 times; twice leaves room for a busy machine)', async () => {
    const parsing = await shortest(() => {
      for (const bytes of pages) JSON.parse(new TextDecoder().decode(bytes))
    })
    const reading = await shortest(() => {
      for (const bytes of pages) {
        const meaning = readAnswer({ status: 200, contentType: 'application/json', retryAfterMs: null, bytes })
        if (meaning.kind === 'answer') for (const row of meaning.body.projects as unknown[]) readProjectRow(row)
      }
    })
    expect(reading / parsing).toBeLessThan(2)
  })
})
