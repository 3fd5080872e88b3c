/** What a command or an undo writes to one project. */

import type { Parameter } from '../evidence/project.ts'

export interface Change {
  /** The new full name. */
  readonly name?: string
  /** The whole new description. */
  readonly description?: string
  /** The whole new set. */
  readonly parameters?: readonly Parameter[]
}
