/**
 * Reads the list of projects, page by page, so that what comes out is whole or is a failure. Pages overlap by one row,
 * the seam: if the list moved while it was read, the seam is not where it was. So a project that was there all the time
 * is never missing because others were created or deleted meanwhile.
 */

import type { Project } from '../core/evidence/project.ts'
import type { Fields } from './answer.ts'
import { type Failure, malformed, type Result, succeed } from './failure.ts'
import type { Meter } from './meter.ts'
import type { Transport } from './transport.ts'
import { readProjectRow } from './wire-project.ts'
import { readId } from './wire-value.ts'

/** Rows of one page; one more is asked for, and is the first of the next page. */
export const PAGE_SIZE = 1_000

/** Where reading goes on. Plain JSON, to be kept between slices of a run. */
export interface Cursor {
  readonly start: number
  /** The row that must be the first of the next page; `modified` null = its date could not be read. */
  readonly seam: { readonly id: number; readonly modified: number | null }
  /** The number of all projects, if the answers tell. */
  readonly total: number | null
}

export interface ProjectPage {
  readonly projects: readonly Project[]
  /** Null after the last page. */
  readonly next: Cursor | null
}

/** One page; `cursor` null = from the start. One call, or two where the API refuses to page. */
export async function readProjectPage(
  transport: Transport,
  cursor: Cursor | null,
  meter: Meter,
): Promise<Result<ProjectPage>> {
  const start = cursor?.start ?? 0
  const answer = await transport.read('projects/read', { start, end: start + PAGE_SIZE + 1 }, meter)
  if (answer.ok) return readPage(answer.value, cursor)
  return isRefusedPage(answer.failure) ? readUnpaged(transport, cursor, meter) : answer
}

/** All pages in one go. */
export async function readProjects(transport: Transport, meter: Meter): Promise<Result<readonly Project[]>> {
  const projects: Project[] = []
  let cursor: Cursor | null = null
  do {
    const page: Result<ProjectPage> = await readProjectPage(transport, cursor, meter)
    if (!page.ok) return page
    for (const project of page.value.projects) projects.push(project)
    cursor = page.value.next
  } while (cursor !== null)
  const twice = duplicateOf(projects)
  return twice === null ? succeed(projects) : malformed(`project ${twice} is listed twice`)
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

/** The whole list in one answer, without what earlier pages held. */
async function readUnpaged(transport: Transport, cursor: Cursor | null, meter: Meter): Promise<Result<ProjectPage>> {
  const answer = await transport.read('projects/read', {}, meter)
  if (!answer.ok) return answer
  const read = readRows(answer.value)
  if (!read.ok) return read
  const rows = read.value
  const start = cursor?.start ?? 0
  if (cursor !== null && !isSeam(rows[start], cursor)) return malformed(seamText(rows[start], cursor))
  const wrong = wrongCount(answer.value.count, rows.length, 0, true, cursor?.total ?? null)
  return wrong === null ? succeed({ projects: rows.slice(start), next: null }) : malformed(wrong)
}

function readPage(body: Fields, cursor: Cursor | null): Result<ProjectPage> {
  const read = readRows(body)
  if (!read.ok) return read
  const rows = read.value
  const start = cursor?.start ?? 0
  if (rows.length > PAGE_SIZE + 1) {
    return malformed(`${PAGE_SIZE + 1} projects from place ${start} were asked for and ${rows.length} came`)
  }
  if (cursor !== null && !isSeam(rows[0], cursor)) return malformed(seamText(rows[0], cursor))

  const seam = rows[PAGE_SIZE]
  const wrong = wrongCount(body.count, rows.length, start, seam === undefined, cursor?.total ?? null)
  if (wrong !== null) return malformed(wrong)
  if (seam === undefined) return succeed({ projects: rows, next: null })
  const next = { start: start + PAGE_SIZE, seam: seamOf(seam), total: totalOf(body.count, rows.length, cursor) }
  return succeed({ projects: rows.slice(0, PAGE_SIZE), next })
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

function seamOf({ id, modified }: Project): Cursor['seam'] {
  return { id, modified: typeof modified === 'number' ? modified : null }
}

function isSeam(first: Project | undefined, { seam }: Cursor): boolean {
  if (first === undefined) return false
  const { id, modified } = seamOf(first)
  return id === seam.id && modified === seam.modified
}

function seamText(first: Project | undefined, { start, seam }: Cursor): string {
  const found = first === undefined ? 'nothing' : first.id === seam.id ? 'a newer state of it' : `project ${first.id}`
  return `the list changed while it was read: place ${start} held project ${seam.id}, and then ${found}`
}

/**
 * `count` is not documented: it may be the rows of this answer or of the whole list. It is refused where it can be
 * neither. Once it was more than a page holds it is the total, which must then neither change nor be missed at the end.
 */
function wrongCount(count: unknown, rows: number, start: number, isLast: boolean, total: number | null): string | null {
  const soFar = start + rows
  if (total !== null && isLast && soFar !== total) return `the list holds ${soFar} projects and "count" said ${total}`
  if (typeof count !== 'number') return null
  if (total !== null) return count === total ? null : `"count" was ${total} and became ${count} while the list was read`
  if (count === rows || (isLast ? count === soFar : count >= soFar)) return null
  return `"count" says ${count}, which does not fit ${rows} projects from place ${start}`
}

function totalOf(count: unknown, rows: number, cursor: Cursor | null): number | null {
  if (cursor !== null && cursor.total !== null) return cursor.total
  return typeof count === 'number' && count > rows ? count : null
}
