/**
 * The body of a signed command: `{ type, timestamp, data }`. In every command `projectId` or `project` says which project
 * is meant, by its id or by its exact present name; `name` is always a new name.
 */

import * as v from 'valibot'
import {
  LONGEST_DESCRIPTION,
  LONGEST_KEY,
  LONGEST_NAME,
  LONGEST_RULE,
  LONGEST_VALUE,
  MOST_PARAMETERS,
  MOST_RULES,
} from '../core/base/bounds.ts'
import { nameProblem, placeOf } from '../core/base/names.ts'
import type { Command, ProjectRef } from '../core/command/command.ts'
import { directoryProblem } from '../core/command/command-delete.ts'
import { isProjectId } from './bearer.ts'
import { anyText, checkShape, nearestTo, type Shaped, shape, text } from './shape.ts'

/** What a body asks for, in the shape of a run's request. */
export type Asked =
  | { readonly kind: 'command'; readonly mode: 'act'; readonly command: Command }
  | { readonly kind: 'sweep'; readonly mode: 'report' | 'act'; readonly rules: readonly string[] | null }

/** The types of commands that `POST /hooks` takes. */
export const COMMANDS = [
  'project.update',
  'project.delete',
  'directory.delete',
  'project.restore',
  'sweep.run',
] as const

type CommandType = (typeof COMMANDS)[number]

const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/

const Envelope = shape({
  type: v.pipe(
    v.string(`must be one of ${COMMANDS.join(', ')}`),
    v.check(isCommandType, ({ input }) => {
      const close = nearestTo(input, COMMANDS)
      return close === null ? `must be one of ${COMMANDS.join(', ')}` : `is not a command; did you mean "${close}"?`
    }),
    v.transform((type) => type as CommandType),
  ),
  timestamp: v.pipe(
    v.string('must be a time such as "2026-11-24T10:00:00Z"'),
    v.regex(TIME, 'must be a time such as "2026-11-24T10:00:00Z"'),
  ),
  data: v.unknown(),
})

/** The id of a project. */
export const projectId = v.custom<number>(isProjectId, 'must be the id of a project, a whole number')

const whichProject = {
  projectId: v.optional(projectId),
  project: v.optional(text('the exact name of a project', LONGEST_NAME)),
}

/** The new full name, one that may be written. */
export const newName = v.pipe(text('the new full name', LONGEST_NAME), v.rawCheck(writableName))

/** The whole new description. */
export const description = anyText('a description', LONGEST_DESCRIPTION)

/** Those that are named are set, the others stay; null removes one. Numbers become their digits. */
export const parameters = v.pipe(
  v.custom<object>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object of parameters, as in {"fast": "10"}',
  ),
  v.check((given) => Object.keys(given).length > 0, 'must name a parameter, or be left out'),
  v.check((given) => Object.keys(given).length <= MOST_PARAMETERS, `must have at most ${MOST_PARAMETERS} parameters`),
  v.check(
    (given) => Object.keys(given).every((key) => key.length <= LONGEST_KEY),
    `has a parameter whose name has more than ${LONGEST_KEY} characters`,
  ),
  v.check(
    (given) => Object.values(given).every((value) => typeof value !== 'string' || value.length <= LONGEST_VALUE),
    `has a value of more than ${LONGEST_VALUE} characters`,
  ),
  v.check(
    (given) => Object.keys(given).every((key) => key !== '' && key !== '__proto__' && key.isWellFormed()),
    'has a parameter whose name cannot be written',
  ),
  v.check(
    (given) => Object.values(given).every(isParameter),
    'must have texts or numbers as values, or null to remove a parameter',
  ),
  v.transform((given): { readonly [key: string]: string | null } =>
    Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value === null ? null : String(value)])),
  ),
)

/** Ends the holds of the project; without it those in the description stay. */
export const release = v.boolean('must be true or false')

