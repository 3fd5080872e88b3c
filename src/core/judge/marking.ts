/** Which marks stand after a decision: old ones with their time, those whose grace starts now, and why others go. */

import { projectAt } from '../evidence/facts.ts'
import type { Mark } from '../evidence/memory.ts'
import { isUnknown, type Project } from '../evidence/project.ts'
import type { Reason } from '../policy/reason.ts'
import { ACTS, REPORTS } from './bar.ts'
import { markOf } from './claim.ts'
import type { Court } from './court.ts'
import type { Standing } from './standing.ts'

export interface MarkOutcome {
  readonly marks: readonly Mark[]
  readonly unmarked: readonly { readonly mark: Mark; readonly reason: Reason }[]
}

export interface Marking {
  /** Looks at every project once, by id. */
  look(place: number, standing: Standing): void
  outcome(): MarkOutcome
}

export function openMarking(court: Court): Marking {
  const { inventory, memory } = court.facts
  const marks: Mark[] = []
  const unmarked: { mark: Mark; reason: Reason }[] = []
  const positions = new Map(court.bars.map(({ rule }, i) => [rule.hash, i]))
  /** How many projects with old marks were there to be looked at. */
  let met = 0

  return { look, outcome }

  function look(place: number, standing: Standing): void {
    const project = projectAt(court.facts, place)
    const old = memory.marks.get(project.id)
    if (old === undefined && standing.outcome !== 'wanted') return
    const before = marks.length
    addNewMarks(court, project, standing, marks)
    if (old !== undefined) {
      met++
      for (const mark of old) {
        const reason = whyGone(court, project, standing, positions.get(mark.ruleHash), mark)
        if (reason === null) marks.push(mark)
        else unmarked.push({ mark, reason })
      }
    }
    if (marks.length > before + 1) marks.push(...marks.splice(before).sort(byRule))
  }

  function outcome(): MarkOutcome {
    if (met !== memory.marks.size) {
      const present = new Set(inventory.projects.map(({ id }) => id))
      for (const [id, old] of memory.marks) {
        if (!present.has(id)) for (const mark of old) unmarked.push({ mark, reason: { kind: 'gone' } })
      }
    }
    unmarked.sort((a, b) => a.mark.projectId - b.mark.projectId || byRule(a.mark, b.mark))
    return { marks, unmarked }
  }
}

/** Adds the marks whose grace starts now, by rule. What is not judged keeps its marks, but nothing starts its grace. */
function addNewMarks(
  { bars, facts }: Court,
  project: Project,
  { findings, outcome, spared }: Standing,
  marks: Mark[],
): void {
  const { id, created } = project
  if (outcome !== 'wanted' || isUnknown(created)) return
  for (let i = 0; i < findings.length; i++) {
    const bar = bars[i]
    if (findings[i]?.kind !== 'match' || bar === undefined || bar.tier === REPORTS) continue
    if (spared !== null && bar.tier === ACTS) continue
    const { rule } = bar
    if (markOf(facts, rule, project) !== null) continue
    marks.push({ projectId: id, created, rule: rule.id, ruleHash: rule.hash, since: facts.now })
  }
}

/** Why a mark does not stand any more; null when it does. Unknown keeps it. */
function whyGone(
  court: Court,
  project: Project,
  { protection, findings, outcome, spared }: Standing,
  position: number | undefined,
  mark: Mark,
): Reason | null {
  // An unreadable `created` may still be the same project; another one is another project (G16).
  if (!isUnknown(project.created) && project.created !== mark.created) return { kind: 'gone' }
  const bar = position === undefined ? undefined : court.bars[position]
  if (position === undefined || bar === undefined) return { kind: 'rule changed', rule: mark.rule }
  if (outcome === 'untouchable') return protection.protectedBy[0] ?? protection.heldBy[0] ?? bar.says.noMatch
  const finding = findings[position]
  if (finding?.kind === 'saved') return finding.reason
  if (finding?.kind === 'match' && spared !== null && bar.tier === ACTS) {
    return { kind: 'spared', rule: bar.rule.id, by: spared.rule.id }
  }
  return finding?.kind === 'match' || finding?.kind === 'unknown' ? null : bar.says.noMatch
}

function byRule(a: Mark, b: Mark): number {
  return a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.since - b.since
}
