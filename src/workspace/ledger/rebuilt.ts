/** Projects that restores made: how far each is, which one a lost answer made, and what was left over. */

import { placeOf } from '../../core/base/names.ts'
import type { RebuiltAs } from '../../core/command/command-restore.ts'
import { isUnknown, type Project } from '../../core/evidence/project.ts'
import { type Leftover, readFact, writeFact } from './facts.ts'
import type { ItemRow, Rebuilt } from './items.ts'

/** Differences of clocks and of dates without fractions: a project may seem this much older than the call that made it. */
const CLOCKS_DIFFER_MS = 2_000

/** How far the rebuild of an item is, as last written; null before it began. */
export function readRebuilt(sql: SqlStorage, { run, item }: Pick<ItemRow, 'run' | 'item'>): Rebuilt | null {
  const row = sql
    .exec<{ rebuilt: string | null }>(
      `SELECT rebuilt FROM items WHERE run = ? AND project_id = ? AND settles = ''`,
      run,
      item.projectId,
    )
    .toArray()[0]
  return row?.rebuilt == null ? null : (JSON.parse(row.rebuilt) as Rebuilt)
}

/** The newest project that one was rebuilt as, with all that is known of it; null when it never was. */
export function newestRebuilt(sql: SqlStorage, projectId: number): Rebuilt | null {
  const row = sql
    .exec<{ rebuilt: string }>(
      `SELECT rebuilt FROM items WHERE project_id = ? AND rebuilt IS NOT NULL
         AND json_extract(rebuilt, '$.projectId') IS NOT NULL ORDER BY rowid DESC LIMIT 1`,
      projectId,
    )
    .toArray()[0]
  return row === undefined ? null : (JSON.parse(row.rebuilt) as Rebuilt)
}

/** The same as commands are told it. */
export function rebuiltAs(sql: SqlStorage, projectId: number): RebuiltAs | null {
  const made = newestRebuilt(sql, projectId)
  if (made?.projectId == null || made.created === null) return null
  return { projectId: made.projectId, created: made.created, run: made.run, complete: made.complete }
}

/**
 * The project that a call whose answer was lost made: of exactly that name, which holds the id of the run, owned, and not
 * older than the call. Nothing else is ever taken for ours (G16).
 */
export function madeBy(sql: SqlStorage, { run, item, rebuilt }: ItemRow, projects: readonly Project[]): Project | null {
  if (rebuilt === null) return null
  const from = Math.floor((rebuilt.since - CLOCKS_DIFFER_MS) / 1_000) * 1_000
  const others = new Set(
    sql
      .exec<{ id: number | null }>(
        `SELECT json_extract(rebuilt, '$.projectId') AS id FROM items
         WHERE rebuilt IS NOT NULL AND NOT (run = ? AND project_id = ?)`,
        run,
        item.projectId,
      )
      .toArray()
      .map(({ id }) => id),
  )
  const made = projects.filter(
    ({ id, name, owned, created }) =>
      name === rebuilt.name && owned === true && !isUnknown(created) && created >= from && !others.has(id),
  )
  return made.length === 1 ? (made[0] ?? null) : null
}

/** Notes which of the listed projects are left over from restores that are over. */
export function noteLeftovers(sql: SqlStorage, projects: readonly Project[]): void {
  const rows = sql
    .exec<{ project_id: number; rebuilt: string }>(
      `SELECT project_id, rebuilt FROM items WHERE rebuilt IS NOT NULL AND settles = '' AND state = 'final' ORDER BY rowid`,
    )
    .toArray()
  const found = new Map<number, Leftover>()
  if (rows.length > 0) {
    const byName = Map.groupBy(projects, ({ name }) => name)
    const byId = new Map(projects.map((project) => [project.id, project]))
    for (const { project_id: of, rebuilt: text } of rows) {
      const rebuilt = JSON.parse(text) as Rebuilt
      const { projectId, created, run, complete } = rebuilt
      const known = projectId === null ? undefined : byId.get(projectId)
      const ours = known !== undefined && known.created === created && placeOf(known.path) !== 'bin' ? [known] : []
      const meant = projectId === null ? (byName.get(rebuilt.name) ?? []) : ours
      for (const { id, name } of meant) {
        if (complete) found.delete(id)
        else found.set(id, { projectId: id, name, of, run, goesOn: projectId !== null })
      }
    }
  }
  writeLeftovers(sql, [...found.values()])
}

export function readLeftovers(sql: SqlStorage): readonly Leftover[] {
  return readFact(sql, 'leftovers') ?? []
}

/** A restore has made it whole after all. */
export function dropLeftover(sql: SqlStorage, projectId: number): void {
  writeLeftovers(
    sql,
    readLeftovers(sql).filter((one) => one.projectId !== projectId),
  )
}

export function leftoverText({ of, run, goesOn }: Leftover): string {
  return goesOn
    ? `Run ${run} made it to restore project ${of} and did not complete it. Ask for that restore again to go on with it, or delete it yourself.`
    : `It has the name under which run ${run} was to restore project ${of}, whose answer was lost. It is left as it is; delete it yourself if nobody needs it.`
}

function writeLeftovers(sql: SqlStorage, leftovers: readonly Leftover[]): void {
  if (JSON.stringify(readLeftovers(sql)) === JSON.stringify(leftovers)) return
  writeFact(sql, 'leftovers', leftovers)
}

/** A slice got further, so those that do not are counted anew. */
export function resetTries(sql: SqlStorage, { run, item }: Pick<ItemRow, 'run' | 'item'>): void {
  sql.exec(`UPDATE items SET tries = 0 WHERE run = ? AND project_id = ? AND settles = ''`, run, item.projectId)
}
