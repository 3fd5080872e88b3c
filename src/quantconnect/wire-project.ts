/**
 * Turns one row of `projects/read` into a project. Written by hand and without a schema because an account may hold
 * 50,000 rows. What is absent, what is unknown and what makes a row unusable is fixed in the policy page's paragraph
 * "Unknown or absent"; a field that has no "unknown" in our model and cannot be read makes the row unusable, since
 * guessing could cost somebody a project.
 */

import { type Evidence, normalisePath, type Parameter, type Project, type Unknown } from '../core/evidence/project.ts'
import { readDate } from './wire-date.ts'
import { isRow, readEntries, readId, readText } from './wire-value.ts'

/** The project, or as text why the row cannot be used. The text quotes nothing of the row but its id. */
export function readProjectRow(row: unknown): Project | string {
  if (!isRow(row)) return 'is not an object'
  const id = readId(row.projectId)
  if (id === null) return 'has no usable projectId'
  const { name, language } = row
  if (typeof name !== 'string') return `(project ${id}) has no usable name`
  const path = pathOf(name)
  if (path === '') return `(project ${id}) has no usable name`
  if (typeof language !== 'string') return `(project ${id}) has no usable language`
  const description = readText(row.description)
  if (description === null) return `(project ${id}) has a description that is not text`
  const parameters = readParameters(row.parameters)
  if (parameters === null) return `(project ${id}) has parameters that cannot be read`
  const collaborators = readEntries(row.collaborators)
  if (collaborators === null || !collaborators.every(isRow)) {
    return `(project ${id}) has collaborators that cannot be read`
  }
  return {
    id,
    name,
    path,
    organizationId: readOrganization(row.organizationId),
    created: readMoment(row.created, CREATED),
    modified: readMoment(row.modified, MODIFIED),
    owned: readTruth(row.owner, OWNER),
    ownerId: readId(row.ownerId) ?? OWNER_ID,
    ownerName: ownerNameOf(collaborators),
    language,
    description,
    parameters,
    libraries: readLibraries(row.libraries),
    collaborators: collaborators.length,
    encrypted: row.encrypted === undefined || row.encrypted === null ? false : readTruth(row.encrypted, ENCRYPTED),
    codeRunning: readTruth(row.codeRunning, CODE_RUNNING),
    lastLive:
      row.lastLiveDeployment === undefined || row.lastLiveDeployment === null
        ? null
        : readMoment(row.lastLiveDeployment, LAST_LIVE),
  }
}

/** Nearly all names are normal already, and splitting 50,000 of them takes a fifth of the whole reading. */
function pathOf(name: string): string {
  return name.startsWith('/') || name.endsWith('/') || name.includes('//') ? normalisePath(name) : name
}

/** Shared by all rows: thousands of equal reasons need not be thousands of objects. */
const ORGANIZATION = unknown('organizationId is missing or not text')
const OWNER = unknown('owner is missing or neither true nor false')
const OWNER_ID = unknown('ownerId is missing or not a user id')
const ENCRYPTED = unknown('encrypted is neither true nor false')
const CODE_RUNNING = unknown('codeRunning is missing or neither true nor false')
const LIBRARIES = unknown('libraries is missing or cannot be read')
const CREATED = unknown('created is missing or not a date')
const MODIFIED = unknown('modified is missing or not a date')
const LAST_LIVE = unknown('lastLiveDeployment is not a date')

function unknown(reason: string): Unknown {
  return Object.freeze({ unknown: reason })
}

/** In lower case, as settings are, so that the two can be compared. */
function readOrganization(value: unknown): Evidence<string> {
  const text = typeof value === 'string' ? value.trim() : ''
  return text === '' ? ORGANIZATION : text.toLowerCase()
}

function readMoment(value: unknown, otherwise: Unknown): Evidence<number> {
  return readDate(value) ?? otherwise
}

function readTruth(value: unknown, otherwise: Unknown): Evidence<boolean> {
  return typeof value === 'boolean' ? value : otherwise
}

function ownerNameOf(collaborators: readonly { readonly [key: string]: unknown }[]): string {
  for (const { owner, name } of collaborators) if (owner === true && typeof name === 'string') return name
  return ''
}

/** Objects with a projectId today, plain ids in older answers; missing is unknown, empty is none. */
function readLibraries(value: unknown): Evidence<readonly number[]> {
  if (value === undefined || value === null) return LIBRARIES
  const entries = readEntries(value)
  if (entries === null) return LIBRARIES
  const ids: number[] = []
  for (const entry of entries) {
    const id = readId(isRow(entry) ? entry.projectId : entry)
    if (id === null) return LIBRARIES
    ids.push(id)
  }
  return ids
}

/**
 * All shapes seen or documented: a list of records with `key` or `name`, an object whose values are such records (then
 * its own keys stand in for a missing one), a map from name to value. Values are text. Null: none of these.
 */
function readParameters(value: unknown): readonly Parameter[] | null {
  if (value === undefined || value === null) return []
  const parameters: Parameter[] = []
  if (Array.isArray(value)) {
    for (const entry of value) {
      const parameter = isRow(entry) ? readParameter(entry.key ?? entry.name, entry.value, entry) : null
      if (parameter === null) return null
      parameters.push(parameter)
    }
    return parameters
  }
  if (!isRow(value)) return null
  for (const [place, entry] of Object.entries(value)) {
    const parameter = isRow(entry)
      ? readParameter(entry.key ?? entry.name ?? place, entry.value, entry)
      : readParameter(place, entry)
    if (parameter === null) return null
    parameters.push(parameter)
  }
  return parameters
}

function readParameter(
  key: unknown,
  value: unknown,
  row: { readonly [field: string]: unknown } = {},
): Parameter | null {
  const name = readText(key)
  const text = readText(value)
  if (name === null || name === '' || text === null) return null
  const more = Object.entries(row).filter(
    (field): field is [string, string | number | boolean] =>
      !OF_A_PARAMETER.has(field[0]) && ['string', 'number', 'boolean'].includes(typeof field[1]),
  )
  return more.length === 0 ? { key: name, value: text } : { key: name, value: text, more: Object.fromEntries(more) }
}

const OF_A_PARAMETER = new Set(['key', 'name', 'value'])
