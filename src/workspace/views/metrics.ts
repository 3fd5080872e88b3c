/** What `/metrics` shows: sums over all runs, and how the newest good sweep left the workspace. No API call. */

import type { Family, Sample } from '../../core/base/prometheus.ts'
import { readFact } from '../ledger/facts.ts'
import { waitingMessages } from '../ledger/messages.ts'
import { openProposal, waitingItems } from '../ledger/proposals.ts'
import type { RunStatus } from '../ledger/run.ts'
import { runById } from '../ledger/runs.ts'
import { readRuns, readTotal } from '../ledger/totals.ts'

const ENDINGS: readonly RunStatus[] = ['ok', 'partial', 'waiting', 'blocked', 'refused', 'failed', 'expired']

/** `now`: real time. */
export function readMetrics(sql: SqlStorage, now: number): readonly Family[] {
  const good = readFact(sql, 'good')
  const sweep = good === null ? null : runById(sql, good.run)
  const ended = readFact(sql, 'goodEnd')?.at ?? null
  const tick = readFact(sql, 'tick')
  const open = openProposal(sql)
  const of = (value: number | null | undefined): readonly Sample[] => (value == null ? [] : [{ value }])
  const seconds = (at: number | null): readonly Sample[] => of(at === null ? null : Math.max(0, (now - at) / 1_000))
  const counts = sweep?.counts
  return [
    gauge(
      'projects',
      'Projects in the newest good survey, those of others and the bin included.',
      of(counts?.inventory),
    ),
    gauge('matched', 'Projects that a rule selects, marked or due.', of(counts && counts.marked + counts.due)),
    gauge('marked', 'Projects that are marked and not due yet.', of(counts?.marked)),
    gauge('due', 'Projects that are due.', of(counts?.due)),
    gauge('held', 'Projects that somebody holds.', of(counts?.held)),
    gauge('protected', 'Projects that nothing may touch.', of(counts?.protected)),
    gauge('not_judged', 'Projects that could not be judged, because a fact was missing.', of(counts?.notJudged)),
    counter('acted_total', 'Changing calls that were sent or about to be.', of(readTotal(sql, 'acted'))),
    counter('confirmed_total', 'Changes that a later list showed to have happened.', of(readTotal(sql, 'confirmed'))),
    counter('failed_total', 'Changes that failed.', of(readTotal(sql, 'failed'))),
    counter('undone_total', 'Projects that an undo or a restore put back.', of(readTotal(sql, 'undone'))),
    counter('api_calls_total', 'Calls of the QuantConnect API, retries included.', of(readTotal(sql, 'apiCalls'))),
    counter(
      'runs_total',
      'Runs that ended, by how.',
      ENDINGS.map((status) => ({ labels: { status }, value: readRuns(sql, status) })),
    ),
    gauge('last_good_run_age_seconds', 'Seconds since the last good run ended.', seconds(ended)),
    gauge('last_tick_age_seconds', 'Seconds since the newest cron tick came.', seconds(tick?.arrived ?? null)),
    gauge(
      'waiting',
      'Items of the plan that waits for people.',
      of(open === null ? 0 : waitingItems(sql, open).length),
    ),
    gauge('paused', '1 while everything is paused.', of(readFact(sql, 'pause') === null ? 0 : 1)),
    gauge('outbox', 'Messages that are still to be delivered.', of(waitingMessages(sql))),
  ]
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `leansweep_${name}`, help, type: 'gauge', samples }
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `leansweep_${name}`, help, type: 'counter', samples }
}
