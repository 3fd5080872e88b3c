/** How far a run is: what its next step does, and what that step goes on with. */

import type { Cursor } from '../../quantconnect/projects.ts'
import type { RunStatus } from './run.ts'

/** What the next slice of a run does. */
export type Phase = 'survey' | 'act' | 'rebuild' | 'confirm' | 'read' | 'record'

/** How far a run is inside its phase; enough to go on after a crash. */
export interface RunState {
  /** Where the survey goes on; null = at its start. */
  readonly cursor: Cursor | null
  /** Pages of the survey stored so far. */
  readonly pages: number
  /** How often the survey was begun again because the list shifted between two pages. */
  readonly freshStarts: number
  readonly surveyed: boolean
  /** Real time at which the survey began. */
  readonly surveyAt: number | null
  /** The same by QuantConnect's clock: what is saved from then on is newer than the plan; absent = not known. */
  readonly planned?: number
  /** Ids of running projects, or why they are unknown; undefined = not read yet. */
  readonly running?: readonly number[] | { readonly unknown: string }
  /** Whether some call for evidence failed, so that the run cannot be called whole. */
  readonly readsFailed: boolean
  /** The status the run will end with unless an outcome says otherwise; null = decided by the outcomes. */
  readonly ending: Exclude<RunStatus, 'queued' | 'running'> | null
  /** Calls this run has made to read activity. */
  readonly readingCalls: number
  /** Projects whose activity is still to be read, and of how many: what was read within a week, and these. */
  readonly unread: number
  readonly readable: number
  /** Whether this run's inventory is a good one: whole, and not objected to. */
  readonly good: boolean
  /** Rows of the largest answer, if the API was seen to cut answers short; null = it was not. */
  readonly cut: number | null
  /** Whether the end of the list was proved (G32); an object: a first reading showed these ids to differ. Null = not tried. */
  readonly proof: 'proved' | 'failed' | { readonly differing: readonly number[] } | null
  /** Ids of the scan that a later list of this run, read to its end, did not hold. */
  readonly gone: readonly number[]
  /** Slices in a row whose calls were used up by such a list. */
  readonly laterTries: number
  /** Hash of the plan; "" before planning. */
  readonly planHash: string
  /** Caps the plan is over, as sentences. */
  readonly stopped: readonly string[]
  /** Of a sweep: in what conditions rules stand still, as sentences (G33). */
  readonly standstill: readonly string[]
  /** Real time since which a pause has kept it from acting; null while none does. */
  readonly pausedAt: number | null
  /** Whether it carried out an approved plan and a pause ended it: what is left goes on when the pause ends. */
  readonly hasRest: boolean
  /** Mutating calls whose answer was lost, one after the other. */
  readonly lostInARow: number
  /** Of a command: when it was first received, in the clock of QuantConnect; absent before planning. */
  readonly asOf?: number
  /** What it was that the run came to nothing by, where that is known: QuantConnect could not be read. */
  readonly cause?: 'api'
  /** A part of what was asked for is not possible, so that the run cannot have succeeded. */
  readonly left?: true
}

/** Of a run that has not begun. */
export const START: RunState = {
  cursor: null,
  pages: 0,
  freshStarts: 0,
  surveyed: false,
  surveyAt: null,
  readsFailed: false,
  ending: null,
  readingCalls: 0,
  unread: 0,
  readable: 0,
  good: false,
  cut: null,
  proof: null,
  gone: [],
  laterTries: 0,
  planHash: '',
  stopped: [],
  standstill: [],
  pausedAt: null,
  hasRest: false,
  lostInARow: 0,
}
