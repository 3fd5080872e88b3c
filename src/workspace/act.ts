/**
 * One slice of acting: a re-check with fresh lists, then up to ten items, each: still due? → backup → verified? → gate
 * (which writes the intent) → call → answer. What became of it is for `confirm.ts` to see.
 */

import { type Decision, decide } from '../core/decide.ts'
import { stillDue } from '../core/plan.ts'
import type { Inventory, Project } from '../core/project.ts'
import { failureText } from '../quantconnect/failure.ts'
import { makeVerifiedBackup } from './backup.ts'
import { loadInventory } from './evidence.ts'
import { shrunk } from './floor.ts'
import { gate } from './gate.ts'
import { type Answer, attemptsOf, type ItemRow, itemsOf, postpone, writeAnswer, writeOutcome } from './items.ts'
import { isInBin } from './judge.ts'
import { readRunning } from './look.ts'
import { readMemory } from './memory.ts'
import { addPaid, buyEvidence, type Paid } from './paid.ts'
import { CALLS_OF_ONE_ITEM } from './planning.ts'
import type { OutcomeKind } from './run.ts'
import { lookAgain } from './settle.ts'
import { policyTime, type Slice, update } from './slice.ts'

const ITEMS_PER_SLICE = 10

/** An item that could not be finished in this many slices has failed. */
const MOST_TRIES = 4

export async function act(slice: Slice): Promise<void> {
  const batch = itemsOf(slice.sql, slice.run.id, 'pending', ITEMS_PER_SLICE)
  if (batch.length === 0) {
    update(slice, { phase: 'confirm' })
    return
  }

  const fresh = await recheck(slice, batch)
  if (fresh === 'later') return outOfCalls(slice, batch)
  if ('failed' in fresh) {
    giveUp(slice, `The re-check before acting could not be read: ${fresh.failed}`)
    // As when the survey could not read it (G2); but what was done before that is a run half-way.
    if (fresh.live && attemptsOf(slice.sql, slice.run.id) === 0) {
      update(slice, { state: { ...slice.run.state, ending: 'blocked' } })
    }
    return
  }

  for (const [place, row] of batch.entries()) {
    if (slice.meter.left < CALLS_OF_ONE_ITEM) return place === 0 ? outOfCalls(slice, batch) : undefined
    const went = await actOn(slice, row, fresh)
    if (went.kind === 'later') {
      postpone(slice.sql, row, went.why)
      if (row.tries + 1 >= MOST_TRIES)
        writeOutcome(slice.sql, row, 'failed', `Given up after ${MOST_TRIES} tries. ${went.why}`)
      return
    }
    if (went.kind === 'stop') return giveUp(slice, went.why)
  }
}

/** What a re-check read, and what the policy says to it. */
interface Fresh {
  readonly inventory: Inventory
  readonly decision: Decision
  /** Real time at which its lists were asked for. */
  readonly askedAt: number
}

/** A re-check that does not fit into a whole slice will not fit into the next one either. */
function outOfCalls(slice: Slice, [first]: readonly ItemRow[]): void {
  const why = `A re-check takes more than the ${slice.deps.config.callsPerSlice} calls one slice may make.`
  if (first === undefined || first.tries + 1 >= MOST_TRIES) giveUp(slice, `${why} Set CALLS_PER_SLICE higher.`)
  else postpone(slice.sql, first, why)
}

