/** How far a backtest is: it queues, runs and completes by itself as the clock moves (§2.10). */
import type { Backtest } from './entities.ts'
import type { Switches } from './switches.ts'

export interface Progress {
  readonly status: string
  /** From 0 to 1. */
  readonly progress: number
  readonly completed: boolean
}

export function progressOf(
  backtest: Backtest,
  now: number,
  { runningStatus }: Pick<Switches, 'runningStatus'>,
): Progress {
  if (backtest.status !== undefined) return pinned(backtest.status)
  if (now < backtest.starts) return { status: 'In Queue...', progress: 0, completed: false }
  if (now >= backtest.ends) {
    return { status: backtest.fails ? 'Runtime Error' : 'Completed.', progress: 1, completed: true }
  }
  const part = (now - backtest.starts) / (backtest.ends - backtest.starts)
  const percent = Math.floor(part * 100)
  const status = runningStatus === 'progress' ? 'In Progress...' : `Running: ${percent}%`
  return { status, progress: percent / 100, completed: false }
}

export function isRunning(backtest: Backtest, now: number): boolean {
  return !progressOf(backtest, now, { runningStatus: 'progress' }).completed
}

function pinned(status: string): Progress {
  const percent = /^Running: (\d+)%$/.exec(status)
  if (percent) return { status, progress: Number(percent[1]) / 100, completed: false }
  const waiting = ['In Queue', 'In Progress', 'Running'].some((word) => status.startsWith(word))
  return { status, progress: waiting ? 0 : 1, completed: !waiting }
}
