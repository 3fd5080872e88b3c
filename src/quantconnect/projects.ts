/**
 * Reads the list of projects, page by page, so that what comes out is whole or is a failure (G32). A list ends only where a
 * call for the rows after it brings none: a page that is shorter than asked is read on. Pages overlap by one row, the seam:
 * if the list moved while it was read, the seam is not where it was. So a project that was there all the time is never
 * missing because others were created or deleted meanwhile, or because the API cut a page short.
 */

import type { Project } from '../core/evidence/project.ts'
import type { Fields } from './answer.ts'
import { type Failure, malformed, type Result, succeed } from './failure.ts'
import type { Meter } from './meter.ts'
import type { Transport } from './transport.ts'
import { readProjectRow } from './wire-project.ts'
import { readId } from './wire-value.ts'

/** New rows of one page; one more is asked for, which is the last row of the page before. */
export const PAGE_SIZE = 1_000

const ASKED = PAGE_SIZE + 1

/** Where reading goes on. Plain JSON, to be kept between slices of a run. */
export interface Cursor {
  /** Rows read so far, which is the place of the first row that was not read. */
  readonly start: number
  /** The last row read; `modified` null = its date could not be read. */
  readonly seam: { readonly id: number; readonly modified: number | null }
  /** The number of all projects, if the answers tell. */
  readonly total: number | null
  /** Rows of the largest answer so far. */
  readonly longest: number
  /** Whether the API was seen to cut an answer short of the end of the list. */
  readonly isCut: boolean
  /**
   * How to go on. `on`: from the seam on. `after`: with the rows after it, and none of them ends the list. `end`: by asking
   * for the last row and the one after it alone, because this API refuses an `end` past the last row.
   */
  readonly ask: 'on' | 'after' | 'end'
}

export interface ProjectPage {
  readonly projects: readonly Project[]
  /** Null after the end of the list. */
  readonly next: Cursor | null
}

/** One page; `cursor` null = from the start. One call; up to three where the API refuses it, or cuts answers short. */
export async function readProjectPage(
  transport: Transport,
  cursor: Cursor | null,
  meter: Meter,
): Promise<Result<ProjectPage>> {
  if (cursor?.ask === 'after') return readAfter(transport, cursor, meter)
  if (cursor?.ask === 'end') return readEnd(transport, cursor, meter)
  const start = cursor === null ? 0 : cursor.start - 1
  const answer = await transport.read('projects/read', { start, end: start + ASKED }, meter)
  if (answer.ok) return readPage(answer.value, cursor)
  return isRefusedPage(answer.failure) ? readUnpaged(transport, cursor, meter) : answer
}

/**
 * All pages in one go. `expected`: ids of an earlier list that was read to its end; once they are all there this one is
 * complete too, and its end is not asked for again. Null = read to the end.
 */
export async function readProjects(
  transport: Transport,
  meter: Meter,
  expected: ReadonlySet<number> | null = null,
): Promise<Result<readonly Project[]>> {
  const projects: Project[] = []
  const seen = new Set<number>()
  let left = expected?.size ?? 0
  let cursor: Cursor | null = null
  do {
    const page: Result<ProjectPage> = await readProjectPage(transport, cursor, meter)
    if (!page.ok) return page
    for (const project of page.value.projects) {
      const isAgain = seen.has(project.id)
      // Rows without a readable id: two that look the same may be two projects.
      if (isAgain && project.id > 0) return malformed(`project ${project.id} is listed twice`)
      seen.add(project.id)
      projects.push(project)
      if (!isAgain && expected?.has(project.id)) left -= 1
    }
    cursor = page.value.next
    const isTotal = cursor === null || cursor.total === null || cursor.total === projects.length
    if (expected !== null && left === 0 && isTotal) break
  } while (cursor !== null)
  return succeed(projects)
}

/** What the row after the last one of a list of `count` rows is. `unproved`: the list has moved since it was read. */
export type End =
  | { readonly kind: 'end' | 'unproved' }
  | { readonly kind: 'more'; readonly projects: readonly Project[] }

/**
 * Proves that a list ended where it did, in two calls: the row after it is not there, or is refused right after the last
 * row was answered as it was.
 */
export async function proveEnd(
  transport: Transport,
  list: { readonly count: number; readonly last: number },
  meter: Meter,
): Promise<Result<End>> {
  const { count } = list
  const before = await readRange(transport, count - 1, count, meter)
  if (!before.ok && !isRefusal(before.failure)) return before
  const after = await readRange(transport, count, count + 1, meter)
  if (after.ok) {
    return succeed(after.value.length === 0 ? { kind: 'end' } : { kind: 'more', projects: after.value })
  }
  if (!isRefusal(after.failure)) return after
  const isLast = before.ok && before.value.length === 1 && before.value[0]?.id === list.last
  return succeed({ kind: isLast ? 'end' : 'unproved' })
}

