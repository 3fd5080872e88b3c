/** What a run is: who asked for it, what was asked, how far it is and how it ended. */

import type { Command } from '../../core/command/command.ts'
import type { Inventory } from '../../core/evidence/project.ts'
import type { Counts } from '../../core/judge/decide.ts'
import type { VerdictState } from '../../core/judge/verdict.ts'
import type { OwnActionView } from '../../core/plan/own-action-view.ts'
import type { PlanItem } from '../../core/plan/plan.ts'
import type { ListRefs } from '../../records/lists.ts'

export type Trigger = 'cron' | 'hook' | 'github' | 'quantconnect' | 'slack' | 'discord' | 'page' | 'api' | 'approval'

/** `queued` and `running` are going on; the others are final and set in the run's last slice. */
export type RunStatus =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'ok'
  | 'partial'
  | 'blocked'
  | 'refused'
  | 'failed'
  /** A command that had not started when its time was over (G25). */
  | 'expired'

/** What a run was asked to do. `report` shows what would happen and changes nothing, marks included. */
export type RunRequest = SweepRequest | CommandRequest | ApprovedRequest | UndoRequest

/** Applies the policy's rules. */
export interface SweepRequest {
  readonly kind: 'sweep'
  readonly mode: 'report' | 'act'
  /** Ids of the only rules that may act; null = all. */
  readonly rules: readonly string[] | null
}

/** Does what somebody with the right to ask has asked for. */
export interface CommandRequest {
  readonly kind: 'command'
  readonly mode: 'act'
  readonly command: Command
}

/** Executes the waiting plan of an earlier run, item by item while each is still due (G7). */
export interface ApprovedRequest {
  readonly kind: 'approved'
  readonly mode: 'act'
  /** The run whose plan it is. */
  readonly proposal: string
  /** Hash of that plan. */
  readonly plan: string
}

/** Takes back what an earlier run did; what happened to one project only, or to all. */
export interface UndoRequest {
  readonly kind: 'undo'
  readonly mode: 'act'
  readonly run: string
  /** Null = everything the run did. */
  readonly projectId: number | null
  /** Only what happened to this directory as a whole. */
  readonly directory?: string | undefined
}

export interface RunCounts extends Counts {
  /** Mutating calls that were sent (an attempt counts when its intent is written). */
  readonly acted: number
  /** Of those, the ones that a later list showed to have happened. */
  readonly confirmed: number
  /** Items that were left alone at the re-check: changed, protected, already done by somebody else. */
  readonly skipped: number
  readonly failed: number
  readonly unsure: number
  /** Items for which nothing was sent, because the run ended before it was their turn. */
  readonly notAttempted: number
}

export const NO_COUNTS: RunCounts = {
  inventory: 0,
  kept: 0,
  protected: 0,
  held: 0,
  notJudged: 0,
  marked: 0,
  due: 0,
  acted: 0,
  confirmed: 0,
  skipped: 0,
  failed: 0,
  unsure: 0,
  notAttempted: 0,
}

/** One run as lists show it. Times are ISO 8601, UTC. */
export interface RunSummary {
  readonly id: string
  readonly trigger: Trigger
  readonly actor: string
  readonly mode: 'report' | 'act'
  readonly status: RunStatus
  /** What happened, why and what to do, in a sentence or two; "" when the counts say it all. */
  readonly message: string
  /** Policy time at which it was asked for. */
  readonly at: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  /** SHA-256 of the policy file, or null when it was not read. */
  readonly policy: string | null
  readonly counts: RunCounts
  readonly apiCalls: number
  /** The run of the same delivery that sent nothing and that this one repeats; absent for a first try. */
  readonly retryOf?: string | undefined
}

export type OutcomeKind = 'done' | 'already' | 'changed' | 'protected' | 'failed' | 'unsure' | 'not_attempted'

/** What became of one planned item. */
export interface Outcome {
  readonly projectId: number
  readonly name: string
  readonly action: string
  readonly rule: string | null
  readonly outcome: OutcomeKind
  readonly detail: string
  /** KV key of the verified backup, or null when none was needed or made. */
  readonly backup: string | null
  /** The description that was written keeps a hold that the one asked for does not have (G2). */
  readonly holdPreserved?: true | undefined
}

