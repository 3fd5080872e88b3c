/** Why a project gets the verdict it gets: facts, not prose. `explain.ts` turns them into sentences. */

import type { UnknownCode } from '../evidence/project.ts'

/** Three values: a fact that could not be read is `unknown`, and unknown never destroys (G1). */
export type Reading = 'yes' | 'no' | 'unknown'

/** What nothing overrides (G2), and `[protect]` of the policy. */
export type Protection =
  | { readonly what: 'bin' | 'library folder' | 'boot camp' }
  | { readonly what: 'other organisation' }
  | { readonly what: 'not owned' }
  | { readonly what: 'live' }
  | { readonly what: 'code running' }
  | { readonly what: 'used as library' }
  | { readonly what: 'encrypted' }
  | { readonly what: 'pinned' }
  | { readonly what: 'policy path'; readonly pattern: string }
  | { readonly what: 'policy id' }

/** Why a rule that selects a project only shows it: `report`, or `enforce = false`. */
export type OnlyReports = 'report' | 'enforce'

/** All times are policy time in milliseconds. */
export type Reason =
  /** No rule selects it. */
  | { readonly kind: 'no rule' }
  | { readonly kind: 'protected'; readonly by: Protection }
  /** A row in the ledger, or the project's own description. `until` null = for ever. */
  | { readonly kind: 'held'; readonly where: 'ledger'; readonly by: string; readonly until: number | null }
  | {
      readonly kind: 'held'
      readonly where: 'description'
      readonly until: number | null
      readonly malformed: string | null
    }
  /** A fact that decides could not be read. `rule` null = a protection needs it. */
  | {
      readonly kind: 'unknown'
      readonly rule: string | null
      readonly what: string
      readonly why: string
      /** For programs, where the reason is one of a few. */
      readonly code?: UnknownCode
    }
  /** A rule selects it, and it stands marked since then; `since` null = not marked yet, or the rule never marks. */
  | { readonly kind: 'matched'; readonly rule: string; readonly since: number | null }
  /** The rule's `when` is no: only said of a mark that goes. */
  | { readonly kind: 'no match'; readonly rule: string }
  | { readonly kind: 'unless'; readonly rule: string }
  /** Among the newest that `keep` keeps. */
  | { readonly kind: 'slot'; readonly rule: string; readonly newest: number }
  /** Younger than 48 hours: never marked. */
  | { readonly kind: 'fresh'; readonly rule: string }
  /** The rule would write what is already there. */
  | { readonly kind: 'nothing to do'; readonly rule: string }
  | { readonly kind: 'under root'; readonly rule: string; readonly root: string }
  /** The new name is one the API would not accept, or must not be written. */
  | { readonly kind: 'unwritable'; readonly rule: string; readonly to: string; readonly why: string }
  /** Its directory is not whole: that project saves all. `of` is that project's own reason. */
  | {
      readonly kind: 'directory'
      readonly rule: string
      readonly directory: string
      readonly projectId: number
      readonly of: Reason
    }
  /** A directory of so many projects does not go as a whole (G23). */
  | {
      readonly kind: 'too many'
      readonly rule: string
      readonly directory: string
      readonly members: number
      readonly most: number
    }
  /** The rule selects whole directories only, and that project in it is not selected. */
  | { readonly kind: 'not whole'; readonly rule: string; readonly directory: string; readonly projectId: number }
  | { readonly kind: 'only reports'; readonly rule: string; readonly because: OnlyReports }
  /** Marked in this very decision: nothing is marked and acted on in one run (G3). */
  | { readonly kind: 'new mark'; readonly rule: string; readonly until: number }
  | { readonly kind: 'grace'; readonly rule: string; readonly until: number }
  /** Its grace is over, and no message about it, or about all of the directory that goes with it, was delivered yet. */
  | { readonly kind: 'untold'; readonly rule: string; readonly directory: string | null; readonly notice: number }
  /** Its grace is over, and a message about it, or about the last project of its directory, was delivered too late. */
  | {
      readonly kind: 'told'
      readonly rule: string
      readonly directory: string | null
      readonly at: number
      readonly until: number
    }
  /** A rule moved it, or a project of its directory, less than 30 days ago; no rule moves it again before. */
  | {
      readonly kind: 'moved'
      readonly rule: string
      readonly directory: string | null
      readonly projectId: number
      readonly by: string
      readonly at: number
      readonly until: number
    }
  /** It, or a project of its directory, cannot be backed up; not tried again before. `why` is a sentence. */
  | {
      readonly kind: 'no backup'
      readonly rule: string
      readonly directory: string | null
      readonly projectId: number
      readonly why: string
      readonly until: number
    }
  | { readonly kind: 'window'; readonly rule: string }
  /** Its directory waits for another project in it, which is not due under this rule. */
  | { readonly kind: 'directory waits'; readonly rule: string; readonly directory: string; readonly projectId: number }
  /** The least destructive of several rules wins. */
  | { readonly kind: 'conflict'; readonly rule: string; readonly over: readonly string[] }
  /** A milder rule selects it as well and spares it, which keeps it from this one too. */
  | { readonly kind: 'spared'; readonly rule: string; readonly by: string }
  /** The rule was edited or is no more: its mark goes. */
  | { readonly kind: 'rule changed'; readonly rule: string }
  /** The project is not in the inventory any more, or another one has its id. */
  | { readonly kind: 'gone' }
