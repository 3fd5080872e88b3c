/** The predicates of the policy page: what each one reads of a project, what it costs, and when it says yes. */

import { type Comparison, holds } from '../base/compare.ts'
import { DAY, elapsedText } from '../base/duration.ts'
import { type Glob, lenient, pathGlob, textGlob } from '../base/glob.ts'
import { isStamped, withoutOurLine } from '../base/our-line.ts'
import { type Activity, activityOf } from '../evidence/activity.ts'
import { createdOf, type Facts, isLinked, lastPart, NOT_READ, paidOf, pastDate, runsLive } from '../evidence/facts.ts'
import { type Evidence, isUnknown, type PaidKind, type Project, type Unknown } from '../evidence/project.ts'
import {
  anyOf,
  counted,
  type DirectoryView,
  elapsed,
  elapsedOrNever,
  exact,
  flag,
  list,
  measured,
  type PredicateValue,
  quoted,
  span,
  type Tests,
  textual,
} from './measured.ts'
import type { Reading } from './reason.ts'

export interface Predicate extends Tests {
  readonly kind: 'predicate'
  readonly name: PredicateName
  /** As the policy has it. */
  readonly value: PredicateValue
  /** What calls per project would have to read; null = it is in the list. */
  readonly paid: ReadKind | null
}

/** How each predicate gets from its value to a test. The keys are all predicates there are. */
const KINDS = {
  path: (value, exempts) =>
    textual(value, globFor(pathGlob, exempts), (_facts, project, directory) => directory?.path ?? project.path),
  name: (value, exempts) =>
    textual(
      value,
      globFor(textGlob, exempts),
      (_facts, project, directory) => directory?.name ?? lastPart(project.path),
    ),
  idle: (value) => idle(span(value)),
  age: (value) => elapsed(span(value), (facts, project) => createdOf(facts, project)),
  owner: (value, exempts) => owner(list(value), exempts),
  language: (value, exempts) => exact(list(value), languageOf, exempts),
  encrypted: (value) => flag(value, (_facts, project) => project.encrypted),
  pinned: (value) => flag(value, (_facts, project) => project.pinned),
  shared: (value) => flag(value, (_facts, project) => project.shared),
  collaborators: (value) => counted(value, (_facts, project) => project.collaborators),
  parameters: (value) => counted(value, (_facts, project) => project.parameters.length),
  libraries: (value) => counted(value, (_facts, project) => sizeOf(project.libraries)),
  description: (value, exempts) => description(list(value), exempts),
  stamped: (value) => flag(value, (_facts, project) => isStamped(project.description)),
  live: (value) => live(String(value)),
  'used-as-library': (value) => flag(value, isLinked),
  backtests: (value) => counted(value, (facts, project) => pick(paidOf(facts, project).backtests, 'count')),
  'last-backtest': (value) => lastBacktest(String(value)),
  files: (value) => counted(value, (facts, project) => pick(filesOf(facts, project), 'count')),
  bytes: (value) => counted(value, (facts, project) => pick(filesOf(facts, project), 'bytes')),
} satisfies { readonly [name: string]: (value: PredicateValue, exempts: boolean) => Tests }

export type PredicateName = keyof typeof KINDS

/** What may be read of one project beyond the list: the paid facts, by one call each, and its activity, by up to two. */
export type ReadKind = PaidKind | 'activity'

export const PREDICATES = Object.keys(KINDS) as readonly PredicateName[]

const PAID: { readonly [name in PredicateName]?: ReadKind } = {
  idle: 'activity',
  backtests: 'backtests',
  'last-backtest': 'backtests',
  files: 'files',
  bytes: 'files',
}

/**
 * Compiles one predicate. The value has the right form: the schema has seen to that. `exempts`: a yes keeps a rule away, so
 * text compares after normalization as well.
 */
export function predicate(name: PredicateName, value: PredicateValue, exempts = false): Predicate {
  return { kind: 'predicate', name, value, paid: PAID[name] ?? null, ...KINDS[name](value, exempts) }
}

function globFor(make: (pattern: string) => Glob, exempts: boolean): (pattern: string) => Glob {
  return exempts ? lenient(make) : make
}

/** When a project was last backtested; null = never, which nobody knows of a project over 12 months old. */
export function lastBacktestOf(facts: Facts, project: Project): Evidence<number | null> {
  const last = newestListed(facts, project)
  if (last !== null) return last
  const age = ageOf(facts, project)
  if (isUnknown(age)) return age
  return age > ARCHIVED_AFTER ? ARCHIVED : null
}

/** The newest backtest of the list; null = the list has none. */
function newestListed(facts: Facts, project: Project): Evidence<number | null> {
  const backtests = paidOf(facts, project).backtests ?? NOT_READ
  if (isUnknown(backtests)) return backtests
  if (backtests.last === null) return backtests.count === 0 ? null : NO_DATE
  return pastDate(backtests.last, facts.now)
}

/** QuantConnect archives the results of an account that was not used for 12 months: its lists are empty then. */
const ARCHIVED_AFTER = 365 * DAY
const ARCHIVED: Unknown = {
  unknown: 'no backtest is listed, and the project is over 12 months old: QuantConnect may have archived its results',
}
const NO_FILES: Unknown = { unknown: 'no file came, and every project starts with one' }

/** What the files of a project come to. None is no answer: no project starts without any. */
function filesOf(facts: Facts, project: Project): Evidence<{ readonly count: number; readonly bytes: number }> {
  const files = paidOf(facts, project).files ?? NOT_READ
  return !isUnknown(files) && files.count === 0 ? NO_FILES : files
}

