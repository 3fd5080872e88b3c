/**
 * Once a day the end of the list is proved (G32): the row after the last one is not there, and up to 5,000 projects the
 * list holds what comes without paging. What differs is read singly. Only what two readings in a row show to differ stands
 * against the list; whatever was seen is part of the inventory all the same.
 */

import { placeOf } from '../../core/base/names.ts'
import { isUnknown, type Project } from '../../core/evidence/project.ts'
import { acceptText } from '../../core/evidence/reference.ts'
import { failureText, type Result, succeed } from '../../quantconnect/failure.ts'
import { loadInventory, packPage, storePage } from '../ledger/evidence.ts'
import { readFact, writeFact } from '../ledger/facts.ts'
import {
  dropObjection,
  type NamedProject,
  objectionHash,
  raiseObjection,
  readObjections,
} from '../ledger/objections.ts'
import { reachOf } from './shrink-guard.ts'
import { type Slice, update } from './slice.ts'

/** The largest list that is also asked for in one piece. */
const LARGEST_UNPAGED = 5_000

/** Of what differs so many are read singly; if it is more, two readings decide by themselves. */
const MOST_SINGLE_READS = 20

/** The clocks of QuantConnect and this machine may differ by so much. */
const CLOCK_MS = 60_000

/** `again`: the list is to be read a second time. `unread`: it could not be told now; the run says so. */
export type Proved = 'done' | 'again' | 'later' | 'unread'

/**
 * Whether this run proves the end: the first scheduled one of a day (UTC, policy time), and before there is a reference any
 * that could lose something.
 */
export function isProofDue({ sql, run }: Slice): boolean {
  if (run.state.proof === 'proved' || run.state.proof === 'failed') return false
  if (readFact(sql, 'reference') === null) return reachOf(sql, run) !== 'harmless'
  return run.trigger === 'cron' && dayOf(run.policyAt) > (readFact(sql, 'proved')?.day ?? '')
}

export async function prove(slice: Slice): Promise<Proved> {
  const { sql, run } = slice
  const { projects } = await loadInventory(sql, run, slice.deps.config.organizationId)
  if (projects.length === 0) return 'done'
  const compared = await compare(slice, projects)
  if (!compared.ok) return compared.failure.kind === 'budget' ? 'later' : unread(slice, failureText(compared.failure))
  const { differing, seen, isEnd } = compared.value

  const before = typeof run.state.proof === 'object' ? run.state.proof : null
  if (before === null && (differing.length > 0 || !isEnd)) {
    update(slice, { state: { ...run.state, proof: { differing: differing.map(({ id }) => id) } } })
    return 'again'
  }
  if (!isEnd) return unread(slice, 'the list changed while its end was looked for, twice in a row')

  const rows = seen.length === 0 ? null : await packPage(seen)
  const first = new Set(before?.differing ?? [])
  await writeDifference(
    slice,
    differing.filter(({ id }) => first.has(id)),
  )
  slice.storage.transactionSync(() => {
    if (rows !== null) storePage(sql, run.id, slice.run.state.pages, rows)
    update(slice, { state: { ...slice.run.state, proof: 'proved' } })
  })
  return 'done'
}

interface Compared {
  /** Whether the list ended where it did. */
  readonly isEnd: boolean
  /** What the list and the API disagree about, read again. */
  readonly differing: readonly NamedProject[]
  /** Projects that are there and that the list did not hold. */
  readonly seen: readonly Project[]
}