/** Both lists anew, the paid evidence of the batch anew, and `decide` again (G8). */
async function recheck(
  slice: Slice,
  batch: readonly ItemRow[],
): Promise<Fresh | 'later' | { readonly failed: string; readonly live?: true }> {
  const { client, config } = slice.deps
  const askedAt = slice.deps.now()
  const projects = await client.readProjects(slice.meter)
  if (!projects.ok) return projects.failure.kind === 'budget' ? 'later' : { failed: failureText(projects.failure) }
  const live = await readRunning(client, slice.meter)
  if (live.failure?.kind === 'budget') return 'later'
  if (live.failure !== null) return { failed: failureText(live.failure), live: true }

  const surveyed = await loadInventory(slice.sql, slice.run, config.organizationId)
  const short = shrunk(surveyed.projects, projects.value, attemptsOf(slice.sql, slice.run.id))
  if (short !== null) return { failed: short }
  const now = policyTime(slice)
  const meant = membersOf(batch, projects.value)
  const paid: Paid = Object.fromEntries(Object.entries(surveyed.paid).filter(([id]) => !meant.has(Number(id))))
  const inventory: Inventory = { ...surveyed, at: now, projects: projects.value, running: live.running, paid }

  const memory = readMemory(slice.sql)
  let decision = decide(slice.policy, inventory, memory, now)
  for (let needs = ofBatch(decision, meant); needs.length > 0; needs = ofBatch(decision, meant)) {
    for (const { projectId, kind } of needs) {
      const bought = await buyEvidence(client, projectId, kind, slice.meter)
      if (bought === 'later') return 'later'
      addPaid(paid, projectId, kind, bought.evidence)
    }
    decision = decide(slice.policy, inventory, memory, now)
  }
  return { inventory, decision, askedAt }
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

/** `stop`: nothing else of this run can go well either. */
type Went = { readonly kind: 'done' } | { readonly kind: 'later' | 'stop'; readonly why: string }

const DONE: Went = { kind: 'done' }

async function actOn(slice: Slice, row: ItemRow, fresh: Fresh): Promise<Went> {
  const { item } = row
  const position = fresh.inventory.projects.findIndex((project) => project.id === item.projectId)
  const project = fresh.inventory.projects[position]
  if (project === undefined) return vanished(slice, row)
  if (item.action === 'delete' && project.created === item.created && isInBin(project)) {
    return leave(slice, row, 'already', 'Somebody else moved it to the Recycle Bin.')
  }

  const judged = stillDue(item, fresh.decision, fresh.inventory)
  const state = fresh.decision.verdicts[position]?.state
  const left: OutcomeKind = state === 'protected' || state === 'held' ? 'protected' : 'changed'
  if (!judged.still) return leave(slice, row, left, judged.why)

  let verifiedBackup: string | null = null
  if (item.action === 'delete') {
    const backup = await makeVerifiedBackup(slice, row, project)
    if (backup.kind === 'later') return { kind: 'later', why: backup.why }
    if (backup.kind !== 'verified') return leave(slice, row, backup.kind, backup.why)
    verifiedBackup = backup.key
  }

  const passage = gate(slice.sql, slice.policy, slice.run, row, {
    now: slice.deps.now(),
    listsAskedAt: fresh.askedAt,
    policyNow: policyTime(slice),
    still: judged,
    verifiedBackup,
  })
  if (!passage.pass) {
    if (passage.outcome === 'later') return { kind: 'later', why: passage.detail }
    return leave(slice, row, passage.outcome, passage.detail)
  }
  const sent = await slice.deps.client.mutate(passage.permit, slice.meter)
  const detail = sent.result.ok ? '' : failureText(sent.result.failure)
  const answer: Answer =
    sent.effect === 'accepted' ? { kind: 'accepted' } : { kind: sent.effect === 'none' ? 'refused' : 'lost', detail }
  writeAnswer(slice.sql, row, answer, sent.sentAt, sent.answeredAt)
  update(slice, {}) // the calls so far, should this be the last thing this process does
  if (!sent.result.ok && sent.result.failure.kind === 'auth') return { kind: 'stop', why: detail }
  return DONE
}

/** Not in the list any more: gone only if a single look says so too, for lists have been seen with rows missing. */
async function vanished(slice: Slice, row: ItemRow): Promise<Went> {
  const sight = await lookAgain(slice, row.item.projectId)
  if (sight === 'later') return { kind: 'later', why: 'The calls of this slice were used up.' }
  if (sight.kind === 'notFound') return leave(slice, row, 'already', 'Somebody else removed it; it is not in the bin.')
  return leave(slice, row, 'changed', 'The list does not hold it any more, so it was left alone.')
}

function leave(slice: Slice, row: ItemRow, outcome: OutcomeKind, why: string): Went {
  writeOutcome(slice.sql, row, outcome, why)
  return DONE
}

/** Ends the acting of a run: every item not tried yet has failed, with the reason. */
function giveUp(slice: Slice, why: string): void {
  slice.storage.transactionSync(() => {
    for (const row of itemsOf(slice.sql, slice.run.id, 'pending'))
      writeOutcome(slice.sql, row, 'failed', `Not tried. ${why}`)
    update(slice, { phase: 'confirm', message: [slice.run.message, why].filter((text) => text !== '').join(' ') })
  })
}
