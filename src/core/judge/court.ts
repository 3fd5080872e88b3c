/**
 * The verdict on one project, with every reason. Judging one project for `why` and judging all of them for a plan are the
 * same code (G4, G17); everything on the way is remembered.
 */

import { isOpen } from '../base/window.ts'
import { type Facts, openFacts, projectAt } from '../evidence/facts.ts'
import type { Memory } from '../evidence/memory.ts'
import type { Inventory, Project } from '../evidence/project.ts'
import type { Policy } from '../policy/policy.ts'
import type { Reason } from '../policy/reason.ts'
import { isDestructive } from '../policy/rule.ts'
import { ACTS, type Bar, REPORTS } from './bar.ts'
import { type Claim, type Claims, movableAt, openClaims } from './claim.ts'
import type { Finding } from './finding.ts'
import { NO_FINDINGS, openStandings, type Standing, type Standings } from './standing.ts'
import type { Verdict, VerdictState } from './verdict.ts'

export interface Court extends Standings, Claims {
  readonly facts: Facts
  /** The verdict on the project at a place of the inventory. */
  verdict(place: number): Verdict
}

const NO_REASONS: readonly Reason[] = []
const NO_RULE: readonly Reason[] = [{ kind: 'no rule' }]

export function openCourt(policy: Policy, inventory: Inventory, memory: Memory, now: number): Court {
  const facts = openFacts(inventory, memory, now)
  const standings = openStandings(policy, facts)
  const claims = openClaims(facts, standings)
  const { bars, standing } = standings
  const { winner, rivals } = claims
  const reporters = bars.filter(({ tier }) => tier === REPORTS)
  const isWindowOpen = isOpen(policy.window, now, policy.timezone)
  /** What is said of every project that a rule marked, and that people were told of, at the same time and that is judged alone. */
  const sayings = new Map<Bar, Map<number | string | null, Saying>>(bars.map((bar) => [bar, new Map()]))

  return { ...standings, ...claims, facts, verdict }

  function verdict(place: number): Verdict {
    const project = projectAt(facts, place)
    const seen = standing(place)
    if (seen.outcome === 'wanted') {
      const claim = winner(place)
      if (claim !== null) return wanted(place, project, seen, claim)
    }
    const { protectedBy, heldBy } = seen.protection
    if (project.unreadable !== null && seen.outcome === 'unknown')
      return plain(project, 'notJudged', seen.protection.unknown)
    if (seen.outcome === 'unknown') return plain(project, 'notJudged', unknownReasons(seen.findings))
    if (protectedBy.length > 0) return plain(project, 'protected', protectedBy)
    if (heldBy.length > 0) return plain(project, 'held', heldBy)
    return plain(project, 'kept', seen.findings === NO_FINDINGS ? NO_RULE : keptReasons(seen))
  }

  function wanted(place: number, project: Project, seen: Standing, claim: Claim): Verdict {
    const { bar, to, mark, dueAt, directory, missing, moved, noBackup } = claim
    const { then, id } = bar.rule
    const over = rivals(place, claim)
    const isAlike = directory === null && moved === null && noBackup === null
    const said = isAlike ? sayingOf(claim) : say(claim)
    const others = otherReasons(seen, over.length === 0 ? null : { kind: 'conflict', rule: id, over: over.map(idOf) })
    return {
      projectId: project.id,
      state: said.isDue ? 'due' : 'marked',
      rule: id,
      action: then === 'report' ? null : then,
      since: mark?.since ?? null,
      dueAt: bar.onlyReports === null && missing === null ? dueAt : null,
      to,
      directory,
      reasons: others.length === 0 ? said.reasons : [...said.reasons, ...others],
    }
  }

  function sayingOf(claim: Claim): Saying {
    const { bar, mark, noticeEnds } = claim
    const since = mark?.since ?? null
    const key = bar.rule.notice === 0 ? since : `${since} ${noticeEnds}`
    const known = sayings.get(bar)
    const found = known?.get(key)
    if (found !== undefined) return found
    const said = say(claim)
    known?.set(key, said)
    return said
  }

  function say(claim: Claim): Saying {
    const { bar, mark } = claim
    const matched: Reason = mark === null ? bar.says.matched : { kind: 'matched', rule: bar.rule.id, since: mark.since }
    const stop = whatStops(claim)
    return stop === null ? { isDue: true, reasons: [matched] } : { isDue: false, reasons: [matched, stop] }
  }

  /** What must be over before a marked project is due; null when it is. */
  function whatStops(claim: Claim): Reason | null {
    const { bar, mark, graceEnds, noticeEnds, isOld, directory, missing, moved, noBackup } = claim
    const { rule, says } = bar
    if (says.onlyReports !== null) return says.onlyReports
    if (missing !== null && directory !== null) {
      return { kind: 'directory waits', rule: rule.id, directory, projectId: missing }
    }
    if (mark === null) return { kind: 'new mark', rule: rule.id, until: graceEnds }
    const { projectId = 0, rule: by = '', at = 0 } = moved ?? {}
    const until = movableAt(moved)
    if (until > Math.max(now, graceEnds)) return { kind: 'moved', rule: rule.id, directory, projectId, by, at, until }
    if (!isOld || graceEnds > now) return { kind: 'grace', rule: rule.id, until: graceEnds }
    if (noticeEnds === null) return { kind: 'untold', rule: rule.id, directory, notice: rule.notice }
    if (noticeEnds > now) {
      return { kind: 'told', rule: rule.id, directory, at: noticeEnds - rule.notice, until: noticeEnds }
    }
    if (noBackup !== null) {
      const { why, until: tried, projectId: of } = noBackup
      return { kind: 'no backup', rule: rule.id, directory, projectId: of, why, until: tried }
    }
    return isDestructive(rule.then) && !isWindowOpen ? says.window : null
  }

  function keptReasons(seen: Standing): readonly Reason[] {
    const reasons: Reason[] = []
    for (const finding of seen.findings) if (finding.kind === 'saved') reasons.push(finding.reason)
    reasons.push(...otherReasons(seen, null))
    return reasons.length === 0 ? NO_RULE : reasons
  }

  /** Conflicts, rules that a milder one keeps away, and what rules with `then = "report"` see. */
  function otherReasons({ findings, spared }: Standing, conflict: Reason | null): readonly Reason[] {
    if (conflict === null && spared === null && reporters.length === 0) return NO_REASONS
    const reasons: Reason[] = conflict === null ? [] : [conflict]
    for (let i = 0; i < findings.length; i++) {
      const bar = bars[i]
      if (bar === undefined || findings[i]?.kind !== 'match') continue
      if (bar.tier === REPORTS && bar.says.onlyReports !== null) reasons.push(bar.says.matched, bar.says.onlyReports)
      if (bar.tier === ACTS && spared !== null) reasons.push({ kind: 'spared', rule: bar.rule.id, by: spared.rule.id })
    }
    return reasons
  }
}

/** What is said of a project that a rule gets. */
interface Saying {
  readonly isDue: boolean
  readonly reasons: readonly Reason[]
}

function plain({ id }: Project, state: VerdictState, reasons: readonly Reason[]): Verdict {
  return {
    projectId: id,
    state,
    rule: null,
    action: null,
    since: null,
    dueAt: null,
    to: null,
    directory: null,
    reasons,
  }
}

function unknownReasons(findings: readonly Finding[]): readonly Reason[] {
  return findings.flatMap((finding) => (finding.kind === 'unknown' ? finding.reasons : []))
}

function idOf({ rule }: Bar): string {
  return rule.id
}
