/** What a command or an undo comes to on the lists at hand; asked once to plan, and again of fresh lists before each call (G8). */

import type { CommandItems, Situation } from '../../core/command/command.ts'
import { commandItems } from '../../core/command/command-plan.ts'
import { type Deed, type Ledger, undoRun } from '../../core/command/command-restore.ts'
import type { Received } from '../../core/command/received.ts'
import { newestBackup } from '../ledger/backups.ts'
import { deedsOf, nameBefore, pathsWritten } from '../ledger/deeds.ts'
import { pathsIn } from '../ledger/evidence.ts'
import { calledFormerly } from '../ledger/former-names.ts'
import { rebuiltAs } from '../ledger/rebuilt.ts'
import type { CommandRequest, RunRequest, UndoRequest } from '../ledger/run.ts'
import { type RunRow, runById } from '../ledger/runs.ts'

/** What somebody asked for by word, and when. */
export interface Word {
  readonly asked: CommandRequest | UndoRequest
  /** The run that took it. */
  readonly run: RunRow
  /** Whether its plan was shown to people and approved: then its items are those of the record. */
  readonly isApproved: boolean
}

/** What somebody asked for by word, directly or through an approval; null for the policy's own rules. */
export function wordOf(sql: SqlStorage, run: RunRow): Word | null {
  const { request } = run
  const isApproved = request.kind === 'approved'
  const from = isApproved ? runById(sql, request.proposal) : run
  const asked: RunRequest | undefined = from?.request
  if (from === null || (asked?.kind !== 'command' && asked?.kind !== 'undo')) return null
  return { asked, run: from, isApproved }
}

/** `realNow`: by which backups expire. */
export async function askedItems(
  sql: SqlStorage,
  word: Word,
  situation: Situation,
  realNow: number,
): Promise<CommandItems> {
  const ledger: Ledger = {
    nameBefore: (projectId) => nameBefore(sql, projectId),
    rebuiltAs: (projectId) => rebuiltAs(sql, projectId),
    backup: (projectId) => newestBackup(sql, projectId, realNow),
  }
  const { asked } = word
  if (asked.kind === 'command') {
    const received = await receiptOf(sql, word, situation)
    const formerly = (name: string) => calledFormerly(sql, name)
    return commandItems({ ...situation, received, formerly }, ledger, asked.command)
  }
  const deeds: readonly Deed[] = deedsOf(sql, asked.run, asked.projectId, asked.directory ?? null)
  return undoRun(situation, ledger, deeds)
}

/** When a command was first received, and what everything was called then. */
async function receiptOf(sql: SqlStorage, { run, isApproved }: Word, { inventory }: Situation): Promise<Received> {
  const { receivedAt, scanBefore } = run
  const at = run.state.asOf ?? receivedAt
  if (isApproved || scanBefore === null) return { at, ours: receivedAt, pathBefore: () => null }
  const scanned = await pathsIn(sql, scanBefore, new Set(inventory.projects.map(({ id }) => id)))
  if (scanned === null) {
    const unknown = { unknown: 'the scan before it is not stored any more' }
    return { at, ours: receivedAt, pathBefore: () => unknown }
  }
  const since = runById(sql, scanBefore)?.createdAt ?? 0
  const written = pathsWritten(sql, since, receivedAt)
  return { at, ours: receivedAt, pathBefore: (id) => written.get(id) ?? scanned.get(id) ?? null }
}