/** A project that a rule wanted but that could not be judged, with the fact that was missing. */
export interface NotJudged {
  readonly projectId: number
  readonly name: string
  readonly reasons: readonly string[]
}

/** An item of a plan as the doors show it. */
export type ShownItem = Pick<PlanItem, 'projectId' | 'name' | 'action' | 'rule' | 'reasons' | 'to'>

export function shownItem({ projectId, name, action, rule, reasons, to }: PlanItem): ShownItem {
  return { projectId, name, action, rule, reasons, to }
}

/** The plan as the doors show it. */
export interface PlanView {
  readonly hash: string
  readonly policy: string
  readonly at: string
  readonly items: readonly ShownItem[]
  readonly counts: Counts
  /** Caps that the plan is over, as sentences; the items they stop do not act. */
  readonly stopped: readonly string[]
}

/** A mark that went in a run, and why. */
export interface Unmarked {
  readonly projectId: number
  readonly name: string
  readonly rule: string
  readonly reason: string
}

/** What a run found besides its plan. */
export interface Findings {
  readonly notJudged: readonly NotJudged[]
  readonly unmarked: readonly Unmarked[]
  /** Names that a rule would have written but the API would not take, what the policy's author should know, …: sentences. */
  readonly warnings: readonly string[]
  /** What of the record stands apart from it, under its hash. */
  readonly lists?: ListRefs | undefined
}

export const NO_FINDINGS: Findings = { notJudged: [], unmarked: [], warnings: [] }

/** A directory that stopped at a member: what of it went can be brought back by itself (G23). */
export interface StoppedDirectory {
  readonly directory: string
  readonly rule: string | null
  /** How many of it were to go. */
  readonly members: number
  /** Ids of those that went. */
  readonly went: readonly number[]
  readonly why: string
  /** When its rule tries again, ISO 8601 UTC; null where nothing is tried again, or something went. */
  readonly againFrom: string | null
}

/** A finished run as it is put to KV and served by `/api/runs/{id}`. */
export interface RunRecord extends RunSummary, Findings {
  readonly plan: PlanView | null
  readonly outcomes: readonly Outcome[]
  /** Absent where none stopped. */
  readonly stoppedDirectories?: readonly StoppedDirectory[] | undefined
  /** Whether a hold in a description survived what was asked for (G2). */
  readonly holdPreserved?: true | undefined
  /** The chain of records: the hash of the record before, and of this one without its own hash. */
  readonly audit: { readonly previous: string | null; readonly hash: string | null }
}

/** The last good survey as the API shows it: every project with its verdict, and the evidence behind it. */
export interface ShownInventory extends Inventory {
  /** The run whose survey this is. */
  readonly run: string
  readonly counts: Counts
  /** By project id, as of now. */
  readonly verdicts: {
    readonly [projectId: string]: {
      readonly verdict: VerdictState
      readonly rule: string | null
      readonly reasons: readonly string[]
    }
  }
  /** What leansweep did since that scan, oldest first; projects and verdicts are as that left them. */
  readonly actions: readonly OwnActionView[]
  /** Names that projects had before. */
  readonly formerNames: readonly { readonly projectId: number; readonly name: string }[]
}

/** What would happen now, as `GET /api/plan` shows it. */
export interface Preview extends PlanView {
  /** What a rule selects and is not due, with what stands before it. */
  readonly marked: readonly (Pick<NotJudged, 'projectId' | 'name' | 'reasons'> & {
    readonly rule: string | null
    /** ISO 8601 UTC; null when nothing will happen as things stand. */
    readonly due: string | null
  })[]
  readonly notJudged: readonly NotJudged[]
  readonly warnings: readonly string[]
  readonly apiCalls: number
}

/** A stored inventory as the list shows it. */
export interface StoredInventory {
  /** The run whose survey it is. */
  readonly run: string
  /** Where it is in KV. */
  readonly key: string
  /** Policy time of the survey, ISO 8601 UTC. */
  readonly at: string
  /** How many projects it holds, those of others and the bin included. */
  readonly projects: number
}

/** Whether a run is still going on. */
export function isGoingOn(status: RunStatus): boolean {
  return status === 'queued' || status === 'running'
}
