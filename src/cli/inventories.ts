/** Series of inventories for a back-test: a folder of files, or what a Worker has stored. Read one at a time. */

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Inventory } from '../core/evidence/project.ts'
import { readAdminToken } from './account.ts'
import { type Terminal, Unable } from './command.ts'
import { readInventory } from './inventory-json.ts'
import { counted } from './paint.ts'
import { shown } from './policy-file.ts'
import { readAnyText, unreadable } from './read-text.ts'
import { parseJson } from './source.ts'
import { workerApi } from './worker-api.ts'

/** One inventory that can be read. */
export interface Entry {
  /** Policy time, milliseconds. */
  readonly at: number
  /** Null when it is not there any more. */
  read(): Promise<Inventory | null>
}

/** The JSON files of a folder, oldest first. Each must say when it was read. */
export async function folderEntries(folder: string, { say }: Pick<Terminal, 'say'>): Promise<readonly Entry[]> {
  const files = await readdir(folder).catch((error: Error) => error)
  if (files instanceof Error) throw unreadable(`The folder ${shown(folder)}`, files)
  const entries: Entry[] = []
  for (const file of files.filter((name) => name.endsWith('.json'))) {
    if (entries.length % 100 === 0) say(`Looking into ${shown(folder)}: ${counted(entries.length, 'inventory')} …`)
    const path = join(folder, file)
    // Not kept: half a year of hourly inventories is more than fits into memory.
    const { at } = await fromFile(path)
    entries.push({ at, read: () => fromFile(path) })
  }
  if (entries.length === 0) throw new Unable(`The folder ${shown(folder)} holds no .json file.`)
  return entries.sort((a, b) => a.at - b.at)
}

async function fromFile(path: string): Promise<Inventory> {
  const text = await readAnyText(path, shown(path))
  const { inventory, isDated } = readInventory(parseJson(text, shown(path)), shown(path), 0)
  if (isDated) return inventory
  throw new Unable(`${shown(path)} does not say when it was read. Add "at": a date, or milliseconds since 1970.`)
}

/** What a Worker stored of the last so many days before its newest inventory, oldest first. */
export async function workerEntries(
  address: string,
  env: string,
  spanMs: number,
  { say }: Pick<Terminal, 'say'>,
): Promise<readonly Entry[]> {
  const worker = workerApi(address, await readAdminToken(env))
  const entries: Entry[] = []
  let cursor: string | null = null
  do {
    say(`Asking ${address} for its inventories: ${entries.length} …`)
    const page: Awaited<ReturnType<typeof worker.inventories>> = await worker.inventories(cursor)
    for (const { run, at } of page.inventories) {
      const where = `Inventory ${run} of ${address}`
      const read = async () => {
        const stored = await worker.storedInventory(run)
        // Runs that saw the same share one, which says when it was first seen so.
        return stored === null
          ? null
          : { ...readInventory(stored, where, Date.parse(at)).inventory, at: Date.parse(at) }
      }
      entries.push({ at: Date.parse(at), read })
    }
    const [newest, oldest] = [entries[0]?.at ?? 0, entries.at(-1)?.at ?? 0]
    cursor = newest - oldest > spanMs ? null : page.cursor
  } while (cursor !== null)
  if (entries.length === 0) throw new Unable(`${address} has no stored inventory yet; each good run stores one.`)
  return entries.sort((a, b) => a.at - b.at)
}
