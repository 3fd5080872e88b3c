/** The holds of the ledger, as doors show them. */

import type { Deps } from '../../deps.ts'
import type { HoldView } from '../ledger/asks.ts'
import { lastSurvey } from '../ledger/last-survey.ts'
import { readMemory } from '../ledger/memory.ts'
import { iso } from '../ledger/runs.ts'

/** Those in force at that policy time, by name, with those of no known name last; without dependencies nothing has a name. */
export async function listHolds(sql: SqlStorage, deps: Deps | null, now: number): Promise<readonly HoldView[]> {
  const last = deps === null ? null : await lastSurvey(sql, deps)
  const projects = last?.ok ? last.value.inventory.projects : []
  const names = new Map(projects.map(({ id, created, name }) => [`${id}/${created}`, name]))
  const inForce = readMemory(sql).holds.filter(({ until }) => until === null || until > now)
  const holds = inForce.map(({ projectId, created, until, by }) => ({
    projectId,
    name: names.get(`${projectId}/${created}`) ?? null,
    until: until === null ? null : iso(until),
    by,
  }))
  return holds.sort((a, b) => (a.name ?? '\uffff').localeCompare(b.name ?? '\uffff') || a.projectId - b.projectId)
}
