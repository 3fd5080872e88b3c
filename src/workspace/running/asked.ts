/** What a command or an undo comes to on the lists at hand; asked once to plan, and again of fresh lists before each call (G8). */

import type { CommandItems, Situation } from '../../core/command/command.ts'
import { commandItems } from '../../core/command/command-plan.ts'
import { type Deed, type Ledger, undoRun } from '../../core/command/command-restore.ts'
import { deedsOf, nameBefore, rebuiltAs } from '../ledger/deeds.ts'
import type { CommandRequest, RunRequest, UndoRequest } from '../ledger/run.ts'
import { type RunRow, runById } from '../ledger/runs.ts'
import { newestBackup } from './backup.ts'

/** What somebody asked for by word, directly or through an approval; null for the policy's own rules. */
export function wordOf(sql: SqlStorage, { request }: Pick<RunRow, 'request'>): CommandRequest | UndoRequest | null {
  const asked: RunRequest | undefined = request.kind === 'approved' ? runById(sql, request.proposal)?.request : request
  return asked?.kind === 'command' || asked?.kind === 'undo' ? asked : null
}

export function askedItems(sql: SqlStorage, asked: CommandRequest | UndoRequest, situation: Situation): CommandItems {
  const ledger: Ledger = {
    nameBefore: (projectId) => nameBefore(sql, projectId),
    rebuiltAs: (projectId) => rebuiltAs(sql, projectId),
    backup: (projectId) => newestBackup(sql, projectId),
  }
  if (asked.kind === 'command') return commandItems(situation, ledger, asked.command)
  const deeds: readonly Deed[] = deedsOf(sql, asked.run, asked.projectId)
  return undoRun(situation, ledger, deeds)
}
