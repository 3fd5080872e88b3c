/**
 * `npm run bench -- --storage`: what a workspace costs of both stores in a year, beside the Free plan. A row takes up to an
 * hour; rows that were measured are kept, so that the command goes on where it was interrupted.
 */

import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cost } from '../support/node/storage-cost.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const KEPT = join(root, 'node_modules', '.cache', 'bench-storage.json')

const MODES = ['quiet', 'waiting', 'working'] as const
const ROWS = [
  ...MODES.map((mode) => `500 ${mode}`),
  ...MODES.flatMap((mode) => [`5000 ${mode}`, `5000 ${mode} filled`]),
  ...MODES.flatMap((mode) => [`50000 ${mode}`, `50000 ${mode} filled`]),
]

/** A day of the Free plan, and what it keeps. */
const FREE = { rowsWritten: 100_000, rowsRead: 5_000_000, kvWrites: 1_000, sqlBytes: 5e9, kvBytes: 1e9 }

const words = process.argv.slice(2)
const only = words.includes('--only') ? words[words.indexOf('--only') + 1] : undefined
const kept = words.includes('--again') ? {} : await readKept()
for (const row of ROWS.filter((one) => only === undefined || one === only)) {
  if (kept[row] === undefined || only !== undefined) {
    console.error(`${row} …`)
    const cost = await measure(row)
    if (cost === null) process.exitCode = 1
    else kept[row] = cost
    await mkdir(dirname(KEPT), { recursive: true })
    await writeFile(KEPT, JSON.stringify(kept))
  }
}
print(kept)

function measure(row: string): Promise<Cost | null> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const file = 'test/workspace/storage-row.test.ts'
  const env = { ...process.env, STORAGE_ROW: row }
  const child = spawn(process.execPath, [vitest, 'run', file, '--project', 'workers'], { cwd: root, env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data))
  return new Promise((resolve) => {
    child.on('exit', () => {
      const line = /^MEASURED (.*)$/m.exec(said)?.[1]
      if (line === undefined) console.error(said.slice(-4_000))
      resolve(line === undefined ? null : (JSON.parse(line) as Cost))
    })
  })
}

async function readKept(): Promise<{ [row: string]: Cost }> {
  try {
    return JSON.parse(await readFile(KEPT, 'utf8')) as { [row: string]: Cost }
  } catch {
    return {}
  }
}

function print(measured: { readonly [row: string]: Cost }): void {
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  const of = (value: number, limit: number) => `${value.toLocaleString('en')} (${((100 * value) / limit).toFixed(1)} %)`
  const table = ROWS.flatMap((row) => {
    const cost = measured[row]
    if (cost === undefined) return []
    return [
      {
        row,
        'rows written a day': of(cost.mostRowsWritten, FREE.rowsWritten),
        'rows read a day': of(cost.mostRowsRead, FREE.rowsRead),
        'KV writes a day': of(cost.mostKvWrites, FREE.kvWrites),
        database: mb(cost.sqlBytes),
        'KV after 400 days': mb(cost.kvSteadyBytes),
      },
    ]
  })
  console.table(table)
  console.log('Beside the Free plan: 100,000 rows written, 5 million read and 1,000 KV writes a day; 5 GB; 1 GB of KV.')
}
