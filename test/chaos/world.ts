/** The world a sequence happens in: folders with a meaning, the policies that rule them, and the people who decide. */

import type { Who } from '../../src/workspace/ledger/asks.ts'

export const DAY = 86_400_000
export const HOUR = 3_600_000

/** Real time at which the sequences begin; policy time begins here too. */
export const START = Date.now()

const OLD = { created: START - 400 * DAY, modified: START - 300 * DAY }

/** Two projects for each rule, and some that nothing may ever touch. */
export const PROJECTS: readonly object[] = [
  ...['Free', 'Ask', 'Both', 'Once', 'Told', 'Shelf', 'Note', 'Dir/one'].flatMap((folder) =>
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
  { name: 'Free/pinned', ...OLD, isPinned: true },
  { name: 'Production/x', ...OLD },
  { name: 'Dir', ...OLD },
  { name: 'Dir/onerous/x', ...OLD },
  { name: 'Library/tools', ...OLD },
]

/** Folders whose projects a rule deletes, and how many people it asks first, each time. */
export const ASKED: { readonly [folder: string]: number } = { Ask: 1, Both: 2 }

/** A rule deletes here once somebody has approved it; that goes for what follows. */
export const STANDING = 'Once'

/** A rule deletes here so long after a message about it was delivered. */
export const TOLD = { folder: 'Told', notice: 24 * HOUR } as const

/** Folders that a rule sees to; each rule is about projects that nobody has worked on for so many days. */
export const RULED: readonly string[] = ['Free', 'Ask', 'Both', STANDING, TOLD.folder, 'Shelf', 'Note', 'Dir']

/** The organization of the API user. */
export const OWN = '5cad178b20a1d52567b534553413b691'

const CAPS = { per_run: 3, per_day: 5 }

export { CAPS }

/** The address that is told; nothing is behind it but the sequence. */
export const RECEIVER = 'https://receiver.example/in'

export const SETTINGS = {
  WEBHOOK_URLS: RECEIVER,
  WEBHOOK_SIGNING_SECRETS: 'whsec_W0vYJ2qQ1H2m8m4J3qk3b8uSg1V1cHk6p0mWJ0YkTq0=',
} as const

const rule = (id: string, when: string, then: string, approve = 'never', more = '', notice = '0h') => `
[[rule]]
id = "${id}"
why = "A sequence wants it."
when = ${when}
then = "${then}"
after = "24h"
${then === 'describe' ? '' : `notice = "${notice}"\n`}approve = "${approve}"
enforce = true
${more}`

const base = (idle: number) => `
[limits]
per_run = ${CAPS.per_run}
per_day = ${CAPS.per_day}
percent = 100
[notify]
channels = ["webhook"]
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
${rule('once', `{ path = "Once/*", idle = ">${idle}d" }`, 'delete', 'first')}
${rule('told', `{ path = "Told/*", idle = ">${idle}d" }`, 'delete', 'never', '', '24h')}
${rule('shelf', `{ path = "Shelf/*", idle = ">${idle}d" }`, 'archive')}
${rule('note', '{ path = "Note/*", stamped = false }', 'describe', 'never', 'to = "idle {idle-days} d"')}
${rule('dir', `{ path = "Dir/*", idle = ">${idle}d" }`, 'delete', 'never', 'unit = "directory"')}
`

/** Days nobody may have worked on what a rule takes, by the policy. */
export const IDLE_DAYS: readonly number[] = [90, 120, 90, 90]

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
