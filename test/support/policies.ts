/** Small policies that tests put together, and projects for them. */

import { DAY } from './world.ts'

/** Caps out of the way; what they do has tests of its own. */
export const NO_CAPS = `
[limits]
per_run = 1000
per_day = 1000
percent = 100
stamps_per_run = 1000
`

/** One rule that acts by itself, as TOML; `more` may replace nothing but adds keys. */
export function rule(id: string, when: string, then: string, more = ''): string {
  return `
[[rule]]
id = "${id}"
why = "A test wants it."
when = ${when}
then = "${then}"
after = "24h"
${then === 'report' || then === 'describe' || then === 'rename' ? '' : 'notice = "0h"\n'}approve = "never"
enforce = true
${more}
`
}

/** Deletes projects inside `Old` that nobody touched for a quarter, a day after they were marked. */
export const DELETE_OLD = `${NO_CAPS}${rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')}`

/** Before the `now` of any test, so that nothing here lies in its future. */
const START = Date.now()

/** A project nobody touched for a long time. */
export function stale(name: string, fields: object = {}): object {
  return { name, created: START - 400 * DAY, modified: START - 200 * DAY, ...fields }
}

/** So many stale projects inside `Old`. */
export function staleMany(count: number): readonly object[] {
  return Array.from({ length: count }, (_, n) => stale(`Old/p${n}`))
}
