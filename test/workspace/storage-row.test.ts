/** One row of `npm run bench -- --storage`: `<projects> <mode>`, or `<projects> <mode> filled`. */

import { inject, it } from 'vitest'
import { countedWorld, fill, type Mode, simulate } from '../support/storage-days.ts'

/** Simulated hours, and the days that a filled store has behind it. */
const HOURS: { readonly [projects: string]: { readonly empty: number; readonly filled: number } } = {
  500: { empty: 365 * 24, filled: 0 },
  5000: { empty: 30 * 24, filled: 32 * 24 },
  50000: { empty: 48, filled: 48 },
}
const FILLED_DAYS = 370

it('measures', { timeout: 3_600_000 }, async () => {
  const row = inject('storageRow')
  const [projects = '', mode = '', filled] = row.split(' ')
  const hours = HOURS[projects]
  if (hours === undefined) throw new Error(`There is no row "${row}".`)
  const made = await countedWorld(mode as Mode, Number(projects))
  if (filled !== undefined) {
    await simulate(made, mode as Mode, 48)
    await fill(made.world, FILLED_DAYS)
  }
  const cost = await simulate(made, mode as Mode, filled === undefined ? hours.empty : hours.filled)
  console.log(`MEASURED ${JSON.stringify(cost)}`)
})
