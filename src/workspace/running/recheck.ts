/**
 * The re-check before acting (G8): both lists anew, the paid evidence of the batch anew, and the same question again, of
 * the policy for what its rules want, of the command for what somebody asked for.
 */

import type { CommandItems } from '../../core/command/command.ts'
import type { Mark } from '../../core/evidence/memory.ts'
import { type Inventory, normalisePath, type Project } from '../../core/evidence/project.ts'
import { type Decision, decide } from '../../core/judge/decide.ts'
import type { PlanItem } from '../../core/plan/plan.ts'
import { stillDue } from '../../core/plan/still.ts'
import { failureText } from '../../quantconnect/failure.ts'
import { readActivity } from '../ledger/activity.ts'
import { believable } from '../ledger/backtests-seen.ts'
import { loadInventory, readPaidAgain, storePaidAgain } from '../ledger/evidence.ts'
import { type ItemRow, itemsOfUnit } from '../ledger/items.ts'
import { dropMarks, readMemory } from '../ledger/memory.ts'
import { addPaid, buyEvidence, type Paid } from '../ledger/paid.ts'
import { askedItems, wordOf } from './asked.ts'
import type { Stands } from './gate.ts'
import { readLaterList } from './later-list.ts'
import { readRunning } from './look.ts'
import { readBeforeActing } from './read-again.ts'
import { guardAgain, reachOf } from './shrink-guard.ts'
import { policyTime, type Slice } from './slice.ts'

/**
 * The evidence of a large directory takes longer to read again than the minute that lists are good for: the lists are read
 * anew in each slice, the evidence of this re-check is good for so long.
 */
const PAID_GOOD_FOR_MS = 5 * 60_000

export interface Fresh {
  readonly inventory: Inventory
  /** Real time at which its lists were asked for. */
  readonly askedAt: number
  /** Whether this slice read evidence again that the next one does not have to. */
  readonly isFurther: boolean
  /** Whether an item of the batch stands on these lists. */
  stands(row: ItemRow): Stands
  /** Why a command stands against itself now: what was created, renamed or modified since it was received; else null. */
  readonly changed: string | null
  /** The same with one project as it was read since. */
  standsWith(row: ItemRow, project: Project): Promise<Stands>
  /** The same once the copy of its files has been made, whose dates are activity (G31). */
  standsOnCopy(row: ItemRow): Stands
}

/** `later`: the calls of this slice are used up. `further`: they are, but the next slice goes on from here. `live`: it was the list of what runs live that could not be read. */
export type Rechecked = Fresh | 'later' | 'further' | { readonly failed: string; readonly live?: true }

export async function recheck(slice: Slice, batch: readonly ItemRow[]): Promise<Rechecked> {
  const { client, config } = slice.deps
  const { sql, run, policy } = slice
  const askedAt = slice.deps.now()
  const surveyed = await loadInventory(sql, run, config.organizationId)
  const projects = await readLaterList(slice, surveyed.projects, 'act')
  if (!projects.ok) return projects.failure.kind === 'budget' ? 'later' : { failed: failureText(projects.failure) }
  const live = await readRunning(client, slice.meter)
  if (live.failure?.kind === 'budget') return 'later'
  if (live.failure !== null && reachOf(sql, run) !== 'harmless')
    return { failed: failureText(live.failure), live: true }

  const now = policyTime(slice)
  const meant = membersOf(batch, projects.value)
  const paid: Paid = Object.fromEntries(Object.entries(surveyed.paid).filter(([id]) => !meant.has(Number(id))))
  for (const { projectId, kind, evidence } of readPaidAgain(sql, run.id, askedAt - PAID_GOOD_FOR_MS)) {
    addPaid(paid, projectId, kind, evidence)
  }
  let inventory: Inventory = { ...surveyed, at: now, projects: projects.value, running: live.running, paid }
  const objection = await guardAgain(slice, surveyed.projects, projects.value)
  if (objection !== null) return { failed: objection }

  const memory = readMemory(sql)
  const word = wordOf(sql, run)
  if (word !== null) {
    const wanted = (seen: Inventory) =>
      askedItems(sql, word, { policy, inventory: seen, memory: readMemory(sql), now }, askedAt)
    const wants = await wanted(inventory)
    const changed = wants.ok || wants.changed === undefined ? null : wants.why
    const standsWith: Fresh['standsWith'] = async (row, project) => {
      const others = inventory.projects.map((one) => (one.id === project.id ? project : one))
      return judgeAsked(await wanted({ ...inventory, projects: others }))(row)
    }
    const stands = judgeAsked(wants)
    return { inventory, askedAt, isFurther: false, stands, standsOnCopy: stands, changed, standsWith }
  }
  const read = await readBeforeActing(slice, batch, inventory, memory, now)
  if ('stop' in read) return { failed: read.stop }
  if (!read.isWhole) return read.isFurther ? 'further' : 'later'
  let { isFurther } = read
  const seen: Inventory = { ...inventory, activity: readActivity(sql) }
  // What went of a directory stays in it where it is only renamed, and is no reason to leave the rest.
  inventory = { ...seen, projects: withoutOwnRenames(sql, batch, seen.projects) }
  let decision = decide(policy, inventory, memory, now)
  for (let needs = ofBatch(decision, meant); needs.length > 0; needs = ofBatch(decision, meant)) {
    for (const { projectId, kind } of needs) {
      const at = slice.deps.now()
      const bought = await buyEvidence(client, projectId, kind, slice.meter)
      if (bought === 'later') return isFurther ? 'further' : 'later'
      isFurther = true
      const evidence = believable(sql, projectId, kind, bought.evidence, at)
      addPaid(paid, projectId, kind, evidence)
      storePaidAgain(sql, run.id, { projectId, kind, evidence, at })
    }
    decision = decide(policy, inventory, memory, now)
  }
  dropMarks(sql, unmatched(decision, meant))
  const asked = inventory
  const stands = judgeDue(decision, asked)
  const standsOnCopy = (row: ItemRow) => {
    const activity = readActivity(sql)
    const { projectId } = row.item
    if ((activity[projectId]?.files ?? 0) <= (asked.activity[projectId]?.files ?? 0)) return stands(row)
    const newer = { ...asked, activity }
    const again = decide(policy, newer, memory, now)
    dropMarks(sql, unmatched(again, new Set([projectId])))
    return judgeDue(again, newer)(row)
  }
  return {
    inventory: seen,
    askedAt,
    isFurther,
    stands,
    standsOnCopy,
    changed: null,
    standsWith: async (row, project) => withSight(row, project),
  }

  /** What a single look shows besides is decided about again; what a rule writes is only right for the description that the lists hold. */
  function withSight(row: ItemRow, project: Project): Stands {
    const listed = seen.projects.find(({ id }) => id === project.id)
    if (listed?.created !== project.created || listed.description !== project.description) {
      return left('changed', 'Its description was changed a moment ago.')
    }
    if (JSON.stringify(listed) === JSON.stringify(project)) return stands(row)
    const newer = { ...asked, projects: asked.projects.map((one) => (one.id === project.id ? project : one)) }
    return judgeDue(decide(policy, newer, memory, now), newer)(row)
  }
}

