/**
 * What comes in while something like it waits (G30): reports are merged and limited per identity, so that nobody keeps the
 * workspace busy by asking, and waiting updates of one project by its algorithm become one.
 */

import { MOST_PARAMETERS } from '../../core/base/bounds.ts'
import { canonicalJson } from '../../core/base/canonical.ts'
import type { UpdateCommand } from '../../core/command/command.ts'
import { countJoined, join, joinedTo } from '../ledger/joined.ts'
import type { RunRequest, Trigger } from '../ledger/run.ts'

const HOUR = 3_600_000

export interface Asking {
  readonly triggerId: string
  readonly trigger: Trigger
  /** The identity: whoever asks under one name is one, however they come. */
  readonly actor: string
  readonly request: RunRequest
  readonly bodyHash: string
}

export type Admitted =
  /** A run of its own is made. */
  | { readonly kind: 'new' }
  /** It is part of a run that there is already, or was before. */
  | { readonly kind: 'joins'; readonly run: string; readonly repeated: boolean }
  | { readonly kind: 'other body'; readonly run: string }
  /** Not now: nothing was taken and nothing was counted. */
  | { readonly kind: 'too many'; readonly why: string; readonly retryAfterMs: number }

/** Whoever asks again for what goes on has this long to wait before it is likely over. */
const WHILE_ONE_GOES_ON_MS = 30_000

/**
 * Decides in the transaction that takes the trigger. `now`: real time; `reports`: so many an identity may have in an hour,
 * null for a run that is no report.
 */
export function admit(sql: SqlStorage, asking: Asking, reports: number | null, now: number): Admitted {
  const before = joinedTo(sql, asking.triggerId)
  if (before !== null) {
    if (before.bodyHash !== asking.bodyHash) return { kind: 'other body', run: before.run }
    return { kind: 'joins', run: before.run, repeated: true }
  }
  if (reports !== null) return admitReport(sql, asking, reports, now)
  return asking.trigger === 'quantconnect' ? admitUpdate(sql, asking, now) : { kind: 'new' }
}

/** Notes a report that got a run of its own; it counts like one that joined another's. */
export function noteReport(sql: SqlStorage, asking: Asking, run: string, now: number): void {
  join(sql, { ...asking, run, kind: 'report', at: now })
}

function admitReport(sql: SqlStorage, asking: Asking, reports: number, now: number): Admitted {
  const { count, oldest } = countJoined(sql, asking.actor, 'report', now - HOUR)
  if (count >= reports) {
    const why = `At most ${reports} reports an hour for each who asks.`
    return { kind: 'too many', why, retryAfterMs: (oldest ?? now) + HOUR - now }
  }
  const open = openReports(sql)
  const same = open.find(({ request }) => canonicalJson(request) === canonicalJson(asking.request))
  if (same !== undefined) {
    join(sql, { ...asking, run: same.id, kind: 'report', at: now })
    return { kind: 'joins', run: same.id, repeated: false }
  }
  if (open.some(({ actor }) => actor === asking.actor)) {
    const why = 'One report at a time for each who asks; the last one goes on still.'
    return { kind: 'too many', why, retryAfterMs: WHILE_ONE_GOES_ON_MS }
  }
  return { kind: 'new' }
}

/**
 * An update that waits takes in the next one of the same project: what both set is as the newer says. Not across anything
 * that somebody else asked for in between, which would then undo the newer one.
 */
function admitUpdate(sql: SqlStorage, asking: Asking, now: number): Admitted {
  const newer = updateIn(asking.request)
  if (newer === null) return { kind: 'new' }
  const waiting = sql
    .exec<{ id: string; request: string }>(
      `SELECT id, request FROM runs WHERE status = 'queued' AND trigger = 'quantconnect' AND actor = ?1
       AND NOT EXISTS (
         SELECT 1 FROM runs AS later WHERE later.rowid > runs.rowid AND later.trigger <> 'quantconnect'
         AND json_extract(later.request, '$.mode') = 'act'
       ) ORDER BY created_at DESC, rowid DESC LIMIT 1`,
      asking.actor,
    )
    .toArray()[0]
  const older = waiting === undefined ? null : updateIn(JSON.parse(waiting.request) as RunRequest)
  if (waiting === undefined || older === null || older.project !== newer.project) return { kind: 'new' }
  const command: UpdateCommand = {
    ...older,
    ...newer,
    ...(older.parameters === undefined && newer.parameters === undefined
      ? {}
      : { parameters: { ...older.parameters, ...newer.parameters } }),
  }
  // What waits long may not grow with every message.
  if (Object.keys(command.parameters ?? {}).length > MOST_PARAMETERS) return { kind: 'new' }
  const merged: RunRequest = { kind: 'command', mode: 'act', command }
  sql.exec('UPDATE runs SET request = ? WHERE id = ?', JSON.stringify(merged), waiting.id)
  join(sql, { ...asking, run: waiting.id, kind: 'update', at: now })
  return { kind: 'joins', run: waiting.id, repeated: false }
}

function updateIn(request: RunRequest): UpdateCommand | null {
  return request.kind === 'command' && request.command.type === 'project.update' ? request.command : null
}

/** Reports that people and programs asked for and that have not ended. */
function openReports(
  sql: SqlStorage,
): readonly { readonly id: string; readonly actor: string; readonly request: RunRequest }[] {
  return sql
    .exec<{ id: string; actor: string; request: string }>(
      `SELECT id, actor, request FROM runs WHERE status IN ('queued', 'running') AND trigger <> 'cron'
       AND json_extract(request, '$.kind') = 'sweep' AND json_extract(request, '$.mode') = 'report' ORDER BY created_at`,
    )
    .toArray()
    .map(({ id, actor, request }) => ({ id, actor, request: JSON.parse(request) as RunRequest }))
}
