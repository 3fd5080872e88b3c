/** Times that end a run, whatever it is doing: of its approval, of a throttle, of a pause (real time). */

import { attemptsOf } from '../ledger/items.ts'
import { PAUSED_AT_MOST_MS, pausedBy } from '../ledger/pause.ts'
import { approvalEnds } from '../ledger/proposals.ts'
import type { RunRow } from '../ledger/runs.ts'
import { isThrottledTooLong } from '../ledger/throttle.ts'

export interface Over {
  /** Whether what was sent is looked at first, or the run ends without another call. */
  readonly leaves: 'at once' | 'confirmed'
  /** How it ends, unless it has done something. */
  readonly ending: 'partial' | 'expired'
  /** For the run, and for each item that was not sent. */
  readonly why: string
  readonly detail: string
  /** Whether another run goes on with the rest. */
  readonly hasRest: boolean
}

/** Why a run is over because of a time that has passed; null while it is not. */
export function whyOver(sql: SqlStorage, run: RunRow, now: number): Over | null {
  if (isThrottledTooLong(sql, now)) {
    const why = 'QuantConnect asked to slow down for over an hour, so the run ended; what was not sent is not done.'
    return { leaves: 'at once', ending: 'partial', why, detail: 'QuantConnect asked to slow down.', hasRest: false }
  }
  if (run.phase !== 'survey' && run.phase !== 'act') return null
  const ends = approvalEnds(sql, run)
  if (ends !== null && ends <= now) {
    const detail = 'The approval is over 24 hours old.'
    const why = `${detail} Nothing further of the plan is done; what is still due is asked about again.`
    const leaves = attemptsOf(sql, run.id) === 0 ? 'at once' : 'confirmed'
    return { leaves, ending: 'expired', why, detail, hasRest: false }
  }
  const { pausedAt } = run.state
  const by = pausedBy(sql, run)
  if (run.phase !== 'act' || by === null || pausedAt === null || now < pausedAt + PAUSED_AT_MOST_MS) return null
  return { leaves: 'confirmed', ending: 'partial', ...pausedText(run, by) }
}

function pausedText({ request }: RunRow, by: string): Pick<Over, 'why' | 'detail' | 'hasRest'> {
  const hasRest = request.kind === 'approved'
  const then = hasRest
    ? 'The rest goes on when the pause ends, if that is within 24 hours of the approval.'
    : request.kind === 'sweep'
      ? 'What it had not sent stays due.'
      : 'What it had not sent is not done; ask again when the pause is over.'
  const why = `Acting was paused by ${by} for 15 minutes, so the run ended. ${then}`
  return { why, detail: `Paused by ${by}.`, hasRest }
}
