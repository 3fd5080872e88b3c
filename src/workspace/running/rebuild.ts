/**
 * Makes a project again from our backup, once the Recycle Bin has let it go. Every step begins by reading how far it is, so
 * that a crash or a lost answer is never followed by a blind repeat: only what a look shows to be missing is written.
 */

import { isSameSet } from '../../core/command/command-update.ts'
import { isUnknown, type Project } from '../../core/evidence/project.ts'
import { failureText } from '../../quantconnect/failure.ts'
import type { ProjectFile } from '../../quantconnect/files.ts'
import type { Mutation } from '../../quantconnect/permit.ts'
import { type Backup, readBackup } from '../../records/backups.ts'
import { recordAction } from '../ledger/acted-on.ts'
import { holdRestored } from '../ledger/holds.ts'
import { type ItemRow, itemsOf, postpone, writeOutcome, writeRebuilt } from '../ledger/items.ts'
import { madeBy } from '../ledger/rebuilt.ts'
import { newestBackup } from './backup.ts'
import { type GateFacts, gate, gateOfRebuild, type Passage } from './gate.ts'
import { policyTime, type Slice, update } from './slice.ts'

/** Nothing was sent, or QuantConnect asked to slow down. */
const NOT_TAKEN: ReadonlySet<string> = new Set(['withdrawn', 'throttled', 'budget'])

/** Slices that may go by while nothing gets done. */
const MOST_TRIES = 6

/** The gate for the first call, which makes the empty project. */
export async function beginRebuild(slice: Slice, row: ItemRow, facts: GateFacts): Promise<Passage> {
  const backup = await backupOf(slice, row)
  if (backup === null) return { pass: false, outcome: 'failed', detail: 'Its backup could not be read whole.' }
  const { item } = row
  const { organizationId, language } = backup
  const create: Mutation = {
    endpoint: 'projects/create',
    name: item.to ?? item.name,
    language,
    ...(organizationId === '' ? {} : { organizationId }),
  }
  const passage = await gate(slice.sql, slice.policy, slice.run, row, { ...facts, create })
  if (passage.pass) writeRebuilt(slice.sql, row, { name: create.name, projectId: null, created: null, lost: [] })
  return passage
}

/** Notes which project the first call made, and keeps it from everybody's rules for 30 days. */
export function adopt(slice: Slice, row: ItemRow, made: Project): void {
  if (isUnknown(made.created)) return
  const rebuilt = { name: made.name, projectId: made.id, created: made.created, lost: row.rebuilt?.lost ?? [] }
  writeRebuilt(slice.sql, row, rebuilt)
  recordAction(slice.sql, made.id, slice.deps.now())
  holdRestored(slice.sql, { projectId: made.id, created: made.created }, policyTime(slice))
}

/** One slice of rebuilding: each project that an accepted or lost call may have made is found and filled. */
export async function rebuild(slice: Slice): Promise<void> {
  const sent = [...itemsOf(slice.sql, slice.run.id, 'intent'), ...itemsOf(slice.sql, slice.run.id, 'answered')]
  const rows = sent.filter(({ item }) => item.action === 'rebuild')
  const [first] = rows
  if (first !== undefined) {
    const list = await slice.deps.client.readProjects(slice.meter)
    if (!list.ok) {
      later(slice, first, `The list of projects could not be read. ${failureText(list.failure)}`)
      return
    }
    const listed = new Map(list.value.map((project) => [project.id, project]))
    for (const row of rows) if ((await goOnRebuilding(slice, row, listed)) === 'again') return
  }
  update(slice, { phase: 'confirm' })
}

/** Goes on as far as this slice's calls reach. `again`: the next slice goes on. */
async function goOnRebuilding(
  slice: Slice,
  given: ItemRow,
  listed: ReadonlyMap<number, Project>,
): Promise<'done' | 'again'> {
  let row = given
  if (row.answer?.kind === 'refused') return end(slice, row, 'failed', row.answer.detail)
  if (row.rebuilt?.projectId == null) {
    const made = madeBy(row, [...listed.values()])
    if (made === null) return end(slice, row, 'unsure', 'The answer was lost, and no new project is to be seen (yet).')
    adopt(slice, row, made)
    const created = isUnknown(made.created) ? null : made.created
    row = { ...row, rebuilt: { name: made.name, projectId: made.id, created, lost: [] } }
  }
  const backup = await backupOf(slice, row)
  if (backup === null) return later(slice, row, 'Its backup could not be read whole.')
  return fill(slice, row, backup, listed)
}

