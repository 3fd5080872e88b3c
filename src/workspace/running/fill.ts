/**
 * Writes what a backup holds into the project that a restore made, and never over anybody's work (G24): first the files, then
 * in one call description, parameters, libraries and the final name. How far it is, is kept after every call, so that a
 * killed process or a lost answer is followed by a look, never by a blind repeat.
 */

import type { Backup } from '../../records/backups.ts'
import type { ItemRow } from '../ledger/items.ts'
import { writeFields } from './fill-fields.ts'
import { lookAtFiles, writeFiles } from './fill-files.ts'
import { type Filled, open } from './fill-work.ts'
import type { Slice } from './slice.ts'

export async function fill(slice: Slice, row: ItemRow, backup: Backup): Promise<Filled> {
  const work = open(slice, row)
  return (await writeFiles(work, backup)) ?? (await lookAtFiles(work, backup)) ?? (await writeFields(work, backup))
}
