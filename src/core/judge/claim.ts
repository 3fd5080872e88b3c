/**
 * Which rule gets a project that is wanted, and when it becomes due: the least destructive, of the same action the one due
 * first, then the rule's id. It is due when its grace is over and people have known of it for as long as the rule gives
 * notice. A directory becomes due when every project in it is, and waits while a milder rule has one.
 */

import type { Directory } from '../evidence/directory.ts'
import { type Facts, noBackupOf, projectAt } from '../evidence/facts.ts'
import type { Mark, Move, NoBackup, Notice } from '../evidence/memory.ts'
import type { Project } from '../evidence/project.ts'
import { isMove, MOVE_ONCE_IN_MS, type Rule } from '../policy/rule.ts'
import type { Bar } from './bar.ts'
import type { Finding } from './finding.ts'
import type { Standing, Standings } from './standing.ts'

/** When something marked becomes due. */
interface Ripeness {
  /** The end of grace, notice and the wait after a move, or the earliest it can be while nobody has been told. */
  readonly dueAt: number
  /** The end of the grace; of a directory, that of the last project in it. */
  readonly graceEnds: number
  /** When people will have known of it for long enough; null while no message about it, or about all of it, was delivered. */
  readonly noticeEnds: number | null
  /** Whether it was marked before this decision; of a directory, every project in it. */
  readonly isOld: boolean
  /** The directory that goes, or waits, with it. */
  readonly directory: string | null
  /** A project in that directory that this rule does not get, so that the directory is not whole. */
  readonly missing: number | null
  /** The move by a rule that this rule has to wait for; of a directory, the latest in it. */
  readonly moved: Move | null
  /** What keeps it from being deleted because it cannot be backed up; of a directory, that of the project that waits longest. */
  readonly noBackup: NoBackup | null
}

/** The rule that gets a project. */
export interface Claim extends Ripeness {
  readonly bar: Bar
  readonly to: string | null
  readonly mark: Mark | null
}

export interface Claims {
  /** The claim that wins the project at a place of the inventory; null when it is not wanted. */
  winner(place: number): Claim | null
  /** The other rules that wanted it. */
  rivals(place: number, winner: Claim): readonly Bar[]
}

const NOBODY: readonly Bar[] = []

