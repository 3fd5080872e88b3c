/** The fields and the name of a restored project, in one call where QuantConnect takes it, else part by part. */

import { isSameSet } from '../../core/command/command-update.ts'
import { isUnknown, type Project } from '../../core/evidence/project.ts'
import { openNames } from '../../core/evidence/taken.ts'
import type { Backup } from '../../records/backups.ts'
import type { Rebuilt } from '../ledger/items.ts'
import { type Filled, type Halt, haltOf, later, leave, MOST_LOST, note, save, send, type Work } from './fill-work.ts'
import { isInBin } from './judge.ts'

/** Calls for the fields and the name: all at once, each part alone, a second name, and as many answers that are lost. */
const MOST_SENT = 5 + MOST_LOST

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
export async function writeFields(work: Work, backup: Backup): Promise<Filled> {
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
