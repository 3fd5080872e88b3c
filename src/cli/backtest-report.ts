/** A replay as a report: for programs as it is, for people as tables. */

import { dayOf } from '../core/base/zone.ts'
import type { Policy } from '../core/policy/policy.ts'
import { isDestructive } from '../core/policy/rule.ts'
import type { Act, Day, Replay } from '../core/replay/backtest.ts'
import type { Regret } from '../core/replay/regret.ts'
import type { Terminal } from './command.ts'
import { counted, timeText } from './paint.ts'

/** Times are ISO 8601 UTC; days are days of the policy's zone. */
export interface BacktestReport {
  /** Hash of the policy. */
  readonly policy: string
  readonly from: string
  readonly to: string
  readonly inventories: number
  readonly counts: {
    /** Projects archived, moved or deleted. */
    readonly gone: number
    /** How many of them have a regret. */
    readonly regretted: number
    readonly regrets: { readonly [kind in Regret['kind']]: number }
    readonly stamped: number
    /** Due on the newest day, but stopped by a limit. */
    readonly stopped: number
  }
  /** Projects that a rule about activity would have marked, of which no inventory says more than the list's dates. */
  readonly activityUnknown: number
  readonly days: readonly (Day & { readonly regretted: number })[]
  readonly rules: readonly { readonly rule: string; readonly gone: number; readonly regretted: number }[]
  readonly gone: readonly {
    readonly projectId: number
    readonly name: string
    readonly action: string
    readonly rule: string | null
    readonly at: string
    readonly regrets: readonly { readonly kind: Regret['kind']; readonly at: string }[]
  }[]
}

/** `times`: of the inventories that were replayed, oldest first. */
export function reportOf(
  policy: Policy,
  { acts, days, activityUnknown }: Replay,
  times: readonly number[],
): BacktestReport {
  const gone = acts.filter(({ action }) => isDestructive(action))
  const regretted = gone.filter(({ regrets }) => regrets.length > 0)
  const onDay = (day: string) => regretted.filter(({ at }) => dayOf(at, policy.timezone) === day).length
  const byRule = (of: readonly Act[], id: string) => of.filter(({ rule }) => rule === id).length
  return {
    policy: policy.hash,
    from: iso(times[0] ?? 0),
    to: iso(times.at(-1) ?? 0),
    inventories: times.length,
    counts: {
      gone: gone.length,
      regretted: regretted.length,
      regrets: countKinds(gone),
      stamped: acts.length - gone.length,
      stopped: days.at(-1)?.stopped ?? 0,
    },
    activityUnknown: activityUnknown.length,
    days: days.map((day) => ({ ...day, regretted: onDay(day.day) })),
    rules: policy.rules
      .filter(({ then }) => isDestructive(then))
      .map(({ id }) => ({ rule: id, gone: byRule(gone, id), regretted: byRule(regretted, id) })),
    gone: gone.map(({ projectId, name, action, rule, at, regrets }) => ({
      projectId,
      name,
      action,
      rule,
      at: iso(at),
      regrets: regrets.map((regret) => ({ kind: regret.kind, at: iso(regret.at) })),
    })),
  }
}

/** `lifted`: limits were lifted, so that what they still stop is stopped by one of 0. */
export function showReport(title: string, report: BacktestReport, lifted: boolean, terminal: Terminal): void {
  const { paint, print, printTable } = terminal
  const { counts, days, rules } = report
  print(`Back-test  ${title}, ${timeText(report.from)} to ${timeText(report.to)}`, paint.bold)
  print()
  const eventful = days.filter((day, i) => isNews(day, days[i - 1]))
  const shownDays = eventful.map((day) => {
    return [day.day, day.projects, day.marked, day.gone, day.regretted, day.stopped, day.stamped, day.notJudged]
  })
  printTable(['Day', 'Projects', 'Marked', 'Gone', 'Regretted', 'Stopped', 'Stamped', 'Not judged'], shownDays)
  const quiet = days.length - eventful.length
  if (quiet > 0) print(`Nothing new on the other ${quiet === 1 ? 'day' : counted(quiet, 'day')}.`, paint.dim)
  print()
  printTable(
    ['Rule', 'Gone', 'Regretted'],
    rules.map((rule) => [rule.rule, rule.gone, rule.regretted]),
  )
  const regrets = report.gone.flatMap((one) => {
    const later = one.regrets.map(({ kind, at }) => `${kind}, seen ${timeText(at)}`).join('; ')
    return later === '' ? [] : [[one.name, one.projectId, one.rule ?? '', `${one.action} ${timeText(one.at)}`, later]]
  })
  if (regrets.length > 0) {
    print()
    printTable(['Regretted', 'Id', 'Rule', 'Would have', 'And then was'], regrets)
  }
  print()
  print(sumText(counts), paint.bold)
  if (report.activityUnknown > 0) {
    const many = counted(report.activityUnknown, 'project')
    print(`For ${many} the activity was not known: the dates of the list stood for it.`, paint.yellow)
  }
  if (counts.stopped > 0) {
    const why = lifted
      ? 'stopped by a limit of 0, which no approval lifts'
      : 'stopped by limits; --lift-limits shows what becomes of them when people approve'
    print(`${counted(counts.stopped, 'project')} still due at the end, ${why}.`, paint.yellow)
  }
}

/** Whether something happened on a day, or what stands still is another number than the day before. */
function isNews(day: Day, before: Day | undefined): boolean {
  if (day.marked + day.gone + day.stamped > 0) return true
  return day.stopped !== (before?.stopped ?? 0) || day.notJudged !== (before?.notJudged ?? 0)
}

function sumText({ gone, regretted, regrets }: BacktestReport['counts']): string {
  const kinds = Object.entries(regrets).filter(([, n]) => n > 0)
  const detail = kinds.length === 0 ? '' : ` (${kinds.map(([kind, n]) => `${n} ${kind}`).join(', ')})`
  return `${counted(gone, 'project')} would have gone, ${regretted} of them regretted${detail}.`
}

function countKinds(acts: readonly Act[]): BacktestReport['counts']['regrets'] {
  const counts = { modified: 0, backtested: 0, deployed: 0, restored: 0 }
  for (const { regrets } of acts) for (const { kind } of regrets) counts[kind]++
  return counts
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
