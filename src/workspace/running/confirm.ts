/** After acting: one fresh list tells what really happened to every item that was sent (G10). */

import { placeOf } from '../../core/base/names.ts'
import { isUnknown, normalisePath, type Project } from '../../core/evidence/project.ts'
import { failureText } from '../../quantconnect/failure.ts'
import { loadInventory } from '../ledger/evidence.ts'
import { rememberFirstApprovals } from '../ledger/first-approvals.ts'
import { noteFormerNames } from '../ledger/former-names.ts'
import { type ItemRow, itemsOf, postpone, writeOutcome } from '../ledger/items.ts'
import { readMemory, writeOwnWrite } from '../ledger/memory.ts'
import { throttledUntil } from '../ledger/throttle.ts'
import { noteAbsent } from '../ledger/unsettled.ts'
import { judge, type Sight } from './judge.ts'
import { readLaterList } from './later-list.ts'
import { halfBuiltText, lookAgain } from './settle.ts'
import { type Slice, update } from './slice.ts'

export async function confirm(slice: Slice): Promise<void> {
  if ((await confirmSent(slice)) === 'later') return
  const { sql, run, policy } = slice
  if (run.policy === policy.hash) {
    await rememberFirstApprovals(sql, policy, run, itemsOf(sql, run.id), slice.deps.now())
  }
  update(slice, { phase: 'record' })
}

/** Looks at everything that was sent and not looked at yet. `later`: the calls of this slice are used up. */
export async function confirmSent(slice: Slice): Promise<'all' | 'later'> {
  const rows = [...itemsOf(slice.sql, slice.run.id, 'intent'), ...itemsOf(slice.sql, slice.run.id, 'answered')]
  if (rows.length > 0) {
    const scanned = await loadInventory(slice.sql, slice.run, slice.deps.config.organizationId)
    const list = await readLaterList(slice, scanned.projects, 'confirm')
    if (!list.ok && list.failure.kind === 'budget') return again(slice, rows)
    const listed = list.ok ? new Map(list.value.map((project) => [project.id, project])) : null
    const unreadable: Sight = { kind: 'unreadable', detail: list.ok ? '' : failureText(list.failure) }
    for (const row of rows) {
      if (row.item.action === 'rebuild') {
        stopped(slice, row)
        continue
      }
      const sight = listed === null ? unreadable : await sightOf(slice, row, listed)
      if (sight === 'later') return again(slice, rows)
      const { outcome, detail } = judge(row.item, row.answer, sight)
      slice.storage.transactionSync(() => {
        writeOutcome(slice.sql, row, outcome, detail)
        if (sight.kind === 'notFound' && (outcome === 'unsure' || outcome === 'done')) {
          noteAbsent(slice.sql, row, slice.deps.now())
        }
        if (outcome === 'done' && sight.kind === 'seen') {
          rememberOwnWrite(slice, row, sight.project)
          rememberName(slice, row, sight.project)
        }
      })
    }
  }
  return 'all'
}

/** Slices that may go by without a single outcome; then what was sent stays unsure, and later runs look. */
const MOST_TRIES = 4

/** The calls are used up: the next slice goes on, as long as slices get anywhere. */
function again(slice: Slice, before: readonly ItemRow[]): 'all' | 'later' {
  const [first] = before
  const open = [...itemsOf(slice.sql, slice.run.id, 'intent'), ...itemsOf(slice.sql, slice.run.id, 'answered')]
  const isThrottled = throttledUntil(slice.sql, slice.deps.now()) !== null
  if (first === undefined || open.length < before.length || isThrottled) return 'later'
  if (first.tries + 1 >= MOST_TRIES) return 'all'
  postpone(slice.sql, first, 'The calls of this slice were used up.')
  return 'later'
}

/** A rebuild that was stopped before it was whole. Whether a call whose answer is not known made a project shows later. */
function stopped({ sql }: Slice, row: ItemRow): void {
  const { rebuilt } = row
  if (rebuilt?.projectId != null) writeOutcome(sql, row, 'failed', halfBuiltText(rebuilt.projectId, rebuilt.name))
  else if (row.answer?.kind === 'refused') writeOutcome(sql, row, 'failed', row.answer.detail)
  else writeOutcome(sql, row, 'unsure', 'Stopped before it was known whether a new project was made.')
}

async function sightOf(slice: Slice, row: ItemRow, listed: ReadonlyMap<number, Project>): Promise<Sight | 'later'> {
  const project = listed.get(row.item.projectId)
  return project === undefined ? lookAgain(slice, row.item.projectId) : { kind: 'seen', project }
}

/** What it was called before our rename; what was in the bin is found by the name that it had before that. */
function rememberName({ sql, deps }: Slice, { item }: ItemRow, { name, path }: Project): void {
  if (name === item.name || placeOf(path) === 'bin' || placeOf(normalisePath(item.name)) === 'bin') return
  noteFormerNames(sql, [{ id: item.projectId, name: item.name }], deps.now())
}

/**
 * Our rename or stamp moved `modified`, which is not activity (G15), but only if the value lies between our sending,
 * rounded down to a second (the API's dates have no fractions), and the answer: any other value is somebody's edit.
 */
function rememberOwnWrite(slice: Slice, { item, sentAt, answeredAt }: ItemRow, project: Project): void {
  if (item.action === 'delete' || item.rule === null || sentAt === null || answeredAt === null) return
  if (isUnknown(project.modified) || project.modified === item.modified) return
  if (project.modified < Math.floor(sentAt / 1_000) * 1_000 || project.modified > answeredAt) return
  const before = readMemory(slice.sql).ownWrites.find(
    (write) => write.projectId === item.projectId && write.created === item.created && write.seen === item.modified,
  )
  writeOwnWrite(slice.sql, {
    projectId: item.projectId,
    created: item.created,
    seen: project.modified,
    effective: before?.effective ?? item.modified,
  })
}