/** The list as it comes when no page is asked for, in one call; null where the API refuses that. It may be cut short. */
export async function readWithoutPaging(
  transport: Transport,
  meter: Meter,
): Promise<Result<readonly Project[] | null>> {
  const answer = await transport.read('projects/read', {}, meter)
  if (answer.ok) return readRows(answer.value)
  return isRefusal(answer.failure) ? succeed(null) : answer
}

/** One project by its id. `notFound` only when the API says so in words; an empty list proves nothing. */
export async function readProject(transport: Transport, projectId: number, meter: Meter): Promise<Result<Project>> {
  const answer = await transport.read('projects/read', { projectId: checkedId(projectId) }, meter)
  if (!answer.ok) return answer
  const read = readRows(answer.value)
  if (!read.ok) return read
  const [project, ...others] = read.value
  if (project === undefined) return malformed(`the answer for project ${projectId} holds no project`)
  if (others.length > 0) return malformed(`the answer for project ${projectId} holds ${read.value.length} projects`)
  if (project.id !== projectId)
    return malformed(
      `the answer for project ${projectId} is about ${project.id < 0 ? 'none with a usable id' : `project ${project.id}`}`,
    )
  const { unreadable } = project
  return unreadable === null
    ? succeed(project)
    : malformed(`of project ${projectId} this cannot be read: ${unreadable.unknown}`)
}

/** The id that occurs more than once, or null. */
export function duplicateOf(projects: readonly Pick<Project, 'id'>[]): number | null {
  const seen = new Set<number>()
  for (const { id } of projects) {
    // Rows without a readable id: two that look the same may be two projects.
    if (id < 0) continue
    if (seen.has(id)) return id
    seen.add(id)
  }
  return null
}

/** Only positive whole numbers are project ids; anything else is a mistake of this program. */
export function checkedId(projectId: number): number {
  if (readId(projectId) !== projectId) throw new TypeError('A project id is a positive whole number.')
  return projectId
}

/** What `start` and `end` get that the API does not like: an end past the last project, perhaps, or paging at all. */
function isRefusedPage(failure: Failure): boolean {
  return failure.kind === 'refused' && failure.errors.some((error) => /^invalid argument/i.test(error))
}

/** A plain no. Asked for rows past the last one the API may well say that they are not found. */
function isRefusal(failure: Failure): boolean {
  return failure.kind === 'refused' || failure.kind === 'notFound'
}

/** The rows after the seam, without the seam: none of them is the end of the list. */
async function readAfter(transport: Transport, cursor: Cursor, meter: Meter): Promise<Result<ProjectPage>> {
  const { start } = cursor
  const answer = await transport.read('projects/read', { start, end: start + ASKED }, meter)
  if (!answer.ok) return isRefusal(answer.failure) ? readEnd(transport, cursor, meter) : answer
  const read = readRows(answer.value)
  if (!read.ok) return read
  const rows = read.value
  if (rows.length > ASKED) return malformed(tooMany(start, rows.length))
  if (rows.length > 0) {
    // More is there, so the page before was cut. These rows follow it if the seam is still where it was.
    const before = await readRange(transport, start - 1, start, meter)
    if (!before.ok) return before
    if (before.value.length !== 1 || !isSeam(before.value[0], cursor)) {
      return malformed(seamText(before.value[0], cursor))
    }
  }
  return pageOf(answer.value.count, rows, rows.length, { ...cursor, isCut: true })
}

/** The end of a list whose API refuses to be asked past it: the last row alone comes, the one after it does not. */
async function readEnd(transport: Transport, cursor: Cursor, meter: Meter): Promise<Result<ProjectPage>> {
  const { start } = cursor
  const before = await readRange(transport, start - 1, start, meter)
  if (!before.ok) {
    if (!isRefusal(before.failure)) return before
    return malformed('paging is refused altogether, so nothing shows that the list was whole')
  }
  if (before.value.length !== 1 || !isSeam(before.value[0], cursor)) return malformed(seamText(before.value[0], cursor))
  const after = await readRange(transport, start, start + 1, meter)
  if (!after.ok && !isRefusal(after.failure)) return after
  if (after.ok && after.value.length > 0) return malformed(`the list goes on after its ${start} projects`)
  return pageOf(undefined, [], 0, cursor)
}