async function fill(
  slice: Slice,
  row: ItemRow,
  backup: Backup,
  listed: ReadonlyMap<number, Project>,
): Promise<'done' | 'again'> {
  const { client } = slice.deps
  const projectId = row.rebuilt?.projectId ?? 0
  const lost = new Set(row.rebuilt?.lost ?? [])
  for (const empty of backup.files.filter(({ content }) => content === '')) {
    lost.add(`The empty file ${empty.name} did not come back: QuantConnect takes none.`)
  }

  const files = await client.readFiles(projectId, slice.meter)
  if (!files.ok) return later(slice, row, `The files so far could not be read. ${failureText(files.failure)}`)
  const write = async (mutation: Mutation): Promise<'done' | 'refused' | 'again'> => {
    // One call is left for the look at the end.
    if (slice.meter.left < 2) return 'again'
    const passage = gateOfRebuild(slice.sql, slice.run, row, mutation, slice.deps.now())
    if (!passage.pass) return 'again'
    const sent = await client.mutate(passage.permit, slice.meter)
    if (sent.effect === 'accepted') return 'done'
    if (sent.effect === 'unknown' || sent.result.ok || NOT_TAKEN.has(sent.result.failure.kind)) return 'again'
    lost.add(`${whatOf(mutation)} did not come back: ${failureText(sent.result.failure)}`)
    writeRebuilt(slice.sql, row, { ...rebuiltOf(row), lost: [...lost] })
    return 'refused'
  }

  for (const mutation of missing(projectId, files.value, backup)) {
    if ([...lost].some((one) => one.startsWith(`${whatOf(mutation)} did not`))) continue
    if ((await write(mutation)) === 'again') return later(slice, row, 'The calls of this slice were used up.')
  }

  const libraries = backup.libraries.filter((id) => listed.has(id))
  for (const gone of backup.libraries.filter((id) => !listed.has(id))) {
    lost.add(`The library ${gone} is no more, so it is not linked.`)
  }
  const own: Mutation = { endpoint: 'projects/update', projectId, ...fieldsOf(backup) }
  const linked = libraries.length === 0 ? 'refused' : await write({ ...own, libraries })
  if (linked === 'again' || (linked === 'refused' && (await write(own)) === 'again')) {
    return later(slice, row, 'The calls of this slice were used up.')
  }
  return check(slice, row, backup, lost)
}

/** Done is what a last look shows to be whole. */
async function check(slice: Slice, row: ItemRow, backup: Backup, lost: ReadonlySet<string>): Promise<'done' | 'again'> {
  const { client } = slice.deps
  const { projectId } = rebuiltOf(row)
  const [project, files] = await Promise.all([
    client.readProject(projectId ?? 0, slice.meter),
    client.readFiles(projectId ?? 0, slice.meter),
  ])
  if (!project.ok || !files.ok) return later(slice, row, 'The rebuilt project could not be looked at.')
  const unlike = missing(project.value.id, files.value, backup).map(whatOf)
  const unsaid = unlike.filter((what) => ![...lost].some((one) => one.startsWith(`${what} did not`)))
  const { description, parameters } = project.value
  if (description !== backup.description) unsaid.push('Its description')
  if (!isSameSet(parameters, backup.parameters)) unsaid.push('Its parameters')
  if (unsaid.length > 0) return later(slice, row, `Not as in the backup yet: ${unsaid.join(', ')}.`)
  const partly = [...lost].join(' ')
  return end(
    slice,
    row,
    'done',
    `Rebuilt as project ${project.value.id}, called "${project.value.name}". ${partly}`.trim(),
  )
}

/** The calls that would make the files exactly those of the backup. */
function missing(projectId: number, present: readonly ProjectFile[], backup: Backup): readonly Mutation[] {
  const there = new Map(present.map(({ name, content }) => [name, content]))
  const wanted = new Map(backup.files.map(({ name, content }) => [name, content]))
  const writes = [...wanted].flatMap(([name, content]): readonly Mutation[] => {
    if (content === '' || there.get(name) === content) return []
    return [{ endpoint: there.has(name) ? 'files/update' : 'files/create', projectId, name, content }]
  })
  const extra = [...there.keys()].filter((name) => !wanted.has(name) || wanted.get(name) === '')
  return [...writes, ...extra.map((name): Mutation => ({ endpoint: 'files/delete', projectId, name }))]
}

function whatOf(mutation: Mutation): string {
  if (mutation.endpoint === 'files/delete') return `The absence of the file ${mutation.name}`
  if (mutation.endpoint === 'files/create' || mutation.endpoint === 'files/update') return `The file ${mutation.name}`
  return 'Description, parameters or links'
}

function fieldsOf({ description, parameters }: Backup) {
  return { description, ...(parameters.length === 0 ? {} : { parameters }) }
}

async function backupOf(slice: Slice, { item }: ItemRow): Promise<Backup | null> {
  const kept = newestBackup(slice.sql, item.projectId)
  return kept === null ? null : readBackup(slice.deps.log, kept.key, kept.hash)
}

function rebuiltOf({ rebuilt, item }: ItemRow): NonNullable<ItemRow['rebuilt']> {
  return rebuilt ?? { name: item.to ?? item.name, projectId: null, created: null, lost: [] }
}

function later(slice: Slice, row: ItemRow, why: string): 'done' | 'again' {
  if (row.tries + 1 >= MOST_TRIES) return end(slice, row, 'failed', `Given up, half-way: ${why}`)
  postpone(slice.sql, row, why)
  return 'again'
}

function end(slice: Slice, row: ItemRow, outcome: 'done' | 'failed' | 'unsure', detail: string): 'done' {
  writeOutcome(slice.sql, row, outcome, detail)
  return 'done'
}
