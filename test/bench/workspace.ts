/** A generated workspace of any size for benchmarks: nested directories, clones, sweeps, libraries; the same each time. */

import type { Mark, Memory } from '../../src/core/evidence/memory.ts'
import type { Inventory, Project } from '../../src/core/evidence/project.ts'

export const DAY = 86_400_000
export const NOW = Date.UTC(2026, 10, 24, 12)

/** A memory with nothing in it. */
export const NOTHING: Memory = { marks: [], holds: [], ownWrites: [], notices: [], moves: [], noBackups: [] }

/** Ten rules of all kinds: directories, keep, nesting, every action; only cheap predicates. */
export const TEN_RULES = `
timezone = "America/New_York"
[protect]
paths = ["Production/**", "Shared/*/core"]
ids = [17]
[limits]
per_run = 100000
per_day = 100000
percent = 100
stamps_per_run = 100000
[window]
days = "Mon-Fri"
hours = "00:00-24:00"
${[
  `id = "stale-folder"\nunit = "directory"\nwhen = { path = "Research/*", idle = ">90d" }\nthen = "archive"`,
  `id = "clones"\nwhen = { name = ["Clone of*", "test*", "tmp*"], idle = ">30d", collaborators = "<=1" }\nunless = { used-as-library = true }\nthen = "delete"`,
  `id = "sweeps"\nwhen = { path = "Sweeps/**" }\nkeep = { newest = 5, per = "directory", by = "activity" }\nthen = "archive"`,
  `id = "old-archive"\nwhen = { path = "Archive/**", idle = ">180d", live = ">180d" }\nthen = "delete"`,
  `id = "empty"\nwhen = { age = ">900d", parameters = "=0", description = "empty" }\nunless = [{ description = "?*" }, { collaborators = ">1" }]\nthen = "delete"`,
  `id = "no-description"\nwhen = { description = "empty", stamped = false, age = ">3d", path = "Team/**" }\nthen = "describe"\nto = "idle {idle-days} d, owner {owner}"`,
  `id = "csharp"\nwhen = { language = "C#", any = [{ idle = ">400d" }, { live = ">400d", age = ">500d" }] }\nthen = "report"`,
  `id = "numbered"\nwhen = { path = "Team/*/*", name = "* 2", idle = ">200d" }\nthen = "rename"\nto = "{name} old"`,
  `id = "nobody"\nwhen = { owner = "Nobody", idle = ">10d" }\nthen = "delete"`,
  `id = "not-mine"\nwhen = { not = { owner = "me" }, idle = ">100d" }\nthen = "report"`,
]
  .map((rule) => `[[rule]]\nwhy = "bench"\nenforce = true\napprove = "never"\nafter = "14d"\nnotice = "0h"\n${rule}`)
  .join('\n')}
`

/** The same, and one more that ranks all projects against one another. */
export const KEEP_OF_ALL = `${TEN_RULES}
[[rule]]
id = "newest-of-all"
why = "bench"
when = { age = ">3d" }
keep = { newest = 5, per = "rule", by = "activity" }
then = "archive"
notice = "0h"
enforce = true
`

const AREAS = ['Research', 'Sweeps', 'Team', 'Archive', 'CI'] as const
const NAMES = [
  'Momentum',
  'Mean Reversion',
  'Pensive Black Sheep',
  'Calm Yellow Owl',
  'Carry',
  'Momentum 2',
  'Clone of Mean Reversion',
  'test',
] as const
const SPECIAL = ['Production', 'Library', 'Recycle Bin'] as const

export function workspaceOf(size: number): Inventory {
  const random = numbers(7)
  const projects: Project[] = []
  for (let i = 0; i < size; i++) projects.push(projectAt(i, size, random))
  return { at: NOW, organizationId: ORGANISATION, projects, running: [projects[3]?.id ?? 0], paid: {}, activity: {} }
}

/** The marks of a workspace that was swept daily: what is wanted has been marked for one to fifteen days. */
export function sweptDaily(marks: readonly Mark[]): Memory {
  const aged = marks.map((mark) => ({ ...mark, since: NOW - (1 + (mark.projectId % 15)) * DAY }))
  return { marks: aged, holds: [], ownWrites: [], notices: [], moves: [], noBackups: [] }
}

const ORGANISATION = '5cad178b20a1d52567b534553413b691'

function projectAt(i: number, size: number, random: () => number): Project {
  const areas = random() < 0.9 ? AREAS : SPECIAL
  const area = areas[Math.floor(random() * areas.length)] ?? 'Team'
  const folder = Math.floor(random() * (size / 100))
  const name = NAMES[Math.floor(random() * NAMES.length)]
  const path = random() < 0.5 ? `${area}/f${folder}/${name} ${i}` : `${area}/f${folder}/deep/${name}`
  const created = NOW - Math.floor(random() * 1000 * DAY)
  return {
    id: 20_000_000 + i,
    name: path,
    path,
    organizationId: ORGANISATION,
    created,
    modified: created + Math.floor(random() * (NOW - created)),
    owned: random() < 0.95,
    ownerId: 123,
    ownerName: 'Mia',
    language: random() < 0.8 ? 'Py' : 'C#',
    description:
      ['', '', 'Trades momentum.', 'Mean reversion on ETFs', 'A strategy of last summer [v2].'][
        Math.floor(random() * 5)
      ] ?? '',
    parameters: [],
    libraries: random() < 0.03 ? [20_000_000 + Math.floor(random() * size)] : [],
    collaborators: random() < 0.8 ? 1 : 2,
    encrypted: false,
    pinned: false,
    shared: false,
    codeRunning: false,
    lastLive: random() < 0.9 ? null : created,
    unreadable: null,
  }
}

/** Mulberry32: small, and the same on every machine. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
