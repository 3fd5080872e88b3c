/** `projects/update` (§2.4): name, description, parameters, files, libraries and settings, each replaced as a whole. */
import { type Answer, type Call, isVisible, projectToChange } from './call.ts'
import type { StoredProject } from './entities.ts'
import { checkedFiles, saveMoves } from './files.ts'
import { isKey } from './keys.ts'
import { binPrefix, freeName, isTaken, writableName } from './names.ts'
import { integer, isParams, list, map, type Param, type Params, text } from './params.ts'
import { refuse } from './refusal.ts'
import { masterVersion } from './versions.ts'

/** Fields left out stay as they are; nothing changes unless everything is valid (§2.4). Nothing comes back. */
export function update(call: Call): Answer {
  const { world, params, now } = call
  const project = projectToChange(call)
  const { renameMoves, descriptionMoves } = world.switches
  const name = newName(call, project)
  const description = text(params, 'description')
  const limit = world.switches.descriptionLimit
  if (limit > 0 && (description?.length ?? 0) > limit) refuse(`Description is too long, at most ${limit} characters`)
  const changes: Partial<StoredProject> = { ...settings(call), ...newFiles(call, project) }
  let moves = changes.files === undefined ? Object.keys(changes).length > 0 : saveMoves(call, project)
  if (name !== undefined && name !== project.name) {
    changes.name = name
    changes.binnedAt = name.startsWith(binPrefix) ? (project.binnedAt ?? now) : null
    moves ||= renameMoves === 'yes'
  }
  if (description !== undefined) {
    changes.description = description
    moves ||= descriptionMoves === 'yes'
  }
  for (const field of Object.keys(changes)) delete project.verbatim[field]
  Object.assign(project, changes, moves ? { modified: now } : {})
  return {}
}

/** Its own present name is always fine: lean-cli sends it with every push (§2.4). Another's is refused. */
function newName(call: Call, project: StoredProject): string | undefined {
  const wanted = text(call.params, 'name')
  if (wanted === undefined || wanted === project.name) return wanted
  if (wanted === '') refuse('Required parameter name is empty')
  const { world } = call
  const name = writableName(call, wanted)
  const intoBin = name.startsWith(binPrefix) && !project.name.startsWith(binPrefix)
  if (intoBin && world.switches.renameIntoBin === 'error') refuse('Project name is reserved')
  if (!isTaken(world, name, project, project.id)) return name
  const restoring = project.name.startsWith(binPrefix) && world.switches.restoreTaken === 'suffix'
  return restoring ? freeName(world, name, project, project.id) : refuse('Project name already exists')
}

/** What else `projects/update` takes; lean-cli sends all of it (§2.4). */
function settings(call: Call): Partial<StoredProject> {
  const { params } = call
  const changes: Partial<StoredProject> = {}
  const versionId = integer(params, 'versionId')
  if (versionId !== undefined) {
    changes.leanVersionId = versionId === -1 ? masterVersion : versionId
    changes.leanPinnedToMaster = versionId === -1
  }
  const environment = integer(params, 'leanEnvironment')
  if (environment !== undefined) changes.leanEnvironment = environment
  const parameters = newParameters(call)
  if (parameters) Object.assign(changes, { parameters, parametersAs: undefined })
  const libraries = list(params, 'libraries')
  if (libraries) changes.libraries = libraries.map((each) => linkable(call, each))
  const key = text(params, 'encryptionKey')
  if (key) changes.encryptionKey = isKey(key) ? key : refuse('Encryption key not found')
  else if (key === '') changes.encryptionKey = null
  return changes
}

/** Replaces the whole set. Only the form encoding is proven; JSON takes the same shapes, or a map (§10.9). */
function newParameters(call: Call): StoredProject['parameters'] | undefined {
  const { params } = call
  if (list(params, 'parameters') === undefined) return undefined
  if (call.json && call.world.switches.jsonParameters === 'ignore') return undefined
  const entries = Object.entries(map(params, 'parameters') ?? {})
  return entries.map(([name, value]) => (isParams(value) ? record(value) : { key: name, value: String(value ?? '') }))
}

function record(given: Params): { readonly [field: string]: unknown } {
  const { name, key, value, ...rest } = given
  const written = key ?? name ?? ''
  if (written === '') refuse('Required parameter key is empty')
  return { key: String(written), value: String(value ?? ''), ...rest }
}

function linkable(call: Call, given: Param): number {
  const id = Number(isParams(given) ? given.projectId : given)
  const library = call.world.projects.get(id)
  return library && isVisible(library, call.user.id) ? id : refuse('Library not found')
}

/** `files` replaces the file set: what is not named goes (§2.4). */
function newFiles(call: Call, project: StoredProject): Partial<StoredProject> {
  const given = list(call.params, 'files')
  return given ? { files: checkedFiles(call, project, given) } : {}
}
