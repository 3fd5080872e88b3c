/** What doors ask of the workspace besides submitting a run, and what it answers. Expected refusals are values. */

/** Who decides, holds, pauses: a person of the policy, or somebody with the admin bearer. */
export type Who = { readonly kind: 'person'; readonly name: string } | { readonly kind: 'token' }

/** Who that is in a record: the name of a person, or `token`. */
export function nameOf(who: Who): string {
  return who.kind === 'person' ? who.name : 'token'
}

export interface Decision {
  readonly run: string
  readonly decision: 'approve' | 'refuse'
  /** Hash of the plan that was shown. */
  readonly plan: string
  readonly by: Who
  /** How it came, for the record: `api`, `slack`, `discord`, `page`. */
  readonly through: 'api' | 'slack' | 'discord' | 'page'
}

export type Decided =
  /** `run`: the run that executes the plan, or null (refused, or more approvals are needed). */
  | { readonly ok: true; readonly run: string | null; readonly missing: number }
  /** Nothing changed. `gone`: there is no such waiting plan, or it is over; `forbidden`: not by this person. */
  | {
      readonly ok: false
      readonly reason: 'not found' | 'over' | 'other plan' | 'forbidden' | 'not now' | 'unready'
      readonly message: string
    }

/** How a waiting plan ended. */
export type ProposalEnd = 'approved' | 'refused' | 'expired' | 'policy changed' | 'empty'

/** A plan that waits, or waited, for people. Times are ISO 8601 UTC. */
export interface ProposalView {
  readonly run: string
  readonly hash: string
  readonly state: 'open' | ProposalEnd
  readonly proposedAt: string
  readonly expiresAt: string
  readonly endedAt: string | null
  /** How many approvals it needs in all: 1, or 2 where a rule says so. */
  readonly needs: 1 | 2
  readonly approvals: readonly { readonly by: string; readonly through: string; readonly at: string }[]
  /** Who ended it, where somebody did. */
  readonly endedBy: string | null
  /** The run that executes it. */
  readonly execution: string | null
  /** Items that still wait, and how many there were at first. */
  readonly waiting: number
  readonly proposed: number
}

/** `unreadable`: QuantConnect could not be asked about the project. */
export type Held =
  /**
   * `until`: the last day it is held, which is later than the one asked for where a hold that lasts longer was there. `run`
   * writes the mirror into the description; null where there is none to write.
   */
  | { readonly ok: true; readonly until: string | null; readonly run: string | null }
  | {
      readonly ok: false
      readonly reason: 'not found' | 'unreadable' | 'bad date' | 'not ours' | 'in bin' | 'not held' | 'unready'
      readonly message: string
    }

/** A hold of the ledger. */
export interface HoldView {
  readonly projectId: number
  /** As in the last survey; null when it was not in it. */
  readonly name: string | null
  /** ISO 8601 UTC; null = for ever. */
  readonly until: string | null
  readonly by: string
}

/**
 * `shrunk`: too many projects of the reference are missing. `list_differs`: two readings showed that the list does not hold
 * what the API holds. `moved_to_bin`: other people moved too many projects to the Recycle Bin.
 */
export type ObjectionCode = 'shrunk' | 'list_differs' | 'moved_to_bin'

/** What stands against the list of projects: what a person is shown before accepting it by its hash (G6, G32). */
export interface BaseView {
  /** Null: nothing stands against the list. */
  readonly code: ObjectionCode | null
  /** What `POST` takes as `missing`. */
  readonly hash: string | null
  readonly count: number
  readonly missing: readonly { readonly projectId: number; readonly name: string }[]
  /** Policy time at which it was seen first, ISO 8601 UTC. */
  readonly at: string | null
  /** Who accepted it; it then no longer stands in the way, from the next run on. */
  readonly acceptedBy: string | null
  readonly message: string
}
