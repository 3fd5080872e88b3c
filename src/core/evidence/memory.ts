/** What the workspace remembers between runs and the policy engine needs to know. Plain data, read from the ledger. */

/** "This project matched this rule from `since` on": grace counts from it. */
export interface Mark {
  readonly projectId: number
  /** `created` of the project: identity is id and created, never the name (G16). */
  readonly created: number
  /** Id of the rule, for people. */
  readonly rule: string
  /** Hash of the parsed rule without `why` and `limit`: any other edit of the rule starts its grace again. */
  readonly ruleHash: string
  /** Policy time, milliseconds. */
  readonly since: number
}

/** "Keep this", until the end of a day or for ever. */
export interface Hold {
  readonly projectId: number
  readonly created: number
  /** Policy time until which it holds; null = for ever. */
  readonly until: number | null
  readonly by: string
  /** Real time at which it was given, milliseconds; absent = before anything that is going on. */
  readonly at?: number
}

/** A `modified` that our own write by a rule caused (G15): while the API still shows `seen`, `effective` is the truth. */
export interface OwnWrite {
  readonly projectId: number
  readonly created: number
  readonly seen: number
  readonly effective: number
}

/** A delivered message has named this marked project, or linked the full list (2xx from a channel). */
export interface Notice {
  readonly projectId: number
  readonly created: number
  /** Hash of the rule that marked it. */
  readonly ruleHash: string
  /** Policy time of the first delivery, milliseconds. */
  readonly at: number
}

/** The last call by which a rule renamed, moved or archived a project, and that was not refused. */
export interface Move {
  readonly projectId: number
  /** Id of the rule. */
  readonly rule: string
  /** Policy time, milliseconds. */
  readonly at: number
}

/** A project that could not be backed up, as it was then: no rule deletes it, and it is not read again before `until`. */
export interface NoBackup {
  readonly projectId: number
  readonly created: number
  /** As listed then. */
  readonly modified: number
  /** A sentence. */
  readonly why: string
  /** Policy time, milliseconds. */
  readonly until: number
}

export interface Memory {
  readonly marks: readonly Mark[]
  readonly holds: readonly Hold[]
  readonly ownWrites: readonly OwnWrite[]
  readonly notices: readonly Notice[]
  /** At most one for each project. */
  readonly moves: readonly Move[]
  /** At most one for each project and `created`. */
  readonly noBackups: readonly NoBackup[]
}
