/**
 * The evidence floor (G6): an inventory that is empty, or holds a project twice, or has over 20 % fewer rows
 * than the last week leads one to expect, is taken for a fault of the API, not for the truth. A person may accept it as the new base.
 */

import { type Inventory, isUnknown, type Project } from '../../core/evidence/project.ts'
import { duplicateOf } from '../../quantconnect/projects.ts'
import { readFact } from '../ledger/facts.ts'
import { isInBin } from './judge.ts'

const WEEK = 7 * 24 * 3_600_000

/** How far the rows may fall short of what is expected. */
const SHARE_THAT_MAY_BE_MISSING = 0.2

/** Rows the floor counts: of this organisation, outside the bin. */
export function countOurs(inventory: Inventory): number {
  return inventory.projects.filter(
    (project) =>
      !isUnknown(project.organizationId) && project.organizationId === inventory.organizationId && !isInBin(project),
  ).length
}

/** Why this inventory cannot be trusted, or null. `now` is policy time; `sent`: calls of this run that no list has confirmed yet. */
export function belowFloor(sql: SqlStorage, inventory: Inventory, now: number, sent = 0): string | null {
  if (inventory.projects.length === 0) {
    return 'QuantConnect answered with an empty list of projects. An empty list is more likely a fault than the truth, so nothing was done. If the account really is empty, there is nothing to sweep.'
  }
  const twice = duplicateOf(inventory.projects)
  if (twice !== null) {
    return `The list holds project ${twice} twice, so it cannot be trusted and nothing was done. The next tick reads it anew.`
  }
  const expected = Math.max(0, expectedRows(sql, now) - sent)
  const ours = countOurs(inventory)
  if (ours >= expected * (1 - SHARE_THAT_MAY_BE_MISSING)) return null
  return `The list holds ${ours} projects of this organisation outside the bin; after the last seven days ${expected} were expected, and over 20 % are missing. Nothing was done. If you removed them yourself, accept the new base: POST /api/inventory/base with the admin bearer.`
}

/**
 * Why the list of a re-check cannot be trusted beside the survey of its own run, or null. `sent`: calls of this run so
 * far, each of which may have taken a project out of the list for good.
 */
export function shrunk(surveyed: readonly Project[], fresh: readonly Project[], sent: number): string | null {
  const listed = new Set(fresh.map(({ id }) => id))
  const missing = surveyed.filter(({ id }) => !listed.has(id)).length - sent
  if (missing <= surveyed.length * SHARE_THAT_MAY_BE_MISSING) return null
  return `of the ${surveyed.length} projects of the survey a moment ago over 20 % are missing, so the list cannot be trusted. The next tick reads it anew.`
}

/** The largest good inventory of the last seven days (or since a person accepted a base), minus our deletions since. */
function expectedRows(sql: SqlStorage, now: number): number {
  const base = readFact(sql, 'base')
  const from = Math.max(now - WEEK, base === null ? 0 : base.at)
  const rows = sql
    .exec<{ ours: number; at: number }>('SELECT ours, at FROM inventories WHERE at >= ? AND at <= ?', from, now)
    .toArray()
  return Math.max(0, ...rows.map((row) => row.ours - deletionsSince(sql, row.at)))
}

function deletionsSince(sql: SqlStorage, at: number): number {
  return sql
    .exec<{ n: number }>(
      `SELECT count(*) AS n FROM items JOIN runs ON runs.id = items.run
       WHERE items.outcome = 'done' AND json_extract(items.item, '$.action') = 'delete' AND runs.policy_at >= ?`,
      at,
    )
    .one().n
}
