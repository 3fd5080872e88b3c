/**
 * What stands against the list of projects, with the ids it is about, until the list is as it should be or a person accepts
 * exactly these ids.
 */

import { canonicalJson, sha256Hex } from '../../core/base/canonical.ts'
import { gunzipJson, gzipJson } from '../../records/gzip.ts'
import type { ObjectionCode } from './asks.ts'

export type NamedProject = { readonly id: number; readonly name: string }

export interface Objection {
  readonly code: ObjectionCode
  /** Of the code and the ids: what a person who accepts names. */
  readonly hash: string
  readonly projects: readonly NamedProject[]
  /** Policy time at which it was raised. */
  readonly at: number
  /** How the run that raised it put it. */
  readonly says: string
  readonly acceptedBy: string | null
}

type Columns = {
  code: string
  hash: string
  projects: ArrayBuffer
  at: number
  says: string
  accepted_by: string | null
}

/** In the order in which they are shown: the gravest first. */
const ORDER: readonly ObjectionCode[] = ['shrunk', 'list_differs', 'moved_to_bin']

export async function readObjections(sql: SqlStorage): Promise<readonly Objection[]> {
  const rows = sql.exec<Columns>('SELECT * FROM objections').toArray()
  const read = await Promise.all(
    rows.map(async (row): Promise<Objection> => {
      const projects = (await gunzipJson(row.projects)) as readonly [number, string][]
      return {
        code: row.code as ObjectionCode,
        hash: row.hash,
        projects: projects.map(([id, name]) => ({ id, name })),
        at: row.at,
        says: row.says,
        acceptedBy: row.accepted_by,
      }
    }),
  )
  return read.sort((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code))
}

export async function objectionHash(code: ObjectionCode, projects: readonly NamedProject[]): Promise<string> {
  const ids = projects.map(({ id }) => id).sort((a, b) => a - b)
  return sha256Hex(canonicalJson([code, ids]))
}

/** Raises an objection; one of the same code about the same ids stays as it is, with its time and its acceptance. */
export async function raiseObjection(
  sql: SqlStorage,
  { code, projects, at, says }: Pick<Objection, 'code' | 'projects' | 'at' | 'says'>,
): Promise<Objection> {
  const hash = await objectionHash(code, projects)
  const packed = await gzipJson(projects.map(({ id, name }) => [id, name]))
  const before = sql.exec<{ hash: string }>('SELECT hash FROM objections WHERE code = ?', code).toArray()[0]
  if (before?.hash !== hash) {
    sql.exec(
      'INSERT OR REPLACE INTO objections (code, hash, projects, at, says, accepted_by) VALUES (?, ?, ?, ?, ?, NULL)',
      code,
      hash,
      packed,
      at,
      says,
    )
  }
  const standing = (await readObjections(sql)).find((one) => one.code === code)
  if (standing === undefined) throw new Error(`The objection ${code} was not stored.`)
  return standing
}

export function dropObjection(sql: SqlStorage, code: ObjectionCode, hash?: string): void {
  sql.exec('DELETE FROM objections WHERE code = ?1 AND (?2 IS NULL OR hash = ?2)', code, hash ?? null)
}

/** A person accepts what was shown under that hash. False when nothing with that hash stands against the list (any more). */
export function acceptObjection(sql: SqlStorage, hash: string, by: string): boolean {
  const { rowsWritten } = sql.exec(
    'UPDATE objections SET accepted_by = coalesce(accepted_by, ?) WHERE hash = ?',
    by,
    hash,
  )
  return rowsWritten > 0
}

/** Those that nobody has accepted, without their projects. */
export function standingObjections(sql: SqlStorage): readonly Pick<Objection, 'code' | 'says'>[] {
  return sql
    .exec<{ code: string; says: string }>('SELECT code, says FROM objections WHERE accepted_by IS NULL')
    .toArray()
    .map(({ code, says }) => ({ code: code as ObjectionCode, says }))
}
