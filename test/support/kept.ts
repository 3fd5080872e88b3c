/** All that a workspace keeps: every row of every table, and every key, value and note of the store of records. */

import type { World } from './world.ts'

export interface Kept {
  readonly where: string
  readonly text: string
}

export async function allKept(world: World): Promise<readonly Kept[]> {
  return [...(await inTables(world)), ...(await inRecords(world))]
}

/** One text for each column of a table. */
async function inTables(world: World): Promise<readonly Kept[]> {
  const cells = await world.inside(({ storage }) => {
    const tables = storage.sql
      .exec<{ name: string; sql: string }>(
        `SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
      )
      .toArray()
    return tables.flatMap(({ name, sql }) => [
      { where: `table ${name}, its definition`, value: sql as SqlStorageValue },
      ...storage.sql
        .exec(`SELECT * FROM "${name}"`)
        .toArray()
        .flatMap((row) =>
          Object.entries(row).map(([column, value]) => ({ where: `table ${name}, column ${column}`, value })),
        ),
    ])
  })
  const texts = new Map<string, string[]>()
  for (const { where, value } of cells) texts.set(where, [...(texts.get(where) ?? []), await textOf(value)])
  return [...texts].map(([where, all]) => ({ where, text: all.join('\n') }))
}

async function inRecords({ log }: World): Promise<readonly Kept[]> {
  const kept: Kept[] = []
  for (let cursor: string | undefined, done = false; !done; ) {
    const page = await log.list(cursor === undefined ? {} : { cursor })
    for (const key of page.keys) {
      const value = await log.get(key.name, 'arrayBuffer')
      kept.push({ where: `record ${key.name.split('/')[0]}`, text: `${JSON.stringify(key)}\n${await textOf(value)}` })
    }
    done = page.list_complete
    cursor = page.list_complete ? undefined : page.cursor
  }
  return kept
}

async function textOf(value: SqlStorageValue): Promise<string> {
  if (!(value instanceof ArrayBuffer)) return String(value)
  const [first, second] = new Uint8Array(value)
  const isGzip = first === 0x1f && second === 0x8b
  const body = new Response(value).body?.pipeThrough(new DecompressionStream('gzip'))
  return isGzip ? new Response(body).text() : new TextDecoder('latin1').decode(value)
}
