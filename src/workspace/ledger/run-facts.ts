/** A run that has ended, as cards show it: what came of it, and whether somebody took it back since. */

import type { RunFacts } from '../../core/cards/run-card.ts'
import { deedsOf } from './deeds.ts'
import type { Outcome } from './run.ts'
import { type RunRow, undosOf } from './runs.ts'
import { stoppedDirectories } from './units.ts'

export function runFacts(sql: SqlStorage, run: RunRow, outcomes: readonly Outcome[]): RunFacts {
  const { id, trigger, actor, request, message } = run
  const undoable = request.mode === 'act' && request.kind !== 'undo'
  const status = endOf(run)
  const undo = undoOf(sql, run, outcomes)
  const stopped = undoable ? stillAway(sql, run) : []
  return { id, trigger, actor, mode: request.mode, status, message, outcomes, undoable, stopped, approval: null, undo }
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
  const isWhole = undos.some(({ of }) => of.projectId === null && of.directory === undefined)
  const one = undoneIn(sql, run)
  const done = outcomes.filter(({ outcome }) => outcome === 'done')
  if (!isWhole && !done.every(({ projectId }) => one.has(projectId))) return null
  return { by: newest.run.actor, run: newest.run.id, status: endOf(newest.run) }
}

/** Ids of the projects of which what the run did was taken back, or tried to be. */
function undoneIn(sql: SqlStorage, { id }: RunRow): ReadonlySet<number> {
  return new Set(
    undosOf(sql, id).flatMap(({ of }) =>
      deedsOf(sql, id, of.projectId, of.directory ?? null).map(({ item }) => item.projectId),
    ),
  )
}

/** The directories that stopped and of which something went that nobody took back; each by its place among all that stopped. */
function stillAway(sql: SqlStorage, run: RunRow): RunFacts['stopped'] {
  const undone = undoneIn(sql, run)
  return stoppedDirectories(sql, run.id).flatMap(({ directory, went }, place) => {
    const left = went.filter((id) => !undone.has(id))
    return left.length === 0 ? [] : [{ directory, went: left.length, place }]
  })
}
