/** The holds of the ledger, as doors show them. */

import type { Deps } from '../deps.ts'
import type { HoldView } from './asks.ts'
import { lastSurvey } from './last-survey.ts'
import { readMemory } from './memory.ts'
import { iso } from './runs.ts'

/** By name, with those of no known name last; without dependencies nothing has a name. */
export async function listHolds(sql: SqlStorage, deps: Deps | null): Promise<readonly HoldView[]> {
  const last = deps === null ? null : await lastSurvey(sql, deps)
  const projects = last?.ok ? last.value.inventory.projects : []
  const names = new Map(projects.map(({ id, created, name }) => [`${id}/${created}`, name]))
  const holds = readMemory(sql).holds.map(({ projectId, created, until, by }) => ({
    projectId,
    name: names.get(`${projectId}/${created}`) ?? null,
    until: until === null ? null : iso(until),
    by,
  }))
  return holds.sort((a, b) => (a.name ?? '\uffff').localeCompare(b.name ?? '\uffff') || a.projectId - b.projectId)
}