const Data = {
  'project.update': shape({
    ...whichProject,
    name: v.optional(newName),
    description: v.optional(description),
    parameters: v.optional(parameters),
    release: v.optional(release),
  }),
  'project.delete': shape(whichProject),
  'directory.delete': shape({
    directory: v.pipe(anyText('a directory', LONGEST_NAME), v.rawCheck(deletableDirectory)),
  }),
  'project.restore': shape({ projectId }),
  'sweep.run': shape({
    mode: v.picklist(['report', 'act'], 'must be "report" or "act"'),
    rules: v.optional(
      v.pipe(
        v.array(text('the id of a rule', LONGEST_RULE), 'must be a list of ids of rules'),
        v.maxLength(MOST_RULES, `must have at most ${MOST_RULES} ids`),
        v.minLength(1, 'must name a rule, or be left out'),
      ),
    ),
  }),
} as const satisfies { readonly [type in CommandType]: v.GenericSchema }

/** What a body asks for, or the first thing that is wrong with it. Whether rules exist is not known here. */
export function readCommand(body: unknown): Shaped<Asked> {
  const envelope = checkShape(Envelope, body)
  if (!envelope.ok) return envelope
  const { type, data } = envelope.value
  switch (type) {
    case 'project.update':
      return readUpdate(data)
    case 'project.delete': {
      const read = checkShape(Data[type], data, '"data"')
      const project = read.ok ? oneProject(read.value) : read
      return project.ok ? command({ type, project: project.value }) : project
    }
    case 'directory.delete': {
      const read = checkShape(Data[type], data, '"data"')
      return read.ok ? command({ type, directory: read.value.directory }) : read
    }
    case 'project.restore': {
      const read = checkShape(Data[type], data, '"data"')
      return read.ok ? command({ type, projectId: read.value.projectId }) : read
    }
    case 'sweep.run': {
      const read = checkShape(Data[type], data, '"data"')
      if (!read.ok) return read
      return { ok: true, value: { kind: 'sweep', mode: read.value.mode, rules: read.value.rules ?? null } }
    }
  }
}

function readUpdate(data: unknown): Shaped<Asked> {
  const read = checkShape(Data['project.update'], data, '"data"')
  if (!read.ok) return read
  const project = oneProject(read.value)
  if (!project.ok) return project
  const { name, description, parameters, release = false } = read.value
  if (name === undefined && description === undefined && parameters === undefined && !release) {
    return { ok: false, problem: 'Nothing to change: give "name" (a new one), "description" or "parameters".' }
  }
  return command({
    type: 'project.update',
    project: project.value,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(release ? { release } : {}),
  })
}

function command(asked: Command): Shaped<Asked> {
  return { ok: true, value: { kind: 'command', mode: 'act', command: asked } }
}

interface WhichProject {
  readonly projectId?: number | undefined
  readonly project?: string | undefined
}

function oneProject({ projectId, project }: WhichProject): Shaped<ProjectRef> {
  if (projectId !== undefined && project === undefined) return { ok: true, value: projectId }
  if (project !== undefined && projectId === undefined) return { ok: true, value: project }
  const how = 'Say which project by "projectId", or by "project", its exact present name'
  return { ok: false, problem: projectId === undefined ? `${how}.` : `${how}, not by both.` }
}

function isCommandType(type: string): boolean {
  return COMMANDS.some((known) => known === type)
}

function isParameter(value: unknown): boolean {
  return value === null || Number.isFinite(value) || (typeof value === 'string' && value.isWellFormed())
}

type Check = Parameters<Parameters<typeof v.rawCheck<string>>[0]>[0]

function writableName({ dataset, addIssue }: Check): void {
  if (!dataset.typed || dataset.value === '') return
  const place = placeOf(dataset.value)
  const why = place === null ? nameProblem(dataset.value, false) : `nothing is written into QuantConnect's own ${place}`
  if (why !== null) addIssue({ message: `may not be a name: ${why}` })
}

function deletableDirectory({ dataset, addIssue }: Check): void {
  const why = dataset.typed ? directoryProblem(dataset.value) : null
  if (why !== null) addIssue({ message: `is no directory to delete: ${why}` })
}
