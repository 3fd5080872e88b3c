/**
 * Turns one row of `projects/read` into a project. Written by hand and without a schema because an account may hold
 * 50,000 rows. What is absent and what is unknown is fixed in the policy page's paragraph "Unknown or absent". A field that
 * has no "unknown" of its own and cannot be read makes that project unreadable, never the list: it is one project's trouble,
 * and guessing could cost somebody a project.
 */

import {
  type Evidence,
  NO_PATH,
  normalisePath,
  type Parameter,
  type Project,
  type Unknown,
} from '../core/evidence/project.ts'
import { isNever, readDate } from './wire-date.ts'
import { isRow, type Row, readEntries, readId, readText } from './wire-value.ts'

/** The project of any row. What of it could not be read is said in `unreadable`, which quotes nothing of the row. */
export function readProjectRow(row: unknown): Project {
  const fields = isRow(row) ? row : NO_FIELDS
  const id = readId(fields.projectId)
  const { name, language } = fields
  const path = typeof name === 'string' ? pathOf(name) : NO_PATH
  const description = readText(fields.description)
  const parameters = readParameters(fields.parameters)
  const collaborators = readCollaborators(fields.collaborators)
  const isText = typeof language === 'string' && description !== null
  const isWhole = id !== null && path !== NO_PATH && isText && parameters !== null && collaborators !== null
  return {
    id: id ?? markOf(row),
    name: path === NO_PATH ? '' : (name as string),
    path,
    organizationId: readOrganization(fields.organizationId),
    created: readDate(fields.created) ?? CREATED,
    modified: readDate(fields.modified) ?? MODIFIED,
    owned: readTruth(fields.owner, OWNER),
    ownerId: readId(fields.ownerId) ?? OWNER_ID,
    ownerName: collaborators === null ? '' : ownerNameOf(collaborators),
    language: typeof language === 'string' ? language : '',
    description: description ?? '',
    parameters: parameters ?? [],
    libraries: readLibraries(fields.libraries),
    collaborators: collaborators?.length ?? 0,
    encrypted: readOptionalTruth(fields.encrypted, ENCRYPTED),
    pinned: readOptionalTruth(fields.isPinned, PINNED),
    shared: readShared(fields.sharingTokenBacktest),
    codeRunning: readTruth(fields.codeRunning, CODE_RUNNING),
    lastLive: isNever(fields.lastLiveDeployment) ? null : (readDate(fields.lastLiveDeployment) ?? LAST_LIVE),
    unreadable: isWhole ? null : whyUnreadable(row),
  }
}

const NO_FIELDS: Row = {}

/** What of a row cannot be read, in words: few rows are asked. */
function whyUnreadable(row: unknown): Unknown {
  if (!isRow(row)) return unknown('the row is not an object')
  const { projectId, name, language, description, parameters, collaborators } = row
  const checks = [
    readId(projectId) !== null || 'its projectId is missing or not an id',
    (typeof name === 'string' && pathOf(name) !== NO_PATH) || 'its name is missing or not a name',
    typeof language === 'string' || 'its language is missing or not text',
    readText(description) !== null || 'its description is not text',
    readParameters(parameters) !== null || 'its parameters cannot be read',
    readCollaborators(collaborators) !== null || 'its collaborators cannot be read',
  ]
  return unknown(checks.filter((check) => check !== true).join(', '))
}

/** A negative number that is the same for the same row, so that pages that overlap can still be put together. */
function markOf(row: unknown): number {
  const text = JSON.stringify(row) ?? ''
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return -1 - (hash >>> 0)
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
const PINNED = unknown('isPinned is neither true nor false')
const SHARED = unknown('sharingTokenBacktest is not text')
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

function readTruth(value: unknown, otherwise: Unknown): Evidence<boolean> {
  return typeof value === 'boolean' ? value : otherwise
}

/** What may be left out: absent and null mean no. */
function readOptionalTruth(value: unknown, otherwise: Unknown): Evidence<boolean> {
  return value === undefined || value === null ? false : readTruth(value, otherwise)
}

/** Only whether there is a token: with it anybody may see that backtest, so it goes no further. */
function readShared(value: unknown): Evidence<boolean> {
  if (value === undefined || value === null) return false
  return typeof value === 'string' ? value !== '' : SHARED
}

function readCollaborators(value: unknown): readonly Row[] | null {
  const entries = readEntries(value)
  return entries?.every(isRow) ? entries : null
}

function ownerNameOf(collaborators: readonly Row[]): string {
  for (const { owner, name } of collaborators) if (owner === true && typeof name === 'string') return name
  return ''
}

/**
 * Objects with a projectId today, plain ids in older answers; missing is unknown, empty is none. An entry without an id to
 * which the caller has no access links nothing: it stands for a library of somebody else.
 */
function readLibraries(value: unknown): Evidence<readonly number[]> {
  if (value === undefined || value === null) return LIBRARIES
  const entries = readEntries(value)
  if (entries === null) return LIBRARIES
  const ids: number[] = []
  for (const entry of entries) {
    const given = isRow(entry) ? entry.projectId : entry
    if (isRow(entry) && entry.access === false && (given === undefined || given === null)) continue
    const id = readId(given)
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
