/** Answers whose lists are damaged on their way, after the call had its effect. */
import { json, type Reply } from './api.ts'
import type { Answer } from './call.ts'
import type { Fault } from './faults.ts'
import type { Random } from './random.ts'

type Row = { readonly [field: string]: unknown }

type Damage = (rows: readonly unknown[], fault: Fault) => readonly unknown[]

/** What each kind makes of the rows of a list. */
const damages: { readonly [kind: string]: Damage } = {
  short: (rows) => rows.slice(0, rows.length - Math.ceil(rows.length / 3)),
  duplicate: (rows) => [...rows, ...rows.slice(0, 1)],
  empty: () => [],
  'empty-counted': () => [],
  omit: (rows, { random }) => {
    const gone = new Set(shuffled(rows, random).slice(0, Math.ceil(rows.length / 10)))
    return rows.filter((row) => !gone.has(row))
  },
  shuffle: (rows, { random }) => shuffled(rows, random),
  'odd-row': (rows, fault) => inRow(rows, fault, (row, field) => ({ ...row, [field]: fault.value })),
  'lost-field': (rows, fault) => inRow(rows, fault, (row, field) => without(row, field)),
}

/** A reply as it arrives under a fault; one without a list arrives as it is. */
export function damage(fault: Fault, reply: Reply): Reply {
  if (fault.kind === 'malformed') return { ...reply, text: reply.text.slice(0, Math.ceil(reply.text.length / 2)) }
  const work = Object.hasOwn(damages, fault.kind) ? damages[fault.kind] : undefined
  const name = reply.answer && lists.find((each) => Array.isArray(reply.answer?.[each]))
  if (!work || !reply.answer || !name) return reply
  const counted: Answer = fault.kind === 'empty' && 'count' in reply.answer ? { count: 0 } : {}
  return json(
    { ...reply.answer, [name]: work(reply.answer[name] as readonly unknown[], fault), ...counted },
    reply.status,
  )
}

/** Fields that hold the list of an answer; `live/create` has an object under one of these names. */
const lists = [
  'projects',
  'live',
  'backtests',
  'files',
  'optimizations',
  'objects',
  'collaborators',
  'organizations',
  'keys',
  'environments',
  'versions',
]

function shuffled(rows: readonly unknown[], random: Random): readonly unknown[] {
  const lots = rows.map((row) => ({ row, lot: random.next() }))
  return lots.toSorted((a, b) => a.lot - b.lot).map(({ row }) => row)
}

/** Changes the row that the fault means: the n-th, or the one of that id or name. */
function inRow(rows: readonly unknown[], fault: Fault, change: (row: Row, field: string) => Row): readonly unknown[] {
  const struck = typeof fault.row === 'number' ? rows[fault.row] : rows.find((row) => isCalled(row as Row, fault.row))
  return rows.map((row) => (row === struck ? change(row as Row, fieldOf(row as Row, fault)) : row))
}

const names = ['name', 'backtestId', 'deployId', 'optimizationId', 'key', 'projectId']

function isCalled(row: Row, wanted: string | number): boolean {
  return names.some((field) => row[field] !== undefined && String(row[field]) === wanted)
}

/** The field that was named, or one by the seed. */
function fieldOf(row: Row, fault: Fault): string {
  return fault.field ?? fault.random.pick(Object.keys(row))
}

function without(row: Row, field: string): Row {
  const { [field]: _, ...rest } = row
  return rest
}
