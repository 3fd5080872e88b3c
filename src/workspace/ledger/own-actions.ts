/** What leansweep did since a scan, read from intents and answers, so that it is known before anything else has looked. */

import { writtenBy } from '../../core/command/command-restore.ts'
import type { OwnAction } from '../../core/evidence/own-action.ts'
import type { PlanItem } from '../../core/plan/plan.ts'
import type { Rebuilt } from './items.ts'
import type { RunRequest } from './run.ts'

type Columns = {
  run: string
  actor: string
  request: string
  item: string
  before: string | null
  rebuilt: string | null
  sent_at: number
  answer: string | null
  outcome: string | null
  absent_at: number | null
}

const SELECT = `SELECT i.run, r.actor, r.request, i.item, i.before, i.rebuilt, i.sent_at,
    json_extract(i.answer, '$.kind') AS answer, coalesce(later.outcome, i.outcome) AS outcome, i.absent_at
  FROM items i JOIN runs r ON r.id = i.run
  LEFT JOIN items later ON later.settles = i.run AND later.project_id = i.project_id AND later.settles <> ''
  WHERE i.settles = '' AND coalesce(json_extract(i.answer, '$.kind'), '') <> 'refused'
    AND coalesce(later.outcome, i.outcome, '') NOT IN ('failed', 'already', 'changed', 'protected', 'not_attempted')`

/** All calls that were sent from that real time on and not refused, in their order. */
export function actionsSince(sql: SqlStorage, since: number): readonly OwnAction[] {
  return sql.exec<Columns>(`${SELECT} AND i.sent_at >= ? ORDER BY i.sent_at, i.rowid`, since).toArray().map(fromColumns)
}

/** The newest call for a project that was sent and not refused; null when there is none. */
export function newestActionOn(sql: SqlStorage, projectId: number): OwnAction | null {
  const row = sql
    .exec<Columns>(
      `${SELECT} AND i.sent_at IS NOT NULL AND i.project_id = ? ORDER BY i.sent_at DESC, i.rowid DESC LIMIT 1`,
      projectId,
    )
    .toArray()[0]
  return row === undefined ? null : fromColumns(row)
}

function fromColumns(row: Columns): OwnAction {
  const item = JSON.parse(row.item) as PlanItem
  const before = row.before === null ? null : (JSON.parse(row.before) as { readonly name: string })
  const rebuilt = row.rebuilt === null ? null : (JSON.parse(row.rebuilt) as Rebuilt)
  const request = JSON.parse(row.request) as RunRequest
  const isKnown = row.outcome === 'done' || (row.outcome === null && row.answer === 'accepted')
  return {
    projectId: item.projectId,
    created: item.created,
    run: row.run,
    actor: row.actor,
    rule: item.rule,
    action: item.action,
    at: row.sent_at,
    isCertain: isKnown,
    name: before?.name ?? item.name,
    wrote: writtenBy(item),
    isGone: item.action === 'delete' && row.outcome === 'done' && row.absent_at !== null,
    madeAs: rebuilt?.projectId ?? null,
    isMirror:
      request.kind === 'command' &&
      (request.command.type === 'project.hold' || request.command.type === 'project.release'),
  }
}