/** The whole list in one answer, without what earlier pages held. */
async function readUnpaged(transport: Transport, cursor: Cursor | null, meter: Meter): Promise<Result<ProjectPage>> {
  const answer = await transport.read('projects/read', {}, meter)
  if (!answer.ok) return answer
  const read = readRows(answer.value)
  if (!read.ok) return read
  const rows = read.value
  const start = cursor?.start ?? 0
  if (cursor !== null && !isSeam(rows[start - 1], cursor)) return malformed(seamText(rows[start - 1], cursor))
  const page = pageOf(answer.value.count, rows.slice(start), rows.length, cursor)
  if (!page.ok || page.value.next === null) return page
  return succeed({ ...page.value, next: { ...page.value.next, ask: 'end' } })
}

function readPage(body: Fields, cursor: Cursor | null): Result<ProjectPage> {
  const read = readRows(body)
  if (!read.ok) return read
  const rows = read.value
  if (rows.length > ASKED) return malformed(tooMany(cursor === null ? 0 : cursor.start - 1, rows.length))
  if (cursor === null) return pageOf(body.count, rows, rows.length, null)
  if (!isSeam(rows[0], cursor)) return malformed(seamText(rows[0], cursor))
  return pageOf(body.count, rows.slice(1), rows.length, cursor)
}

/** The rows of one page only. */
async function readRange(
  transport: Transport,
  start: number,
  end: number,
  meter: Meter,
): Promise<Result<readonly Project[]>> {
  const answer = await transport.read('projects/read', { start, end }, meter)
  return answer.ok ? readRows(answer.value) : answer
}

/** A page and where reading goes on. `fresh`: its new rows. `answered`: rows of its answer, which may hold the seam too. */
function pageOf(
  count: unknown,
  fresh: readonly Project[],
  answered: number,
  cursor: Cursor | null,
): Result<ProjectPage> {
  // The row before comes again: the API takes no notice of where to begin, and reading on would never end.
  if (cursor !== null && fresh.some(({ id }) => id === cursor.seam.id)) {
    return malformed(`project ${cursor.seam.id} is listed twice: the API does not read on from place ${cursor.start}`)
  }
  const start = (cursor?.start ?? 0) + fresh.length
  const known = cursor?.total ?? null
  const wrong = wrongCount(count, answered, start, known)
  if (wrong !== null) return malformed(wrong)
  const total = known ?? (typeof count === 'number' && count > answered ? count : null)

  const last = fresh.at(-1)
  const isAfter = cursor !== null && cursor.ask !== 'on'
  if (last === undefined && (cursor === null || isAfter)) {
    if (total === null || total === start) return succeed({ projects: [], next: null })
    return malformed(`the list holds ${start} projects and "count" said ${total}`)
  }
  const longest = Math.max(cursor?.longest ?? 0, answered)
  const isCut = (cursor?.isCut ?? false) || (total !== null && start < total && answered < ASKED)
  // A full page goes on, and so does one as long as this API gives. One row alone would be the seam and nothing else.
  const isFull = answered === ASKED || (isCut && answered === longest)
  const ask = last !== undefined && isFull && answered > 1 ? 'on' : 'after'
  const seam = last === undefined ? (cursor as Cursor).seam : seamOf(last)
  return succeed({ projects: fresh, next: { start, seam, total, longest, isCut, ask } })
}

/** The rows of an answer, no id twice. A row that cannot be read whole is one project's trouble, not that of the list. */
function readRows(body: Fields): Result<readonly Project[]> {
  const { projects } = body
  if (!Array.isArray(projects)) return malformed('"projects" is missing or is not a list')
  const rows: Project[] = []
  for (const row of projects) {
    rows.push(readProjectRow(row))
  }
  const twice = duplicateOf(rows)
  return twice === null ? succeed(rows) : malformed(`project ${twice} is listed twice`)
}

function tooMany(start: number, came: number): string {
  return `${ASKED} projects from place ${start} were asked for and ${came} came`
}

function seamOf({ id, modified }: Project): Cursor['seam'] {
  return { id, modified: typeof modified === 'number' ? modified : null }
}

function isSeam(row: Project | undefined, { seam }: Cursor): boolean {
  if (row === undefined) return false
  const { id, modified } = seamOf(row)
  return id === seam.id && modified === seam.modified
}

function seamText(row: Project | undefined, { start, seam }: Cursor): string {
  const found = row === undefined ? 'nothing' : row.id === seam.id ? 'a newer state of it' : `project ${row.id}`
  return `the list changed while it was read: place ${start - 1} held project ${seam.id}, and then ${found}`
}

/**
 * `count` is not documented: it may be the rows of this answer or of the whole list. It is refused where it can be
 * neither. Once it was more than an answer holds it is the total, which must then not change.
 */
function wrongCount(count: unknown, answered: number, soFar: number, total: number | null): string | null {
  if (typeof count !== 'number') return null
  if (total !== null) return count === total ? null : `"count" was ${total} and became ${count} while the list was read`
  if (count === answered || count >= soFar) return null
  return `"count" says ${count}, which does not fit ${answered} projects up to place ${soFar}`
}
