/** A run that has ended, as cards show it: what came of it, and whether somebody took it back since. */

import type { RunFacts } from '../../core/cards/run-card.ts'
import type { Outcome } from './run.ts'
import { type RunRow, undosOf } from './runs.ts'

export function runFacts(sql: SqlStorage, run: RunRow, outcomes: readonly Outcome[]): RunFacts {
  const { id, trigger, actor, request, message } = run
  const undoable = request.mode === 'act' && request.kind !== 'undo'
  const status = endOf(run)
  const undo = undoOf(sql, run, outcomes)
  return { id, trigger, actor, mode: request.mode, status, message, outcomes, undoable, approval: null, undo }
}

export function endOf({ status }: RunRow): RunFacts['status'] {
  if (status === 'queued' || status === 'running') throw new TypeError('Only a run that has ended is told of.')
  return status
}

/** Undone is what was undone as a whole, or project by project until nothing was left. */
function undoOf(sql: SqlStorage, run: RunRow, outcomes: readonly Outcome[]): RunFacts['undo'] {
  const undos = undosOf(sql, run.id)
  const newest = undos.at(-1)
  if (newest === undefined) return null
  const isWhole = undos.some(({ projectId }) => projectId === null)
  const one = new Set(undos.map(({ projectId }) => projectId))
  const done = outcomes.filter(({ outcome }) => outcome === 'done')
  if (!isWhole && !done.every(({ projectId }) => one.has(projectId))) return null
  return { by: newest.run.actor, run: newest.run.id, status: endOf(newest.run) }
}
