/**
 * What activity would have to be read (G31): for which projects, and in what order. A project is a candidate when everything
 * else in a rule holds and only a reading can tell whether it is idle. The oldest come first; of a directory the youngest,
 * for the first young one settles it.
 */

import { parseSpan } from '../base/compare.ts'
import { activityOf } from '../evidence/activity.ts'
import { directoriesOf } from '../evidence/directory.ts'
import { type Facts, modifiedOf, projectAt } from '../evidence/facts.ts'
import { isUnknown, type Project } from '../evidence/project.ts'
import { rowHash } from '../evidence/row-hash.ts'
import type { Rule } from '../policy/rule.ts'
import type { Court } from './court.ts'
import type { Need } from './finding.ts'
import type { Standing } from './standing.ts'
import { conditionsOf, usesDays } from './uses-activity.ts'

/** A project whose activity is to be read. */
export interface ToRead {
  readonly projectId: number
  readonly created: number
  /** The effective `modified` of the list, which the reading is good beside. */
  readonly listModified: number
  /** The same as the list itself has it. */
  readonly listed: number
  /** What else the list has of it. */
  readonly rowHash: string
  /** The directory it is judged with; null when it is judged alone. */
  readonly unit: string | null
  /** The newest activity known, of the unit and of the project itself: negative infinity never comes up. */
  readonly bound: number
  readonly own: number
  /** Activity newer than this settles all that is asked of it; null = nothing does but the whole reading. */
  readonly youngAfter: number | null
}

/** Everything that is to be read for one project, or none of it: null when its dates are not known. */
export function toRead(facts: Facts, project: Project, unit: string | null, youngAfter: number | null): ToRead | null {
  const { id: projectId, created, modified: listed } = project
  const listModified = modifiedOf(facts, project)
  if (isUnknown(created) || isUnknown(listed) || isUnknown(listModified)) return null
  const own = activityOf(facts, project).at
  return { projectId, created, listModified, listed, rowHash: rowHash(project), unit, bound: own, own, youngAfter }
}

export interface Unread {
  /** Looks at what the rules say of every project once. */
  look(standing: Standing): void
  /** In the order in which they are to be read, each project once. */
  outcome(): readonly ToRead[]
}

export function openUnread({ bars, facts }: Court): Unread {
  const found = new Map<number, ToRead>()
  /** Of a directory all projects have the same needs: those are looked at once. */
  const seen = new Set<readonly Need[]>()
  let places: ReadonlyMap<number, number> | null = null

  return { look, outcome }

  function look({ findings }: Standing): void {
    for (let i = 0; i < findings.length; i++) {
      const finding = findings[i]
      const rule = bars[i]?.rule
      if (finding?.kind !== 'unknown' || rule === undefined || finding.needs.length === 0) continue
      if (finding.unit !== null && seen.has(finding.needs)) continue
      seen.add(finding.needs)
      for (const { projectId, kind } of finding.needs) if (kind === 'activity') add(projectId, finding.unit, rule)
    }
  }

  function add(projectId: number, unit: string | null, rule: Rule): void {
    places ??= new Map(facts.inventory.projects.map(({ id }, place) => [id, place]))
    const place = places.get(projectId)
    const one = place === undefined ? null : toRead(facts, projectAt(facts, place), unit, youngAfter(rule, facts.now))
    if (one === null) return
    const known = found.get(projectId)
    found.set(projectId, known === undefined ? one : both(known, one))
  }

  function outcome(): readonly ToRead[] {
    const bounds = new Map<string, number>()
    return [...found.values()]
      .map((one) => (one.unit === null ? one : { ...one, bound: boundOf(one.unit) }))
      .sort(byTurn)

    /** A directory is as young as its youngest project. */
    function boundOf(path: string): number {
      const known = bounds.get(path)
      if (known !== undefined) return known
      const members = directoriesOf(facts.inventory).get(path)?.members ?? []
      const bound = members.reduce((at, member) => Math.max(at, activityOf(facts, projectAt(facts, member)).at), 0)
      bounds.set(path, bound)
      return bound
    }
  }
}

/** The order in which activity is read. */
function byTurn(a: ToRead, b: ToRead): number {
  if (a.bound !== b.bound) return a.bound - b.bound
  if (a.unit !== b.unit) return (a.unit ?? '') < (b.unit ?? '') ? -1 : 1
  return (a.unit === null ? 0 : b.own - a.own) || a.projectId - b.projectId
}

/** Two rules ask of the same project: what settles one need not settle the other. */
function both(one: ToRead, other: ToRead): ToRead {
  const isOpen = one.youngAfter === null || other.youngAfter === null
  return { ...one, youngAfter: isOpen ? null : Math.max(one.youngAfter ?? 0, other.youngAfter ?? 0) }
}

/** Newer than all spans that a rule asks for: then each of its questions is answered by that alone. */
function youngAfter(rule: Rule, now: number): number | null {
  if (rule.keep?.by === 'activity' || usesDays(rule)) return null
  const spans = conditionsOf(rule).flatMap(({ name, value }) => {
    const span = name === 'idle' ? parseSpan(String(value)) : null
    return span === null ? [] : [span.bound]
  })
  return spans.length === 0 ? null : now - Math.min(...spans)
}
