/** Rows of the list of projects that could not be read whole: which, why, and whether they protect others. */

import { type Inventory, isUnknown, NO_PATH } from './project.ts'

export interface UnreadableRow {
  /** Null where the id itself could not be read. */
  readonly projectId: number | null
  /** In words. */
  readonly why: string
  /**
   * What is unknown of others for it: an unreadable `libraries` could link any project, an unreadable name could be inside
   * any directory. Null: it is its own trouble alone.
   */
  readonly protects: 'libraries' | 'directories' | 'both' | null
}

/** Those that protect others first, then by id. */
export function unreadableRows({ projects }: Inventory): readonly UnreadableRow[] {
  const rows: UnreadableRow[] = []
  for (let place = 0; place < projects.length; place++) {
    const project = projects[place]
    if (project === undefined) continue
    const { id, path, libraries, unreadable } = project
    if (unreadable === null && !isUnknown(libraries)) continue
    const why = [unreadable?.unknown, isUnknown(libraries) ? libraries.unknown : undefined]
    rows.push({
      projectId: id < 0 ? null : id,
      why: why.filter((one) => one !== undefined).join(', '),
      protects: protectsOf(isUnknown(libraries), path === NO_PATH),
    })
  }
  const rank = ({ protects }: UnreadableRow) => (protects === null ? 1 : 0)
  return rows.sort((a, b) => rank(a) - rank(b) || (a.projectId ?? 0) - (b.projectId ?? 0))
}

function protectsOf(libraries: boolean, directories: boolean): UnreadableRow['protects'] {
  if (libraries && directories) return 'both'
  if (libraries) return 'libraries'
  return directories ? 'directories' : null
}
