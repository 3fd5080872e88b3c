/** Simulated days of a workspace, hour by hour through the real object, and what they cost of both stores. */

import type { Rows } from './count-rows.ts'
import type { Cost } from './node/storage-cost.ts'
import { NO_CAPS, rule } from './policies.ts'
import { DAY, HOUR, makeWorld, type World } from './world.ts'

/**
 * `quiet`: nothing is due. `waiting`: everything waits for a decision. `working`: 25 deletions and 20 edits a day. `both`:
 * that, and half of all waits.
 */
export type Mode = 'quiet' | 'waiting' | 'working' | 'both'

export interface Counted {
  readonly rows: Rows
  /** Values put to KV, with their size and the simulated time at which they go. */
  readonly kv: { puts: number; readonly values: Map<string, Value> }
}

interface Value {
  readonly bytes: number
  readonly until: number
  readonly days: number
}

const DELETIONS_A_DAY = 25
const EDITS_A_DAY = 20

export function policyOf(mode: Mode): string {
  const limits = `\n[limits]\nper_run = ${DELETIONS_A_DAY}\nper_day = ${DELETIONS_A_DAY}\npercent = 100\nstamps_per_run = 20\n`
  if (mode === 'quiet') return `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">3000d" }', 'delete')}`
  if (mode === 'waiting')
    return `${NO_CAPS}${rule('all', '{ path = "Old/*" }', 'delete').replace('"never"', '"always"')}`
  const work = `${limits}${rule('work', '{ path = "Old/*" }', 'delete')}`
  if (mode === 'working') return work
  return `${work}${rule('all', '{ path = "Wait/*" }', 'delete').replace('"never"', '"always"')}`
}

/** How so many projects are spread over directories. */
function directoryOf(mode: Mode, n: number, projects: number): string {
  if (mode === 'quiet' || mode === 'waiting' || n < 4 * DELETIONS_A_DAY) return 'Old'
  return mode === 'both' && n >= projects / 2 ? 'Wait' : 'Work'
}

/** A world of so many projects whose stores are counted; its clock is moved by `simulate`. */
export async function countedWorld(
  mode: Mode,
  projects: number,
): Promise<{ readonly world: World; readonly counted: Counted }> {
  const counted: Counted = { rows: { read: 0, written: 0, by: new Map() }, kv: { puts: 0, values: new Map() } }
  const start = Date.now()
  const workspace = Array.from({ length: projects }, (_, n) => ({
    name: `${directoryOf(mode, n, projects)}/p${n}`,
    created: start - 400 * DAY,
    modified: start - 200 * DAY - n * 1_000,
  }))
  const world: World = await makeWorld(policyOf(mode), workspace, {
    callsPerSlice: 900,
    rows: counted.rows,
    log: (log) => countedStore(log, counted, () => Date.now() + (world.setting().skewMs ?? 0)),
  })
  return { world, counted }
}

/** So many days, with a run at each hour. */
export async function simulate(
  { world, counted }: Awaited<ReturnType<typeof countedWorld>>,
  mode: Mode,
  hours: number,
): Promise<Cost> {
  const days: { written: number; read: number; puts: number }[] = []
  const start = Math.ceil((Date.now() + (world.setting().skewMs ?? 0)) / DAY) * DAY
  for (let hour = 0; hour < hours; hour++) {
    if (hour % 24 === 0) days.push({ written: 0, read: 0, puts: 0 })
    const before = { ...counted.rows, puts: counted.kv.puts }
    if ((mode === 'working' || mode === 'both') && hour % 24 === 12) await people(world, hour / 24)
    await runAt(world, start + hour * HOUR)
    const day = days.at(-1)
    if (day === undefined) continue
    day.written += counted.rows.written - before.written
    day.read += counted.rows.read - before.read
    day.puts += counted.kv.puts - before.puts
  }
  const end = start + hours * HOUR
  const later = days.length > 2 ? days.slice(2) : days
  const mean = (of: (day: (typeof days)[number]) => number) =>
    Math.round(days.reduce((sum, day) => sum + of(day), 0) / days.length)
  const most = (of: (day: (typeof days)[number]) => number) => Math.max(...later.map(of))
  return {
    rowsWritten: mean(({ written }) => written),
    mostRowsWritten: most(({ written }) => written),
    rowsRead: mean(({ read }) => read),
    mostRowsRead: most(({ read }) => read),
    kvWrites: mean(({ puts }) => puts),
    mostKvWrites: most(({ puts }) => puts),
    sqlBytes: await world.inside(({ storage }) => storage.sql.databaseSize),
    kvBytes: [...counted.kv.values.values()].reduce((sum, { bytes, until }) => (until > end ? sum + bytes : sum), 0),
    kvSteadyBytes: Math.round(
      [...counted.kv.values.values()].reduce((sum, { bytes, days: kept }) => sum + (bytes * kept * 24) / hours, 0),
    ),
    runs: await world.inside(
      ({ storage }) => storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM runs').one().n,
    ),
  }
}