async function compare(slice: Slice, projects: readonly Project[]): Promise<Result<Compared>> {
  const { client } = slice.deps
  const end = await client.proveEnd({ count: projects.length, last: projects.at(-1)?.id ?? 0 }, slice.meter)
  if (!end.ok) return end
  const unpaged = projects.length <= LARGEST_UNPAGED ? await client.readWithoutPaging(slice.meter) : succeed(null)
  if (!unpaged.ok) return unpaged

  const listed = new Map(projects.map((project) => [project.id, project]))
  const beyond = end.value.kind === 'more' ? end.value.projects : []
  const others = new Map([...(unpaged.value ?? []), ...beyond].map((project) => [project.id, project]))
  // A row without a readable id cannot be asked for singly.
  const hidden = [...others.values()].filter(({ id }) => id > 0 && !listed.has(id))
  const lost = isWhole(slice, unpaged.value, projects) ? projects.filter(({ id }) => id > 0 && !others.has(id)) : []

  const differing: NamedProject[] = []
  const seen: Project[] = []
  let reads = 0
  for (const project of [...hidden, ...lost]) {
    const isHidden = !listed.has(project.id)
    // A row without a readable id can be neither read singly nor told from another state of itself.
    if (project.id < 0 || isExcused(slice, project)) {
      if (isHidden) seen.push(project)
      continue
    }
    reads += 1
    const again = reads > MOST_SINGLE_READS ? null : await client.readProject(project.id, slice.meter)
    // Used up by this slice's own reads they are as good as too many; by a throttle they are made afterwards.
    if (again !== null && !again.ok && again.failure.kind === 'budget' && slice.meter.left > 0) return again
    if (again !== null && !again.ok && again.failure.kind === 'notFound') continue
    const now = again?.ok ? again.value : project
    if (isHidden) seen.push(now)
    if (!isExcused(slice, now)) differing.push({ id: now.id, name: now.name })
  }
  // A row after the end that the list holds already: something was put before it meanwhile.
  const isShifted = beyond.some(({ id }) => listed.has(id))
  return succeed({ isEnd: end.value.kind !== 'unproved' && !isShifted, differing, seen })
}

/**
 * An answer without paging that is as long as a page of this API, or is the beginning of the list, was cut short: it shows
 * nothing of the rest.
 */
function isWhole({ run }: Slice, unpaged: readonly Project[] | null, listed: readonly Project[]): boolean {
  if (unpaged === null || unpaged.length === run.state.cut) return false
  return unpaged.length >= listed.length || unpaged.some(({ id }, place) => id !== listed[place]?.id)
}

/** What is in the bin need not be listed; what was made or changed since the scan began may have come or gone by that. */
function isExcused({ run }: Slice, { path, created, modified }: Project): boolean {
  const since = (run.state.surveyAt ?? 0) - CLOCK_MS
  const isNew = (at: Project['created']) => !isUnknown(at) && at >= since
  return placeOf(path) === 'bin' || isNew(created) || isNew(modified)
}

/** Notes what two readings showed to differ, unless a person accepted just that, and that this day is done if nothing does. */
async function writeDifference({ sql, run }: Slice, repeated: readonly NamedProject[]): Promise<void> {
  const day = dayOf(run.policyAt)
  if (repeated.length === 0) {
    dropObjection(sql, 'list_differs')
    return writeFact(sql, 'proved', { day })
  }
  const before = (await readObjections(sql)).find(({ code }) => code === 'list_differs')
  const accepted = new Set(before?.acceptedBy == null ? [] : before.projects.map(({ id }) => id))
  if (repeated.every(({ id }) => accepted.has(id))) return writeFact(sql, 'proved', { day })
  const hash = await objectionHash('list_differs', repeated)
  const says = `Two readings in a row show that the list of projects and what QuantConnect holds differ in ${repeated.length} ${repeated.length === 1 ? 'project' : 'projects'}. No rule and no deletion was carried out; restores, holds and updates still are. If that is right, ${acceptText(hash)}`
  await raiseObjection(sql, { code: 'list_differs', projects: repeated, at: run.policyAt, says })
}

function unread(slice: Slice, why: string): 'unread' {
  const message = [slice.run.message, `The end of the list could not be proved: ${why}`]
    .filter((one) => one !== '')
    .join(' ')
  update(slice, { message, state: { ...slice.run.state, proof: 'failed', readsFailed: true } })
  return 'unread'
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
