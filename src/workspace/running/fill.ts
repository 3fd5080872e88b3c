/**
 * Writes what a backup holds into the project that a restore made, and never over anybody's work (G24): first the files, then
 * in one call description, parameters, libraries and the final name. How far it is, is kept after every call, so that a
 * killed process or a lost answer is followed by a look, never by a blind repeat.
 */

import { sha256Hex } from '../../core/base/canonical.ts'
import { isSameSet } from '../../core/command/command-update.ts'
import { isUnknown, type Project } from '../../core/evidence/project.ts'
import { openNames } from '../../core/evidence/taken.ts'
import { type Failure, failureText } from '../../quantconnect/failure.ts'
import type { ProjectFile } from '../../quantconnect/files.ts'
import type { Mutation } from '../../quantconnect/permit.ts'
import type { Backup } from '../../records/backups.ts'
import type { ItemRow, Rebuilt } from '../ledger/items.ts'
import { writeRebuilt } from '../ledger/items.ts'
import { readRebuilt } from '../ledger/rebuilt.ts'
import { gateOfRebuild } from './gate.ts'
import { isInBin } from './judge.ts'
import type { Slice } from './slice.ts'

/** Files that QuantConnect gives a new project. */
const TEMPLATES = new Set(['main.py', 'Main.cs', 'research.ipynb', 'Research.ipynb'])

/** A file of such a name saved no later than this after the project was made is QuantConnect's, not a person's. */
const MADE_WITHIN_MS = 5_000

/** Answers to writing one file that may be lost. */
const MOST_LOST = 4

/** Calls for the fields and the name: all at once, each part alone, a second name, and as many answers that are lost. */
const MOST_SENT = 5 + MOST_LOST

/**
 * `filled`: everything has been seen to; what was left is in the ledger. `later`: this slice cannot go on; `isFurther`: it
 * did get somewhere. `stuck`: no slice can. `gone`, `binned`: somebody took the project away.
 */
export type Filled =
  | { readonly kind: 'filled'; readonly name: string }
  | { readonly kind: 'later'; readonly why: string; readonly isFurther: boolean }
  | { readonly kind: 'stuck'; readonly why: string }
  | { readonly kind: 'gone' | 'binned' }

/** Why the filling ends before it is through. */
type Halt = Exclude<Filled, { kind: 'filled' }>

type Wanted = Pick<ProjectFile, 'name' | 'content'>

export async function fill(slice: Slice, row: ItemRow, backup: Backup): Promise<Filled> {
  const work = open(slice, row)
  return (await writeFiles(work, backup)) ?? (await lookAtFiles(work, backup)) ?? (await writeFields(work, backup))
}

/** One restore at work. */
interface Work {
  readonly slice: Slice
  readonly row: ItemRow
  readonly projectId: number
  readonly created: number
  state: Rebuilt
  /** The files as they were last read; null = not read yet. */
  files: ReadonlyMap<string, ProjectFile> | null
  /** Nothing was sent since the files were read. */
  isFresh: boolean
  isFurther: boolean
}

function open(slice: Slice, row: ItemRow): Work {
  const state = readRebuilt(slice.sql, row)
  if (state?.projectId == null || state.created === null) throw new TypeError('There is no project to fill.')
  const { projectId, created } = state
  return { slice, row, projectId, created, state, files: null, isFresh: false, isFurther: false }
}

function save(work: Work, change: Partial<Rebuilt>): void {
  work.state = { ...work.state, ...change }
  writeRebuilt(work.slice.sql, work.row, work.state)
}

function leave(work: Work, what: string): void {
  if (!work.state.left.includes(what)) save(work, { left: [...work.state.left, what] })
}

function note(work: Work, what: string): void {
  if (!work.state.notes.includes(what)) save(work, { notes: [...work.state.notes, what] })
}

function later(work: Work, why: string): Halt {
  return { kind: 'later', why, isFurther: work.isFurther }
}

/** The files one after the other: those that QuantConnect made come first, for they may be a person's next. */
async function writeFiles(work: Work, backup: Backup): Promise<Halt | null> {
  const wanted = inOrder(backup)
  if (work.state.templates === null) {
    const halt = await readFiles(work)
    if (halt !== null) return halt
    save(work, { templates: await templatesOf(work) })
    work.isFurther = true
  }
  for (let file = wanted[work.state.next]; file !== undefined; file = wanted[work.state.next]) {
    const halt = await writeFile(work, file)
    if (halt !== null) return halt
    save(work, { next: work.state.next + 1 })
    work.isFurther = true
  }
  return null
}

function inOrder({ files }: Backup): readonly Wanted[] {
  const wanted = files.filter(({ content }) => content !== '')
  const isTemplate = ({ name }: Wanted) => TEMPLATES.has(name)
  return [...wanted.filter(isTemplate), ...wanted.filter((file) => !isTemplate(file))]
}

