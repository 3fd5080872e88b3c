/**
 * Agents (§12, "Agent Management" of the docs): one that works in a project holds its edit lock and saves the first file
 * every ten minutes. The date of the project shows that only where saving a file surely moves it.
 */
import type { StoredFile, StoredProject } from './entities.ts'
import type { Switches } from './switches.ts'

const pause = 600_000

/** When a file was last saved, by a person or by the agent. */
export function savedAt(project: StoredProject, file: StoredFile, now: number): number {
  return project.agent && file === project.files[0] ? Math.max(file.modified, now - (now % pause)) : file.modified
}

/** When a project was last modified, as its date says. */
export function modifiedAt(project: StoredProject, now: number, { fileMoves }: Pick<Switches, 'fileMoves'>): number {
  const [first] = project.files
  return first && fileMoves === 'yes' && project.agent
    ? Math.max(project.modified, savedAt(project, first, now))
    : project.modified
}
