/**
 * The audit chain (G18): each record of a finished run carries its own hash and that of the record before, so whoever edits,
 * drops or reorders one breaks the chain. What is checked here is the same in the Worker and on somebody's own machine.
 */

import { canonicalJson, sha256Hex } from '../core/base/canonical.ts'
import { LISTS, listHash, type WithLists, without } from './lists.ts'

/** One place in the chain, as the ledger has it. Positions count from 1 without gaps. */
export interface Link {
  readonly position: number
  readonly run: string
  /** Hash of the record before; null at the very first. */
  readonly previous: string | null
  readonly hash: string
}

/** What the chain wants of a record; the rest is hashed, whatever it is. */
export interface Chained {
  readonly id: string
  readonly audit: { readonly previous: string | null; readonly hash: string | null }
}

/** Something that does not fit, and where. `position` null: of the chain as a whole. */
export interface AuditProblem {
  readonly position: number | null
  readonly run: string | null
  readonly what: string
}

/** A link as it is shown, so that anybody can check the records on a machine of their own. */
export interface ShownLink extends Link {
  /** Until when the store keeps the record, ISO 8601 UTC. */
  readonly keptUntil: string
}

export interface AuditPage {
  /** Nothing on this page is wrong. */
  readonly ok: boolean
  /** Links whose record was read and checked. */
  readonly checked: number
  /** Links whose record the store has let go of, as it should at that age. */
  readonly expired: number
  readonly problems: readonly AuditProblem[]
  /** The newest record of all, as the ledger says apart from the chain; null before the first run has ended. */
  readonly head: Omit<Link, 'previous'> | null
  /** Where the chain begins; older links went with their runs. Null before there is one. */
  readonly start: { readonly position: number; readonly previous: string | null } | null
  /** The links of this page, newest first. */
  readonly links: readonly ShownLink[]
  /** For the page below; null after the last. */
  readonly cursor: string | null
}

/** SHA-256 over the canonical JSON of the record with its own hash taken out, and what its `lists` name. */
export async function recordHash(record: Chained): Promise<string> {
  const stored = await without(record as Chained & WithLists)
  return sha256Hex(canonicalJson({ ...stored, audit: { ...record.audit, hash: null } }))
}

/** Lists that stand apart and are shown in the record, but are others than it names. */
async function listProblems(record: Chained & WithLists, where: string): Promise<readonly string[]> {
  const shown = { items: record.plan?.items, notJudged: record.notJudged }
  const problems: string[] = []
  for (const name of LISTS) {
    const ref = record.lists?.[name]
    const list = shown[name] ?? []
    if (ref === undefined || list.length === 0 || (await listHash(list)) === ref.hash) continue
    problems.push(`${where} shows another list of ${name} than the one that it names.`)
  }
  return problems
}

/** What is wrong with a record beside its link, in sentences. `where`: which copy of it, as the subject of a sentence. */
export async function recordProblems(link: Link, record: Chained, where: string): Promise<readonly string[]> {
  if (record?.id !== link.run) return [`${where} is of run ${String(record?.id)}.`]
  if (typeof record.audit !== 'object' || record.audit === null) return [`${where} has no link to the chain.`]
  const hash = await recordHash(record)
  const problems: string[] = []
  if (hash !== link.hash) problems.push(`${where} was edited: it hashes to ${hash}, and the chain has ${link.hash}.`)
  if (record.audit.hash !== link.hash && hash === link.hash) {
    problems.push(`${where} names ${String(record.audit.hash)} as its hash, and the chain has ${link.hash}.`)
  }
  problems.push(...(await listProblems(record, where)))
  if (record.audit.previous !== link.previous) {
    problems.push(
      `${where} follows ${record.audit.previous ?? 'nothing'}, and the chain has ${link.previous ?? 'nothing'}.`,
    )
  }
  return problems
}

/**
 * What is wrong with the order of links, newest first. `first`: the position the list has to begin with, or null when that
 * is not known; `older`: the link right below the list, to compare the last one with.
 */
export function orderProblems(
  links: readonly Link[],
  first: number | null,
  older: Link | null,
): readonly AuditProblem[] {
  const problems: AuditProblem[] = []
  let expected = first
  for (const [n, link] of links.entries()) {
    const { position, run } = link
    if (expected !== null && position !== expected) problems.push(gap(position, expected, run))
    expected = position - 1
    const before = links[n + 1] ?? older
    if (before?.position === expected && link.previous !== before.hash) {
      const what = `It follows ${link.previous ?? 'nothing'}, and the record before it, of run ${before.run}, is ${before.hash}.`
      problems.push({ position, run, what })
    }
  }
  const [last] = links.slice(-1)
  if (older !== null && last !== undefined && older.position !== last.position - 1) {
    problems.push(gap(older.position, last.position - 1, older.run))
  }
  return problems
}

function gap(found: number, expected: number, run: string): AuditProblem {
  const missing = expected > found ? ` Missing: ${found + 1 === expected ? '' : `${found + 1} to `}${expected}.` : ''
  return { position: found, run, what: `The chain has position ${found} where ${expected} must stand.${missing}` }
}