async function readFiles(work: Work): Promise<Halt | null> {
  const read = await work.slice.deps.client.readFiles(work.projectId, work.slice.meter)
  if (!read.ok) return haltOf(work, read.failure, 'Its files could not be read.')
  work.files = new Map(read.value.map((file) => [file.name, file]))
  work.isFresh = true
  return null
}

/** Hashes of the files that came with the project: by their names, and by their dates, which are those of its making. */
async function templatesOf({ files, created }: Work): Promise<NonNullable<Rebuilt['templates']>> {
  const hashes: [string, string][] = []
  for (const { name, content, modified } of files?.values() ?? []) {
    if (!TEMPLATES.has(name) || isUnknown(modified) || modified > created + MADE_WITHIN_MS) continue
    hashes.push([name, await sha256Hex(content)])
  }
  return Object.fromEntries(hashes)
}

async function isStillTemplate({ state, files }: Work, name: string): Promise<boolean> {
  const hash = state.templates?.[name]
  const present = files?.get(name)
  return hash !== undefined && present !== undefined && (await sha256Hex(present.content)) === hash
}

/** Brings one file, unless somebody's is in its place. */
async function writeFile(work: Work, { name, content }: Wanted): Promise<Halt | null> {
  let refusal: string | null = null
  for (let lost = 0; lost < MOST_LOST; ) {
    if (work.files === null) {
      const halt = await readFiles(work)
      if (halt !== null) return halt
    }
    const present = work.files?.get(name)
    if (present?.content === content) return null
    const isTemplate = present !== undefined && (await isStillTemplate(work, name))
    if (present !== undefined && !isTemplate) {
      leave(work, `The file ${name} is somebody's by now, so it was left as it is.`)
      return null
    }
    if (refusal !== null) {
      leave(work, `The file ${name} did not come back: ${refusal}`)
      return null
    }
    // The server refuses to create what is there; before anything is written over, it is read again.
    if (isTemplate && !work.isFresh) {
      work.files = null
      continue
    }
    const sent = await send(work, {
      endpoint: isTemplate ? 'files/update' : 'files/create',
      projectId: work.projectId,
      name,
      content,
    })
    if (sent.kind === 'halt') return sent.halt
    if (sent.kind === 'accepted') return null
    if (sent.kind === 'refused') refusal = sent.why
    else lost += 1
    work.files = null
  }
  return { kind: 'stuck', why: `${MOST_LOST} answers to writing the file ${name} were lost, and it is not there.` }
}

type Sent =
  | { readonly kind: 'accepted' | 'lost' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'halt'; readonly halt: Halt }

async function send(work: Work, mutation: Mutation): Promise<Sent> {
  const { slice, row } = work
  const given = { ...row, rebuilt: work.state }
  const passage = gateOfRebuild(slice.sql, slice.run, given, mutation, slice.deps.now())
  if (!passage.pass) return { kind: 'halt', halt: later(work, passage.detail) }
  const sent = await slice.deps.client.mutate(passage.permit, slice.meter)
  work.isFresh = false
  if (sent.effect === 'accepted') return { kind: 'accepted' }
  if (sent.effect === 'unknown' || sent.result.ok) return { kind: 'lost' }
  const { failure } = sent.result
  if (failure.kind === 'refused') return { kind: 'refused', why: failureText(failure) }
  return { kind: 'halt', halt: haltOf(work, failure, 'A call was not made.') }
}

/** What concerns the whole service, or this slice, is no refusal of the one call. */
function haltOf(work: Work, failure: Failure, what: string): Halt {
  return failure.kind === 'notFound' ? { kind: 'gone' } : later(work, `${what} ${failureText(failure)}`)
}

/** A last look at the files names every difference. */
async function lookAtFiles(work: Work, backup: Backup): Promise<Halt | null> {
  if (!work.isFresh) {
    const halt = await readFiles(work)
    if (halt !== null) return halt
  }
  const wanted = new Map(inOrder(backup).map(({ name, content }) => [name, content]))
  for (const [name, content] of wanted) {
    if (work.state.left.some((one) => one.startsWith(`The file ${name} `))) continue
    const present = work.files?.get(name)
    if (present === undefined) leave(work, `The file ${name} is not there any more.`)
    else if (present.content !== content) leave(work, `The file ${name} has been changed since, and was left as it is.`)
  }
  for (const name of work.files?.keys() ?? []) {
    if (wanted.has(name)) continue
    const isTemplate = work.state.templates?.[name] !== undefined
    note(
      work,
      `The file ${name} is not in the backup${isTemplate ? '; it came with the new project and' : ', and'} stays.`,
    )
  }
  return null
}

/** What one call to `projects/update` can bring, as parts that can be tried on their own. */
type Part = 'together' | 'fields' | 'libraries' | 'name'

interface Pending {
  readonly description?: string
  readonly parameters?: Backup['parameters']
  readonly libraries?: readonly number[]
  readonly name?: string
}

/**
 * Description, parameters, libraries and the final name: looked at, written where still empty as created and where the name
 * is still the temporary one, and looked at again, until nothing remains.
 */
