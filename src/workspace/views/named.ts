/** Which project or directory somebody means, by the last survey and by what we have a copy of. */

import { type Candidate, findRemembered, type Named, type Word } from '../../core/evidence/named.ts'
import { normalisePath } from '../../core/evidence/project.ts'
import { suggest } from '../../core/evidence/suggest.ts'
import type { Deps } from '../../deps.ts'
import { readFormerNames } from '../ledger/former-names.ts'
import { type Asked, lastSurvey } from '../ledger/last-survey.ts'

export interface NamedOptions {
  readonly goneToo: boolean
  readonly destroys: boolean
}

/**
 * `goneToo`: projects that are not in the survey any more, but that we backed up, are meant as well. `destroys`: names that a
 * project has no more are only suggested.
 */
export async function named(
  sql: SqlStorage,
  deps: Deps,
  text: string,
  words: readonly Word[],
  { goneToo, destroys }: NamedOptions,
): Promise<Asked<Named>> {
  const last = await lastSurvey(sql, deps)
  if (!last.ok) return last
  const { projects } = last.value.inventory
  const former = readFormerNames(sql)
  if (!goneToo) return { ok: true, value: findRemembered(projects, former, text, words, destroys) }
  const present = new Set(projects.map(({ id }) => id))
  const copied = sql
    .exec<{ id: number; name: string }>(
      'SELECT project_id AS id, name FROM backups WHERE verified_at IS NOT NULL GROUP BY project_id HAVING max(put_at)',
    )
    .toArray()
    .filter(({ id }) => !present.has(id))
    .map(({ id, name }) => ({ id, name, path: normalisePath(name) }))
  return { ok: true, value: findRemembered([...projects, ...copied], former, text, words, destroys) }
}

/** Projects of the last survey that somebody may mean who has typed so much. */
export async function suggested(
  sql: SqlStorage,
  deps: Deps,
  typed: string,
  most: number,
): Promise<Asked<readonly Candidate[]>> {
  const last = await lastSurvey(sql, deps)
  return last.ok ? { ok: true, value: suggest(last.value.inventory.projects, typed, most) } : last
}
