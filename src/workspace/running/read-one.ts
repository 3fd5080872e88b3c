/** One reading of one project's activity (G31), which keeps at once what it learns. */

import { isUnknown } from '../../core/evidence/project.ts'
import type { ToRead } from '../../core/judge/unread.ts'
import type { Meter } from '../../quantconnect/meter.ts'
import {
  beginReading,
  dropReading,
  endReading,
  failReading,
  lastReadOf,
  putBacktest,
  putFiles,
  type Read,
} from '../ledger/activity.ts'
import { believable } from '../ledger/backtests-seen.ts'
import { readNewestBacktest, readNewestFile } from './read-activity.ts'
import { policyTime, type Slice } from './slice.ts'

export const BOTH = { files: true, backtests: true }

export type Went = 'young' | 'old' | 'failed' | 'later' | { readonly stop: string }

/** Reads one project: its files, then, unless they settle it, its backtests. What was read is kept at once. */
export async function readOne(
  { sql, deps, ...slice }: Slice,
  one: Read & Pick<ToRead, 'youngAfter'> & { readonly opened?: number },
  parts: typeof BOTH,
  meter: Meter,
): Promise<Went> {
  const now = () => policyTime({ sql, deps, ...slice })
  const by = { client: deps.client, meter, now: deps.now }
  if (!beginReading(sql, one, now())) return 'failed'
  const isYoung = (at: number | null) => one.youngAfter !== null && at !== null && at > one.youngAfter
  if (parts.files) {
    const files = await readNewestFile(by, one.projectId)
    if (files.kind !== 'read') return ended(files)
    const newest = files.newest ?? 0
    const { from, to } = files
    putFiles(sql, one, newest, one.opened === undefined ? { from, to } : { from, to, opened: one.opened }, now())
    if (isYoung(newest)) {
      endReading(sql, one)
      return 'young'
    }
  }
  if (parts.backtests) {
    const { backtest } = lastReadOf(sql, one)
    const backtests = await readNewestBacktest(by, one.projectId, backtest)
    if (backtests.kind !== 'read') return ended(backtests)
    const seen = { count: backtests.count, last: backtests.newest }
    const believed = believable(sql, one.projectId, 'backtests', seen, deps.now())
    if (isUnknown(believed)) return ended({ kind: 'failed', why: believed.unknown })
    putBacktest(sql, one, backtests.newest, backtests.from, now())
    endReading(sql, one)
    return isYoung(backtests.newest) ? 'young' : 'old'
  }
  endReading(sql, one)
  return 'old'

  function ended(read: { readonly kind: 'later' } | { readonly kind: 'failed' | 'stop'; readonly why: string }) {
    if (read.kind === 'failed') {
      failReading(sql, one, read.why, now())
      return 'failed'
    }
    dropReading(sql, one)
    return read.kind === 'later' ? 'later' : { stop: read.why }
  }
}