async function writeFields(work: Work, backup: Backup): Promise<Filled> {
  for (let sent = 0; ; ) {
    const read = await work.slice.deps.client.readProject(work.projectId, work.slice.meter)
    if (!read.ok) return haltOf(work, read.failure, 'The new project could not be looked at.')
    const project = read.value
    if (project.unreadable !== null || isUnknown(project.created)) {
      return later(work, 'The new project could not be read whole.')
    }
    if (project.created !== work.created) return { kind: 'gone' }
    if (isInBin(project)) return { kind: 'binned' }

    const pending = pendingOf(work, project, backup)
    const call = nextCall(work.state, pending)
    if (call === null) return finish(work, project)
    if (sent >= MOST_SENT) {
      leave(work, `Its ${Object.keys(pending).join(', ')} did not come back: no look shows what was sent.`)
      return finish(work, project)
    }
    const answer = await send(work, { endpoint: 'projects/update', projectId: work.projectId, ...call.change })
    if (answer.kind === 'halt') return answer.halt
    // Accepted or lost, the next look tells.
    sent += 1
    if (answer.kind !== 'refused') continue
    const halt = call.part === 'name' ? await otherName(work, answer.why) : refusedPart(work, call.part, answer.why)
    if (halt !== null) return halt
  }
}

/** What is still to be written; what somebody has filled in is left, and named. */
function pendingOf(work: Work, project: Project, backup: Backup): Pending {
  const { state } = work
  const pending: { -readonly [K in keyof Pending]: Pending[K] } = {}
  const { description, parameters, libraries } = project
  if (description !== backup.description) {
    if (description === '') pending.description = backup.description
    else differs(work, 'description', backup.description === '')
  }
  if (!isSameSet(parameters, backup.parameters)) {
    if (parameters.length === 0) pending.parameters = backup.parameters
    else differs(work, 'set of parameters', backup.parameters.length === 0)
  }
  if (isUnknown(libraries)) {
    if (state.libraries.length > 0) leave(work, 'Its libraries could not be read, so none were linked.')
  } else if (state.libraries.some((id) => !libraries.includes(id))) {
    if (libraries.length === 0) pending.libraries = state.libraries
    else differs(work, 'set of libraries', false)
  }
  if (project.name === state.name && state.final !== state.name) pending.name = state.final
  else if (!isFinal(project.name, state)) {
    leave(work, `Somebody has renamed it meanwhile, so the name was left; it would be "${state.final}".`)
  }
  return pending
}

function differs(work: Work, field: string, isAddition: boolean): void {
  const what = `Its ${field} is somebody's by now, so it was left as it is.`
  if (isAddition) note(work, what)
  else leave(work, what)
}

/** The final name, or with a number where QuantConnect itself put one. */
function isFinal(name: string, { final }: Rebuilt): boolean {
  return name === final || (name.startsWith(`${final} `) && /^\d+$/.test(name.slice(final.length + 1)))
}

/** The next call: all at once, and part by part after that was refused; null when nothing remains that could be tried. */
function nextCall({ refused }: Rebuilt, pending: Pending): { readonly part: Part; readonly change: Pending } | null {
  if (Object.keys(pending).length === 0) return null
  const { libraries, name, ...fields } = pending
  const parts: readonly { readonly part: Part; readonly change: Pending }[] = [
    { part: 'fields', change: fields },
    { part: 'libraries', change: libraries === undefined ? {} : { libraries } },
    { part: 'name', change: name === undefined ? {} : { name } },
  ]
  const single = parts.filter(({ change }) => Object.keys(change).length > 0)
  if (single.length > 1 && !refused.includes('together')) return { part: 'together', change: pending }
  return single.find(({ part }) => !refused.includes(part)) ?? null
}

function refusedPart(work: Work, part: Part, why: string): null {
  save(work, { refused: [...work.state.refused, part] })
  if (part === 'fields') leave(work, `Its description or parameters did not come back: ${why}`)
  if (part === 'libraries') leave(work, `Its libraries were not linked: ${why}`)
  return null
}

/** The name was refused: once another is tried, if somebody has it by now; else the temporary one stays. */
async function otherName(work: Work, why: string): Promise<Halt | null> {
  const { final, refused } = work.state
  if (!refused.includes('taken')) {
    const list = await work.slice.deps.client.readProjects(work.slice.meter)
    if (!list.ok) return haltOf(work, list.failure, 'The list of projects could not be read.')
    const others = list.value.filter(({ id }) => id !== work.projectId)
    const free = openNames({ projects: others })(final)
    if (free !== final) {
      note(work, `"${final}" is taken by now, so it is called "${free}".`)
      save(work, { final: free, refused: [...refused, 'taken'] })
      return null
    }
  }
  save(work, { refused: [...work.state.refused, 'name'] })
  leave(work, `It could not be called "${final}", so its name was left: ${why}`)
  return null
}

/** Everything has been seen to. While its name is the temporary one, the same restore asked for again goes on with it. */
function finish(work: Work, project: Project): Filled {
  save(work, { complete: project.name !== work.state.name })
  return { kind: 'filled', name: project.name }
}