/**
 * The projects with those under their old name and date that this run renamed in the directories of a batch, as long as they
 * are as it left them; all else about them is as it is now.
 */
function withoutOwnRenames(
  sql: SqlStorage,
  batch: readonly ItemRow[],
  projects: readonly Project[],
): readonly Project[] {
  const units = new Map(batch.flatMap(({ run, unit }) => (unit === null ? [] : [[unit, run]])))
  const renamed = new Map<number, PlanItem>()
  for (const [unit, run] of units) {
    for (const { item, answer } of itemsOfUnit(sql, run, unit)) {
      if (item.action === 'rename' && answer?.kind === 'accepted') renamed.set(item.projectId, item)
    }
  }
  if (renamed.size === 0) return projects
  return projects.map((project) => {
    const item = renamed.get(project.id)
    if (item === undefined || project.created !== item.created || project.name !== item.to) return project
    return { ...project, name: item.name, path: normalisePath(item.name), modified: item.modified }
  })
}

/** Marks of these projects whose rule selects them no more, by what was read just now. Others are for a sweep to see to. */
function unmatched({ unmarked }: Decision, meant: ReadonlySet<number>): readonly Mark[] {
  return unmarked.flatMap(({ mark, reason }) => (reason.kind === 'no match' && meant.has(mark.projectId) ? [mark] : []))
}

/** What a rule wants stands while it is due with the same action. */
function judgeDue(decision: Decision, inventory: Inventory): Fresh['stands'] {
  const states = new Map(decision.verdicts.map(({ projectId, state }) => [projectId, state]))
  return ({ item }) => {
    const judged = stillDue(item, decision, inventory)
    if (judged.still) return { still: true, item }
    const state = states.get(item.projectId)
    const outcome = state === 'protected' || state === 'held' ? 'protected' : 'changed'
    return { still: false, outcome, why: judged.why }
  }
}

/** What was asked for stands while the same word, said now, would mean the same project; what is written may be newer. */
function judgeAsked(now: CommandItems): Fresh['stands'] {
  return ({ item }) => {
    if (!now.ok) {
      const isChanged = now.changed?.some(({ projectId }) => projectId === item.projectId) === true
      const isItself = now.projectId === item.projectId && !isChanged
      return { still: false, outcome: isItself ? 'protected' : 'changed', why: now.why }
    }
    const same = now.items.find(({ projectId }) => projectId === item.projectId)
    if (same === undefined && now.items.length === 0) return left('already', now.notes.join(' '))
    if (same === undefined) return left('changed', 'It is not among what was asked for any more.')
    if (same.created !== item.created) return left('changed', 'Another project has its id now.')
    if (same.action !== item.action) return left('changed', 'Something else would have to be done now.')
    if (item.action !== 'delete') return { still: true, item: same }
    if (same.name !== item.name) return left('changed', `It is called "${same.name}" now.`)
    if (same.modified !== item.modified) return left('changed', 'It has been modified since.')
    return { still: true, item }
  }
}

function left(outcome: 'already' | 'changed', why: string): Stands {
  return { still: false, outcome, why }
}

/** The projects of a batch, and for a directory all that is in it: one of them may save the others. */
function membersOf(batch: readonly ItemRow[], projects: readonly Project[]): ReadonlySet<number> {
  const ids = new Set(batch.map(({ item }) => item.projectId))
  const directories = new Set(batch.flatMap(({ item }) => (item.directory === null ? [] : [`${item.directory}/`])))
  for (const directory of directories) {
    for (const project of projects) if (project.path.startsWith(directory)) ids.add(project.id)
  }
  return ids
}

function ofBatch(decision: Decision, meant: ReadonlySet<number>): Decision['needs'] {
  return decision.needs.filter((need) => meant.has(need.projectId))
}
