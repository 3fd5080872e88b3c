/**
 * What nothing overrides: the absolute protections (G2), `[protect]` of the policy, and holds. Rules, commands and the
 * re-check before a call all ask here.
 */

import { writtenHold } from '../base/hold.ts'
import { placeOf } from '../base/names.ts'
import { createdOf, type Facts, isLinked, once, openFacts, runsLive } from '../evidence/facts.ts'
import type { Hold, Memory } from '../evidence/memory.ts'
import { type Evidence, type Inventory, isUnknown, type Project } from '../evidence/project.ts'
import type { Policy } from '../policy/policy.ts'
import type { Protection, Reading, Reason } from '../policy/reason.ts'

/** `yes`: protected or held; `unknown`: it may be, and something that decides could not be read. */
export interface ProtectionReading {
  readonly reading: Reading
  readonly protectedBy: readonly Reason[]
  readonly heldBy: readonly Reason[]
  readonly unknown: readonly Reason[]
}

export function protections(
  policy: Policy,
  inventory: Inventory,
  memory: Memory,
  now: number,
): (project: Project) => ProtectionReading {
  const facts = openFacts(inventory, memory, now)
  return (project) => protectionOf(policy, facts, project)
}

/** What is not known of a project whose row in the list could not be read whole. */
export const WHOLE_ROW = 'its whole row in the list'

const NONE: readonly Reason[] = []
/** Nothing protects it, and everything that could is known. */
export const CLEAR: ProtectionReading = { reading: 'no', protectedBy: NONE, heldBy: NONE, unknown: NONE }

export function protectionOf(policy: Policy, facts: Facts, project: Project): ProtectionReading {
  let protectedBy = NONE
  let unknown = NONE
  const { organizationId } = project

  const place = placeOf(project.path)
  if (place !== null) protectedBy = ONLY[place]
  if (isUnknown(organizationId)) unknown = [unread('organizationId', organizationId.unknown)]
  else if (organizationId !== facts.inventory.organizationId)
    protectedBy = joined(protectedBy, ONLY['other organisation'])
  for (let i = 0; i < EVIDENCE.length; i++) {
    const evidence = EVIDENCE[i] as SingleFact
    const value = evidence.of(facts, project)
    if (value === false) continue
    if (value === true) protectedBy = joined(protectedBy, ONLY[evidence.what])
    else unknown = joined(unknown, [unread(evidence.fact, value.unknown)])
  }
  if (project.unreadable !== null) unknown = joined(unknown, [unread(WHOLE_ROW, project.unreadable.unknown)])
  if (policy.protect.ids.has(project.id)) protectedBy = joined(protectedBy, ONLY['policy id'])
  const { paths } = policy.protect
  for (let i = 0; i < paths.length; i++) {
    const path = paths[i]
    if (path?.matches(project.path) === true) protectedBy = joined(protectedBy, reasonsOf(path))
  }

  const heldBy = holdsOn(policy.timezone, facts, project)
  if (heldBy === NONE && unknown === NONE) {
    const shared = SHARED.get(protectedBy)
    if (shared !== undefined) return shared
  }
  const reading = protectedBy === NONE && heldBy === NONE ? 'unknown' : 'yes'
  return { reading, protectedBy, heldBy, unknown }
}

/** Most lists have one reason and are shared; few need one of their own. */
function joined(some: readonly Reason[], more: readonly Reason[]): readonly Reason[] {
  return some === NONE ? more : [...some, ...more]
}

type Simple = Exclude<Protection, { readonly what: 'policy path' }>['what']

type ProtectedPath = Policy['protect']['paths'][number]

const PATHS = new WeakMap<ProtectedPath, readonly Reason[]>()

/** The list of the one reason that a path of `[protect]` is. */
function reasonsOf(path: ProtectedPath): readonly Reason[] {
  return once(PATHS, path, ({ pattern }) => [protectedReason({ what: 'policy path', pattern })])
}

/** Lists of a single reason, shared by all projects that have just that one. */
const ONLY = Object.fromEntries(
  (
    [
      'bin',
      'library folder',
      'boot camp',
      'other organisation',
      'not owned',
      'live',
      'code running',
      'used as library',
      'encrypted',
      'pinned',
      'policy id',
    ] as const satisfies readonly Simple[]
  ).map((what): readonly [Simple, readonly Reason[]] => [what, [protectedReason({ what })]]),
) as { readonly [what in Simple]: readonly Reason[] }

/** Readings that need no object of their own: nothing protects the project, or one thing that protects many. */
const SHARED: ReadonlyMap<readonly Reason[], ProtectionReading> = new Map([
  [NONE, CLEAR],
  ...Object.values(ONLY).map((protectedBy): readonly [readonly Reason[], ProtectionReading] => {
    return [protectedBy, { reading: 'yes', protectedBy, heldBy: NONE, unknown: NONE }]
  }),
])

interface SingleFact {
  readonly what: Simple
  readonly fact: string
  readonly of: (facts: Facts, project: Project) => Evidence<boolean>
}

/** Protections that a single fact decides: true protects, unknown makes the project not judged. */
const EVIDENCE: readonly SingleFact[] = [
  { what: 'not owned', fact: 'owner', of: (_facts, { owned }) => (isUnknown(owned) ? owned : !owned) },
  { what: 'live', fact: 'the list of live deployments', of: runsLive },
  { what: 'code running', fact: 'codeRunning', of: (_facts, project) => project.codeRunning },
  { what: 'used as library', fact: 'use as a library', of: isLinked },
  { what: 'encrypted', fact: 'encrypted', of: (_facts, project) => project.encrypted },
  { what: 'pinned', fact: 'isPinned', of: (_facts, project) => project.pinned },
]

/** Holds in force: rows of the ledger, and what the description asks for. Either one holds. */
function holdsOn(zone: string, facts: Facts, project: Project): readonly Reason[] {
  const rows = facts.memory.holds.get(project.id)
  const held = rows === undefined ? NONE : rowsInForce(rows, facts, project)
  const written = writtenHold(project.description, zone)
  if (written === null || (written.until !== null && written.until <= facts.now)) return held
  return [...held, { kind: 'held', where: 'description', ...written }]
}

function rowsInForce(rows: readonly Hold[], facts: Facts, project: Project): readonly Reason[] {
  const held = rows.flatMap((hold): readonly Reason[] => {
    // A project whose `created` cannot be read may well be the one that was held.
    if (hold.created !== project.created && !isUnknown(createdOf(facts, project))) return []
    if (hold.until !== null && hold.until < facts.now) return []
    return [{ kind: 'held', where: 'ledger', by: hold.by, until: hold.until }]
  })
  return held.length === 0 ? NONE : held
}

function protectedReason(by: Protection): Reason {
  return { kind: 'protected', by }
}

function unread(what: string, why: string): Reason {
  return { kind: 'unknown', rule: null, what, why }
}
