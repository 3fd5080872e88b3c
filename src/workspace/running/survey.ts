/**
 * The first slices of a run: read all projects page by page to the end of the list, prove that end once a day, read what
 * runs live, settle what earlier runs left unsure.
 * A survey that could not be read whole ends the run; it never becomes a smaller inventory.
 */

import { inOtherClock } from '../../core/base/other-clock.ts'
import { type Failure, failureText } from '../../quantconnect/failure.ts'
import { dropSurvey, loadInventory, packPage, storePage } from '../ledger/evidence.ts'
import type { RunState } from '../ledger/runs.ts'
import { readRunning } from './look.ts'
import { isProofDue, prove } from './prove.ts'
import { settleEarlier } from './settle.ts'
import { type Slice, update } from './slice.ts'

/** `later`: this slice's calls are used up. `ended`: the run's state says how it ends. */
export type Surveyed = 'whole' | 'later' | 'ended'

/** Surveys of a list that shifts under us (somebody saves a file between two pages) are begun again this often. */
const FRESH_STARTS = 2

export async function survey(slice: Slice): Promise<Surveyed> {
  if (slice.run.state.surveyAt === null) update(slice, { state: { ...slice.run.state, surveyAt: slice.deps.now() } })
  do {
    const read = await readPages(slice)
    if (read !== 'whole') return read
    const proved = isProofDue(slice) ? await prove(slice) : 'done'
    if (proved === 'later') return 'later'
    if (proved === 'again') startAgain(slice, 0)
  } while (!slice.run.state.surveyed)

  if (slice.run.state.running === undefined) {
    const live = await readRunning(slice.deps.client, slice.meter)
    if (live.failure?.kind === 'budget') return 'later'
    update(slice, {
      state: {
        ...slice.run.state,
        running: live.running,
        readsFailed: slice.run.state.readsFailed || live.failure !== null,
      },
    })
  }

  const { surveyAt, planned } = slice.run.state
  if (planned === undefined && surveyAt !== null) {
    const asked = inOtherClock(surveyAt, slice.deps.client.date(), { from: surveyAt, until: slice.deps.now() })
    update(slice, { state: { ...slice.run.state, planned: asked } })
  }
  const inventory = await loadInventory(slice.sql, slice.run, slice.deps.config.organizationId)
  return (await settleEarlier(slice, inventory.projects)) ? 'whole' : 'later'
}

async function readPages(slice: Slice): Promise<Surveyed> {
  while (!slice.run.state.surveyed) {
    const { state } = slice.run
    const page = await slice.deps.client.readProjectPage(state.cursor, slice.meter)
    if (!page.ok) {
      if (page.failure.kind === 'budget') return 'later'
      if (page.failure.kind === 'malformed' && state.pages > 0 && state.freshStarts < FRESH_STARTS) {
        startAgain(slice, 1)
        continue
      }
      return end(slice, page.failure)
    }
    const { projects, next } = page.value
    const rows = projects.length === 0 ? null : await packPage(projects)
    slice.storage.transactionSync(() => {
      if (rows !== null) storePage(slice.sql, slice.run.id, state.pages, rows)
      const pages = state.pages + (rows === null ? 0 : 1)
      const cut = state.cursor?.isCut ? state.cursor.longest : null
      update(slice, { state: { ...state, cursor: next, pages, cut, surveyed: next === null } })
    })
  }
  return 'whole'
}

/** `by`: 1 when the list shifted, 0 when a second reading is wanted. */
function startAgain(slice: Slice, by: 0 | 1): void {
  dropSurvey(slice.sql, slice.run.id)
  const { state } = slice.run
  const freshStarts = state.freshStarts + by
  update(slice, { state: { ...state, cursor: null, pages: 0, surveyed: false, cut: null, freshStarts } })
}

/** A list that could not be read whole: `blocked` when what came cannot be trusted, `failed` when nothing came. */
function end(slice: Slice, failure: Failure): Surveyed {
  const ending: RunState['ending'] = failure.kind === 'malformed' ? 'blocked' : 'failed'
  dropSurvey(slice.sql, slice.run.id)
  update(slice, {
    message: `The list of projects could not be read, so nothing was judged and nothing was done. ${failureText(failure)}`,
    phase: 'record',
    state: { ...slice.run.state, ending, cause: 'api' },
  })
  return 'ended'
}
