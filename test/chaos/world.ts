/** The world a sequence happens in: folders with a meaning, the policies that rule them, and the people who decide. */

import type { Who } from '../../src/workspace/ledger/asks.ts'

export const DAY = 86_400_000
export const HOUR = 3_600_000

/** Real time at which the sequences begin; policy time begins here too. */
export const START = Date.now()

const OLD = { created: START - 400 * DAY, modified: START - 300 * DAY }

/** Two projects for each rule, and some that nothing may ever touch. */
export const PROJECTS: readonly object[] = [
  ...['Free', 'Ask', 'Both', 'Shelf', 'Note', 'Dir/one'].flatMap((folder) =>
    ['a', 'b'].map((name) => ({
      name: `${folder}/${name}`,
      ...OLD,
      files: [{ name: 'main.py', content: `# ${folder} ${name}\n` }],
      parameters: [{ key: 'fast', value: '5' }],
    })),
  ),
  { name: 'Free/kept', ...OLD, description: '[keep]' },
  { name: 'Free/running', ...OLD, codeRunning: true },
  { name: 'Free/live', ...OLD, live: [{ status: 'Running' }] },
  { name: 'Free/theirs', ...OLD, ownerId: 9, owner: false },
  { name: 'Free/locked', ...OLD, encrypted: true },
  { name: 'Production/x', ...OLD },
  { name: 'Dir', ...OLD },
  { name: 'Dir/onerous/x', ...OLD },
  { name: 'Library/tools', ...OLD },
]

/** Folders whose projects a rule deletes, and what it asks first. */
export const ASKED = { Ask: 1, Both: 2 } as const

const CAPS = { per_run: 3, per_day: 5 }

export { CAPS }

const rule = (id: string, when: string, then: string, approve = 'never', more = '') => `
[[rule]]
id = "${id}"
why = "A sequence wants it."
when = ${when}
then = "${then}"
after = "24h"
${then === 'describe' ? '' : 'notice = "0h"\n'}approve = "${approve}"
enforce = true
${more}`

const base = (idle: number) => `
[limits]
per_run = ${CAPS.per_run}
per_day = ${CAPS.per_day}
percent = 100
[protect]
paths = ["Production/**"]
[[person]]
name = "Ann"
may = ["operate", "approve"]
[[person]]
name = "Ben"
may = ["operate", "approve"]
[[person]]
name = "Dot"
may = ["operate"]
${rule('free', `{ path = "Free/*", idle = ">${idle}d" }`, 'delete')}
${rule('ask', `{ path = "Ask/*", idle = ">${idle}d" }`, 'delete', 'always')}
${rule('both', `{ path = "Both/*", idle = ">${idle}d" }`, 'delete', 'two')}
${rule('shelf', `{ path = "Shelf/*", idle = ">${idle}d" }`, 'archive')}
${rule('note', '{ path = "Note/*", stamped = false }', 'describe', 'never', 'to = "idle {idle-days} d"')}
${rule('dir', `{ path = "Dir/*", idle = ">${idle}d" }`, 'delete', 'never', 'unit = "directory"')}
`

/** The policies somebody may deploy in the middle of it. */
export const POLICIES: readonly string[] = [
  base(90),
  base(120),
  `${base(90)}\n# another word`,
  base(90).replaceAll('enforce = true', 'enforce = false'),
]

export const ANN: Who = { kind: 'person', name: 'Ann' }
export const BEN: Who = { kind: 'person', name: 'Ben' }
/** May operate, not approve. */
export const DOT: Who = { kind: 'person', name: 'Dot' }
export const EVE: Who = { kind: 'person', name: 'Eve' }
export const TOKEN: Who = { kind: 'token' }
