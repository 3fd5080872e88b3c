/**
 * What a project, a directory, an inventory and evidence are. Everything the policy engine looks at is one of these
 * values; where they come from (the API, a stored snapshot, a file) is not its business.
 */

/** A fact that could not be read, with the reason in words. Unknown never destroys (promise G1). */
export interface Unknown {
  readonly unknown: string
}

/** The same with a code for programs, where the reason is one of a few. */
export interface Doubt extends Unknown {
  readonly code?: UnknownCode
}

export type UnknownCode = 'activity-not-read'

/** A fact with three values: what was read, that nothing is there (a value of `T`), or that it could not be read. */
export type Evidence<T> = T | Unknown

/** Whether a fact could not be read. */
export function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && 'unknown' in value
}

export interface Parameter {
  readonly key: string
  readonly value: string
  /** What else the API says of it, such as `min`, `max`, `step` and `type`: written back as it was read. */
  readonly more?: { readonly [field: string]: string | number | boolean }
}

/** One project as `projects/read` shows it, reduced to what rules and plans use. Dates are milliseconds, UTC. */
export interface Project {
  /** Of a row whose id could not be read, a negative number of our own: no project of QuantConnect has one. */
  readonly id: number
  /** The full name exactly as the API wrote it; what a backup stores and an undo writes back. */
  readonly name: string
  /** The name without leading, trailing and double slashes; what patterns are matched against. */
  readonly path: string
  readonly organizationId: Evidence<string>
  readonly created: Evidence<number>
  readonly modified: Evidence<number>
  /** Whether the caller owns it. */
  readonly owned: Evidence<boolean>
  readonly ownerId: Evidence<number>
  /** The owner's name among the collaborators, or "" when the list does not tell. */
  readonly ownerName: string
  readonly language: string
  readonly description: string
  readonly parameters: readonly Parameter[]
  /** Ids of the libraries it links. */
  readonly libraries: Evidence<readonly number[]>
  /** How many collaborators the API lists, the owner included. */
  readonly collaborators: number
  readonly encrypted: Evidence<boolean>
  /** Whether the user whose token this is has pinned it; pins of others are not visible. */
  readonly pinned: Evidence<boolean>
  /** Whether a backtest of it is shared by a public link. */
  readonly shared: Evidence<boolean>
  readonly codeRunning: Evidence<boolean>
  /** Last live deployment; null = never. */
  readonly lastLive: Evidence<number | null>
  /**
   * Why the row could not be read whole, where what could not be read has no "unknown" of its own; null when it could. No
   * rule decides about such a project and nothing is written to it: the fields named in the reason hold only fillers.
   */
  readonly unreadable: Unknown | null
}

/** The path that stands for a name that could not be read; no project has it otherwise. */
export const NO_PATH = ''

/** Facts that cost one API call per project; absent = not read (yet). */
export interface PaidEvidence {
  readonly backtests?: Evidence<{ readonly count: number; readonly last: number | null }>
  readonly files?: Evidence<{ readonly count: number; readonly bytes: number }>
}

export type PaidKind = keyof PaidEvidence

/**
 * What was read of a project's activity beyond the list (G31). Dates are milliseconds, UTC; the times of reading are policy
 * time. Its dates count as long as it is there; that nothing newer happened is known only while the reading is good.
 */
export interface ActivityReading {
  /** `created` of the project: identity is id and created (G16). */
  readonly created: number
  /** The effective `modified` of the list that it was read beside. */
  readonly listModified: number
  /** The same as the list itself had it. */
  readonly listed: number
  /** What else its row showed then (`row-hash.ts`). */
  readonly rowHash: string
  /** Date of the newest file; null = not read. */
  readonly files: number | null
  /** When the newest backtest was created; null = there is none, or it was not read. */
  readonly backtest: number | null
  /** When files and backtests had both been read; null = they never were. */
  readonly readAt: number | null
  /** Why the newest attempt failed; null = it did not. */
  readonly failed: string | null
  /** When a failed one may be tried again; null = at any time. */
  readonly retryAt: number | null
  /** From the sending of our read of the files to its answer, real time: a `modified` in between may be our own doing. */
  readonly opened: { readonly from: number; readonly to: number } | null
}

/** All projects the account sees, with what else one survey read. */
export interface Inventory {
  /** Policy time of the survey, milliseconds. */
  readonly at: number
  /** The organisation this workspace is for; projects of others are protected. */
  readonly organizationId: string
  readonly projects: readonly Project[]
  /** Ids of projects with a live deployment that is running or deploying. */
  readonly running: Evidence<readonly number[]>
  /** Paid evidence by project id. */
  readonly paid: { readonly [projectId: string]: PaidEvidence }
  /** Readings of activity by project id. */
  readonly activity: { readonly [projectId: string]: ActivityReading }
}

/** Removes leading, trailing and double slashes: `/a//b/` is `a/b`. */
export function normalisePath(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '')
    .join('/')
}
