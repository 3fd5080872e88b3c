/** A command → the items of its plan. The same question is asked again, of fresh lists, directly before each call. */

import type { Command, CommandItems, Situation } from './command.ts'
import { deleteDirectory, deleteProject } from './command-delete.ts'
import { type Ledger, restoreProject } from './command-restore.ts'
import { mirrorHold, mirrorRelease, updateProject } from './command-update.ts'

export function commandItems(situation: Situation, ledger: Ledger, command: Command): CommandItems {
  switch (command.type) {
    case 'project.delete':
      return deleteProject(situation, command.project, command.shown)
    case 'directory.delete':
      return deleteDirectory(situation, command.directory, command.only)
    case 'project.update':
      return updateProject(situation, command)
    case 'project.restore':
      return restoreProject(situation, ledger, command.projectId)
    case 'project.hold':
      return mirrorHold(situation, command.projectId, command.until)
    case 'project.release':
      return mirrorRelease(situation, command.projectId, command.tags)
  }
}
