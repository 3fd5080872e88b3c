/** The fields of a project that mean something to the sandbox, as they are read from a partial project or an edit. */
import { readDate } from './dates.ts'
import type { Collaborator, StoredProject } from './entities.ts'
import { defaultKey } from './keys.ts'

type Setter = (project: StoredProject, value: unknown) => boolean

/** Each sets its field, or says that the value is not what the field should hold. */
export const setters: { readonly [field: string]: Setter } = {
  name: text('name'),
  organizationId: text('organizationId'),
  description: text('description'),
  language: text('language'),
  created: date('created'),
  modified: date('modified'),
  ownerId: number('ownerId'),
  leanVersionId: number('leanVersionId'),
  leanEnvironment: number('leanEnvironment'),
  leanPinnedToMaster: flag('leanPinnedToMaster'),
  isPinned: flag('isPinned'),
  sharingTokenBacktest: text('sharingTokenBacktest'),
  agent: setAgent,
  lastLiveDeployment: setLastLaunch,
  parameters: setParameters,
  libraries: setLibraries,
  collaborators: setCollaborators,
  encrypted: setEncrypted,
  encryptionKey: setKey,
}

type Text = 'name' | 'organizationId' | 'description' | 'language' | 'sharingTokenBacktest'

function text(field: Text): Setter {
  return (project, value) => {
    if (typeof value === 'string') project[field] = value
    return typeof value === 'string'
  }
}

function number(field: 'ownerId' | 'leanVersionId' | 'leanEnvironment'): Setter {
  return (project, value) => {
    if (typeof value === 'number') project[field] = value
    return typeof value === 'number'
  }
}

function date(field: 'created' | 'modified'): Setter {
  return (project, value) => {
    const ms = readDate(value)
    if (ms !== undefined) project[field] = ms
    return ms !== undefined
  }
}

function flag(field: 'leanPinnedToMaster' | 'isPinned'): Setter {
  return (project, value) => {
    if (typeof value === 'boolean') project[field] = value
    return typeof value === 'boolean'
  }
}

/** An agent holds the edit lock while it works. */
function setAgent(project: StoredProject, value: unknown): boolean {
  if (typeof value !== 'boolean') return false
  project.agent = value
  project.lock = value ? { userId: project.ownerId, source: 'Agent' } : null
  return true
}

/** Milliseconds are written as the API writes dates; a text is shown exactly as it is given. */
function setLastLaunch(project: StoredProject, value: unknown): boolean {
  if (typeof value === 'number') project.lastLaunch = value
  return typeof value === 'number'
}

/** A list of `{key, value}` or `{name, value}`, a map of values or a map of records; shown again in the same form. */
function setParameters(project: StoredProject, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const entries = Object.entries(value)
  const records = entries.every(([, each]) => typeof each === 'object' && each !== null)
  if (Array.isArray(value) && !records) return false
  const named = entries.some(([, each]) => records && 'name' in each && !('key' in each))
  project.parameters = entries.map(([key, each]) => (records ? keyed(each, key) : { key, value: String(each) }))
  const form = Array.isArray(value) ? (named ? 'named' : 'list') : records ? 'records' : 'map'
  project.parametersAs = entries.length === 0 ? undefined : form
  return true
}

function keyed(record: { readonly [field: string]: unknown }, fallback: string): { readonly [field: string]: unknown } {
  const { name, key, ...rest } = record
  return { key: key ?? name ?? fallback, ...rest }
}

/** Ids, or records with a projectId. */
function setLibraries(project: StoredProject, value: unknown): boolean {
  if (!Array.isArray(value)) return false
  const ids = value.map((each) => (typeof each === 'object' && each !== null ? each.projectId : each))
  if (!ids.every((id) => Number.isInteger(id))) return false
  project.libraries = ids
  return true
}

/** Everybody, the owner or not; whoever is left out of the list does not see the project. */
function setCollaborators(project: StoredProject, value: unknown): boolean {
  if (!Array.isArray(value) || !value.every((each) => Number.isInteger(each?.uid))) return false
  const others = value.filter((each) => each.uid !== project.ownerId)
  project.collaborators = others.map((each): Collaborator => {
    return {
      uid: each.uid,
      permission: each.permission === 'read' ? 'read' : 'write',
      liveControl: each.liveControl === true,
    }
  })
  return true
}

function setEncrypted(project: StoredProject, value: unknown): boolean {
  if (typeof value !== 'boolean') return false
  project.encryptionKey = value ? (project.encryptionKey ?? defaultKey) : null
  return true
}

function setKey(project: StoredProject, value: unknown): boolean {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : value
  if (id !== null && typeof id !== 'string') return false
  // An answer that lists many projects has encryptionKey: null also for encrypted ones (§2.3), so null says nothing.
  project.encryptionKey = id ?? project.encryptionKey
  return true
}