export function openClaims(facts: Facts, { bars, standing }: Standings): Claims {
  const { now } = facts
  /** Of each rule, by number of the directory. */
  const units = new Map<Bar, (Ripeness | undefined)[]>(bars.map((bar) => [bar, []]))

  return { winner, rivals }

  function winner(place: number): Claim | null {
    const seen = standing(place)
    if (seen.outcome !== 'wanted') return null
    let best: Claim | null = null
    for (let i = 0; i < seen.findings.length; i++) {
      const bar = bars[i]
      const finding = seen.findings[i]
      if (bar === undefined || finding?.kind !== 'match' || !isFor(bar, seen)) continue
      const claim = claimOf(place, bar, finding)
      if (best === null || isSooner(claim, best)) best = claim
    }
    return best
  }

  function rivals(place: number, { bar }: Claim): readonly Bar[] {
    const { findings, tier } = standing(place)
    let others = NOBODY
    for (let i = 0; i < findings.length; i++) {
      const one = bars[i]
      if (one !== undefined && one !== bar && one.tier === tier && findings[i]?.kind === 'match')
        others = [...others, one]
    }
    return others
  }

  function claimOf(place: number, bar: Bar, { to, units: around }: Extract<Finding, { kind: 'match' }>): Claim {
    const mark = markOf(facts, bar.rule, projectAt(facts, place))
    let unit: Ripeness | null = null
    if (around !== null && bar.rule.then !== 'describe') {
      for (const directory of around) {
        const whole = unitOf(bar, directory)
        if (unit === null || isSooner(whole, unit)) unit = whole
      }
    }
    return { bar, to, mark, ...(unit ?? ripenessOf(mark, bar.rule, projectAt(facts, place))) }
  }

  function unitOf(bar: Bar, { path, members, number }: Directory): Ripeness {
    const ofRule = units.get(bar)
    const known = ofRule?.[number]
    if (known !== undefined) return known
    let dueAt = Number.NEGATIVE_INFINITY
    let graceEnds = Number.NEGATIVE_INFINITY
    let noticeEnds: number | null = NO_NOTICE
    let isOld = true
    let missing: number | null = null
    let moved: Move | null = null
    let noBackup: NoBackup | null = null
    for (const member of members) {
      const project = projectAt(facts, member)
      if (!isFor(bar, standing(member))) missing ??= project.id
      const one = ripenessOf(markOf(facts, bar.rule, project), bar.rule, project)
      dueAt = Math.max(dueAt, one.dueAt)
      graceEnds = Math.max(graceEnds, one.graceEnds)
      noticeEnds = noticeEnds === null || one.noticeEnds === null ? null : Math.max(noticeEnds, one.noticeEnds)
      isOld = isOld && one.isOld
      if (one.noBackup !== null && one.noBackup.until > (noBackup?.until ?? 0)) noBackup = one.noBackup
      if (one.moved !== null && (moved === null || one.moved.at > moved.at)) moved = one.moved
    }
    const unit = { dueAt, graceEnds, noticeEnds, isOld, directory: path, missing, moved, noBackup }
    if (ofRule !== undefined) ofRule[number] = unit
    return unit
  }

  /** Of a project judged alone. */
  function ripenessOf(mark: Mark | null, { after, notice, then }: Rule, project: Project): Ripeness {
    const moved = isMove(then) ? (facts.memory.moves.get(project.id) ?? null) : null
    const noBackup = then === 'delete' ? noBackupOf(facts, project) : null
    const graceEnds = (mark?.since ?? now) + after
    const isOld = mark !== null
    const told = notice === 0 || mark === null ? null : toldAt(facts, mark)
    const noticeEnds = notice === 0 ? NO_NOTICE : told === null ? null : told + notice
    const dueAt = Math.max(graceEnds, noticeEnds ?? now + notice, movableAt(moved), noBackup?.until ?? 0)
    return { dueAt, graceEnds, noticeEnds, isOld, directory: null, missing: null, moved, noBackup }
  }
}

/** When rules may move a project again that one moved. */
export function movableAt(moved: Move | null): number {
  return moved === null ? Number.NEGATIVE_INFINITY : moved.at + MOVE_ONCE_IN_MS
}

/** Of a rule that gives no notice. */
const NO_NOTICE = Number.NEGATIVE_INFINITY

/** The mark of a rule on a project: its key is id, created and the hash of the rule. */
export function markOf(facts: Facts, rule: Rule, project: Project): Mark | null {
  const marks = facts.memory.marks.get(project.id)
  if (marks === undefined) return null
  for (const mark of marks) if (mark.created === project.created && mark.ruleHash === rule.hash) return mark
  return null
}

/** When a message that named a marked project was first delivered; null for never. One from before the mark was about another. */
export function toldAt(facts: Facts, { projectId, created, ruleHash, since }: Mark): number | null {
  let first: number | null = null
  for (const notice of facts.memory.notices.get(projectId) ?? NOTHING_SAID) {
    if (notice.created !== created || notice.ruleHash !== ruleHash || notice.at < since) continue
    if (first === null || notice.at < first) first = notice.at
  }
  return first
}

const NOTHING_SAID: readonly Notice[] = []

/** Whether a wanted project goes to rules of this one's kind: no milder one has it, or spares it. */
function isFor(bar: Bar, { outcome, rank, tier }: Standing): boolean {
  return outcome === 'wanted' && rank === bar.rank && tier === bar.tier
}

/** What waits for another project comes last, so that it never keeps another rule from its turn. */
function isSooner(one: Ripeness, other: Ripeness): boolean {
  if ((one.missing === null) !== (other.missing === null)) return one.missing === null
  return one.dueAt < other.dueAt
}