/** A scheduled run at that time, to its end; both clocks are moved there. */
export async function runAt(world: World, at: number): Promise<string> {
  const skewMs = at - Date.now()
  await world.control('clock', { advance: skewMs - (world.setting().skewMs ?? 0) })
  world.set({ skewMs })
  const { run } = await world.submitTick(at)
  for (let n = 0; n < 2_000; n++) {
    await world.alarm()
    const status = await world.inside(
      ({ storage }) => storage.sql.exec<{ status: string }>('SELECT status FROM runs WHERE id = ?', run).one().status,
    )
    if (status !== 'queued' && status !== 'running') return status
  }
  throw new Error(`Run ${run} did not end.`)
}

/** What people do in a day: they edit, and bring back what was deleted. */
async function people(world: World, day: number): Promise<void> {
  const projects = await world.projects()
  const binned = projects.filter(({ name }) => name.startsWith('Recycle Bin/'))
  for (const { name } of binned) await world.edit(name, { name: name.replace('Recycle Bin/', '') })
  const work = projects.filter(({ name }) => name.startsWith('Work/'))
  for (let n = 0; n < EDITS_A_DAY; n++) {
    const edited = work[Math.floor(day * EDITS_A_DAY + n) % work.length]
    if (edited !== undefined) await world.edit(edited.name, {})
  }
}

function countedStore(log: KVNamespace, { kv }: Counted, now: () => number): KVNamespace {
  return new Proxy(log, {
    get(target, name) {
      if (name !== 'put') return Reflect.get(target, name).bind(target)
      return async (key: string, value: string | ArrayBuffer | Uint8Array, options: KVNamespacePutOptions) => {
        kv.puts += 1
        const bytes = typeof value === 'string' ? new TextEncoder().encode(value).length : value.byteLength
        const seconds = options.expirationTtl ?? 0
        kv.values.set(key, { bytes, until: now() + seconds * 1_000, days: Math.min(400, seconds / 86_400) })
        await target.put(key, value, options)
      }
    },
  })
}

/** Columns that hold a time, which is so many days earlier in a copy. */
const TIMES = /^(at|.*_at|first_sent_at)$/

/** What is copied of the last day, and for how many days it is kept. */
const HISTORY = {
  runs: 400,
  items: 400,
  audit: 400,
  inventories: 400,
  proposals: 400,
  backups: 180,
  outbox: 30,
  acted_on: 400,
} as const

/** Fills the tables with so many days like the last one: what a Worker of that age has. */
export async function fill(world: World, days: number): Promise<void> {
  const end = Date.now() + (world.setting().skewMs ?? 0)
  await world.inside(({ storage }) => {
    const { sql } = storage
    const from = sql.exec<{ id: string }>('SELECT id FROM runs WHERE created_at > ?', end - DAY).toArray()
    const ids = JSON.stringify(from.map(({ id }) => id))
    for (const [table, kept] of Object.entries(HISTORY)) {
      const columns = sql
        .exec<{ name: string }>(`SELECT name FROM pragma_table_info('${table}')`)
        .toArray()
        .map(({ name }) => name)
      const isOfDay = columns.includes('run') ? 'run IN (SELECT value FROM json_each(?2))' : timeOf(table)
      const values = columns.map((column) => copied(table, column))
      for (let day = 1; day <= Math.min(days, kept); day++) {
        sql.exec(
          `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${table}
           WHERE ${isOfDay} AND ?1 > 0 AND length(?2) > 0 AND ?3 > 0`,
          day,
          ids,
          end - DAY,
        )
      }
    }
  })
}

function timeOf(table: string): string {
  if (table === 'acted_on') return 'first_sent_at > ?3 AND project_id < 100000000'
  return table === 'runs' ? 'id IN (SELECT value FROM json_each(?2))' : 'created_at > ?3'
}

function copied(table: string, column: string): string {
  if (TIMES.test(column)) return `${column} - ?1 * ${DAY}`
  if (table === 'audit' && column === 'position') return 'position - ?1 * 100000'
  if (table === 'acted_on' && column === 'project_id') return 'project_id + ?1 * 100000000'
  return ['id', 'trigger_id', 'run', 'key', 'record_key'].includes(column) ? `${column} || '-' || ?1` : column
}