function ageOf(facts: Facts, project: Project): Evidence<number> {
  const created = createdOf(facts, project)
  return isUnknown(created) ? created : facts.now - created
}

/**
 * The time since the last backtest; *never* counts from the creation. Where results may have been archived, the last one is
 * at least 12 months old and no older than the project: what holds for both holds.
 */
function lastBacktest(value: string): Tests {
  const comparison = value === 'never' ? null : span(value)

  function test(facts: Facts, project: Project): Reading {
    const last = newestListed(facts, project)
    if (isUnknown(last)) return 'unknown'
    if (last !== null) return comparison !== null && holds(comparison, facts.now - last) ? 'yes' : 'no'
    const age = ageOf(facts, project)
    if (isUnknown(age)) return 'unknown'
    if (comparison === null) return age > ARCHIVED_AFTER ? 'unknown' : 'yes'
    const isMet = holds(comparison, age)
    return isMet === holds(comparison, Math.min(age, ARCHIVED_AFTER)) ? (isMet ? 'yes' : 'no') : 'unknown'
  }

  return {
    test,
    read(facts, project) {
      const last = newestListed(facts, project)
      if (isUnknown(last)) return last
      if (last !== null) return `${elapsedText(facts.now - last)} ago`
      if (test(facts, project) !== 'unknown') return 'never'
      const age = ageOf(facts, project)
      return isUnknown(age) ? age : ARCHIVED
    },
  }
}

const NO_DATE: Unknown = { unknown: 'there are backtests, but none has a date' }
const NO_LANGUAGE: Unknown = { unknown: 'the language is not given' }
const NO_OWNER_NAME: Unknown = { unknown: 'the owner is not among the collaborators' }

/** Since the newest activity. The idle time of a directory is that of its youngest project. */
function idle(comparison: Comparison): Tests {
  /** What is known is a lower bound: activity may be newer, so "idle for less" can only become truer. */
  const settled = comparison.operator.startsWith('<') ? 'yes' : 'no'
  const look: Look = (facts, of, directory) => directory?.youngest?.() ?? activityOf(facts, of)
  const judge = ({ at, unsure }: Activity, now: number): Reading => {
    const reading = holds(comparison, now - at) ? 'yes' : 'no'
    return unsure === null || reading === settled ? reading : 'unknown'
  }
  return {
    test: (facts, of, directory) => judge(look(facts, of, directory), facts.now),
    read(facts, of, directory) {
      const activity = look(facts, of, directory)
      const isKnown = judge(activity, facts.now) !== 'unknown' && Number.isFinite(activity.at)
      return isKnown || activity.unsure === null ? elapsedText(facts.now - activity.at) : activity.unsure
    },
  }
}

type Look = (facts: Facts, project: Project, directory: DirectoryView | null) => Activity

function live(value: string): Tests {
  if (value === 'running')
    return measured(
      runsLive,
      (runs) => runs,
      (runs) => (runs ? 'running' : 'not running'),
    )
  const deployed = elapsedOrNever(value, (facts, project) => {
    return project.lastLive === null || isUnknown(project.lastLive)
      ? project.lastLive
      : pastDate(project.lastLive, facts.now)
  })
  return deployed
}

/** An id (a number or digits), `"me"` for whoever's token this is, or the owner's name as the collaborators list it. */
function owner(values: readonly (string | number)[], exempts: boolean): Tests {
  const tests = values.map((value): Tests => {
    if (value === 'me') return flag(true, (_facts, project) => project.owned)
    if (/^\d+$/.test(String(value))) return measured(ownerIdOf, (id) => id === Number(value), String)
    return exact([value], (_facts, project) => project.ownerName || NO_OWNER_NAME, exempts)
  })
  return {
    test(facts, project, directory) {
      let reading: Reading = 'no'
      for (const { test } of tests) {
        const one = test(facts, project, directory)
        if (one === 'yes') return 'yes'
        if (one === 'unknown') reading = 'unknown'
      }
      return reading
    },
    read(_facts, project) {
      if (project.ownerName !== '') return quoted(project.ownerName)
      return isUnknown(project.ownerId) ? project.ownerId : String(project.ownerId)
    },
  }
}

/** Judged without our own line, and without blanks around it. */
function description(values: readonly (string | number)[], exempts: boolean): Tests {
  const patterns = values.filter((value) => value !== 'empty').map((value) => globFor(textGlob, exempts)(String(value)))
  const empty = patterns.length < values.length
  const matches = anyOf(patterns)
  return measured(
    (_facts, project) => withoutOurLine(project.description).trim(),
    (text) => (empty && text === '') || matches(text),
    (text) => (text === '' ? 'empty' : quoted(shortened(text))),
  )
}

function ownerIdOf(_facts: Facts, project: Project): Evidence<number> {
  return project.ownerId
}

function languageOf(_facts: Facts, project: Project): Evidence<string> {
  return project.language === '' ? NO_LANGUAGE : project.language
}

function sizeOf(items: Evidence<readonly unknown[]>): Evidence<number> {
  return isUnknown(items) ? items : items.length
}

function pick<T extends object, Key extends keyof T>(evidence: Evidence<T> | undefined, key: Key): Evidence<T[Key]> {
  if (evidence === undefined) return NOT_READ
  return isUnknown(evidence) ? evidence : evidence[key]
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
