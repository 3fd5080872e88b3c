/** What a backup is, and how it is shown: in a list, and one of them with its files. */

import { canonicalJson, sha256Hex } from '../core/base/canonical.ts'
import type { Parameter } from '../core/evidence/project.ts'

/** Everything a rebuild needs. Dates are milliseconds, UTC; null = could not be read. */
export interface Backup {
  readonly version: 1
  readonly projectId: number
  readonly organizationId: string
  readonly name: string
  readonly created: number
  readonly modified: number
  readonly language: string
  readonly description: string
  readonly parameters: readonly Parameter[]
  readonly libraries: readonly number[]
  readonly files: readonly { readonly name: string; readonly content: string; readonly modified: number | null }[]
}

/** SHA-256 over the canonical JSON of the backup: the same project gives the same hash. */
export function hashBackup(backup: Backup): Promise<string> {
  return sha256Hex(canonicalJson(backup))
}

/** A verified backup as the list shows it. */
export interface BackupView {
  readonly projectId: number
  /** The project's full name when it was made. */
  readonly name: string
  /** The run that made it. */
  readonly run: string
  /** When it was put, ISO 8601 UTC. */
  readonly at: string
  readonly files: number
  /** Bytes of the files in UTF-8; null for a backup from before they were counted. */
  readonly size: number | null
  /** Where it is in KV. */
  readonly key: string
}

/** One of them with everything in it. `hash` is over what is in `Backup`: all but these four. */
export interface ShownBackup extends Backup {
  readonly key: string
  readonly run: string
  /** When it was put, ISO 8601 UTC. */
  readonly at: string
  readonly hash: string
}

export function sizeOf({ files }: Backup): number {
  const encoder = new TextEncoder()
  return files.reduce((sum, { content }) => sum + encoder.encode(content).length, 0)
}
