/** The files of a restore: written one after the other, never over anybody's, and looked at once more at the end. */

import { sha256Hex } from '../../core/base/canonical.ts'
import { isUnknown } from '../../core/evidence/project.ts'
import type { ProjectFile } from '../../quantconnect/files.ts'
import type { Backup } from '../../records/backups.ts'
import type { Rebuilt } from '../ledger/items.ts'
import { type Halt, leave, MOST_LOST, note, readFiles, save, send, type Work } from './fill-work.ts'

/** Files that QuantConnect gives a new project. */
const TEMPLATES = new Set(['main.py', 'Main.cs', 'research.ipynb', 'Research.ipynb'])

/** A file of such a name saved no later than this after the project was made is QuantConnect's, not a person's. */
const MADE_WITHIN_MS = 5_000

type Wanted = Pick<ProjectFile, 'name' | 'content'>

/** The files one after the other: those that QuantConnect made come first, for they may be a person's next. */
export async function writeFiles(work: Work, backup: Backup): Promise<Halt | null> {
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

/** A last look at the files names every difference. */
export async function lookAtFiles(work: Work, backup: Backup): Promise<Halt | null> {
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
