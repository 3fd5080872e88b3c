/** The words for conditions and rules: every predicate as a clause, a rule as a sentence that names all it asks for. */

import { countText, parseCount, parseSpan, spanText } from '../base/compare.ts'
import { durationText } from '../base/duration.ts'
import type { Condition } from '../policy/condition.ts'
import type { PredicateValue } from '../policy/measured.ts'
import type { Predicate, PredicateName } from '../policy/predicate.ts'
import type { Rule } from '../policy/rule.ts'

/** A rule as one English sentence (and a second where it does not act), naming every condition. */
export function ruleSentence(rule: Rule): string {
  const subject = rule.unit === 'directory' ? 'the directory' : 'it'
  const whole = rule.unit === 'directory' ? ', judged as a whole with every project in it' : ''
  const unless = rule.unless === null ? '' : `, unless ${conditionText(rule.unless, subject)}`
  const when = `When ${conditionText(rule.when, subject)}${whole}${unless}${keepText(rule)}`
  if (rule.then === 'report') return `${when}: report it and do nothing.`
  const terms = [
    `${durationText(rule.after)} after it was first marked`,
    ...noticeText(rule),
    ...approveText(rule),
    ...limitText(rule),
  ]
  return `${when}: ${actionText(rule)}, ${terms.join(', ')}.${restraint(rule)}`
}

/** A condition as a clause: `its path matches "Research/*" and it has been idle for more than 90 days`. */
export function conditionText(condition: Condition, subject = 'it'): string {
  if (condition.kind === 'predicate') return CLAUSES[condition.name](condition.value, subject)
  if (condition.kind === 'not') return `it is not so that ${grouped(condition.part, subject)}`
  const parts = condition.parts.map((part) =>
    condition.kind === 'any' || part.kind === 'any' ? grouped(part, subject) : conditionText(part, subject),
  )
  return parts.join(condition.kind === 'all' ? ' and ' : ' or ')
}

/** What a predicate asks for, as the policy writes it: `>90d`. */
export function thresholdText({ value }: Predicate): string {
  return [value].flat().map(String).join(' | ')
}

function grouped(condition: Condition, subject: string): string {
  const text = conditionText(condition, subject)
  return condition.kind === 'all' || condition.kind === 'any' ? `(${text})` : text
}

/** Path, name and idle of a directory rule are the directory's own; everything else is asked of each project in it. */
const CLAUSES: { readonly [name in PredicateName]: (value: PredicateValue, subject: string) => string } = {
  path: (value, subject) => `${own(subject)} path matches ${either(value)}`,
  name: (value, subject) => `${own(subject)} name matches ${either(value)}`,
  idle: (value, subject) => `${subject} has been idle for ${spanOf(value)}`,
  age: (value) => `it is ${spanOf(value)} old`,
  owner: (value) => `its owner is ${either(value)}`,
  language: (value) => `its language is ${either(value)}`,
  encrypted: (value) => `it is ${value ? '' : 'not '}encrypted`,
  pinned: (value) => `it is ${value ? '' : 'not '}pinned`,
  shared: (value) => `${value ? 'a' : 'no'} backtest of it is shared by a public link`,
  collaborators: (value) => `it has ${counted(value, 'collaborator')}`,
  parameters: (value) => `it has ${counted(value, 'parameter')}`,
  libraries: (value) => `it links ${counted(value, 'library')}`,
  description: (value) => descriptionText(value),
  stamped: (value) => `our line is ${value ? '' : 'not '}in its description`,
  live: (value) => {
    if (value === 'running') return 'it runs live'
    return value === 'never' ? 'it was never deployed live' : `its last live deployment was ${agoText(value)}`
  },
  'used-as-library': (value) => `${value ? 'another' : 'no other'} project links it as a library`,
  backtests: (value) => `it has ${counted(value, 'backtest')}`,
  'last-backtest': (value) =>
    value === 'never' ? 'it was never backtested' : `its last backtest was ${agoText(value)}`,
  files: (value) => `it has ${counted(value, 'file')}`,
  bytes: (value) => `its files hold ${counted(value, 'byte')}`,
}

function own(subject: string): string {
  return subject === 'it' ? 'its' : `${subject}'s`
}

function either(value: PredicateValue): string {
  return [value]
    .flat()
    .map((one) => (typeof one === 'number' ? String(one) : one === 'me' ? 'the account leansweep uses' : `"${one}"`))
    .join(' or ')
}

function descriptionText(value: PredicateValue): string {
  const values = [value].flat()
  const patterns = values.filter((one) => one !== 'empty')
  const clauses = [
    ...(patterns.length < values.length ? ['is empty'] : []),
    ...(patterns.length > 0 ? [`matches ${patterns.map((one) => `"${one}"`).join(' or ')}`] : []),
  ]
  return `its description ${clauses.join(' or ')}`
}

function spanOf(value: PredicateValue): string {
  const span = parseSpan(String(value))
  return span === null ? String(value) : spanText(span)
}

/** *Never* counts as infinitely long ago. */
function agoText(value: PredicateValue): string {
  return `${spanOf(value)} ago${String(value).startsWith('>') ? ' or never' : ''}`
}

function counted(value: PredicateValue, noun: string): string {
  const comparison = parseCount(value as string | number)
  if (comparison === null) return `${value} ${noun}`
  const plural = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`
  return `${countText(comparison)} ${comparison.bound === 1 ? noun : plural}`
}

function keepText({ keep, unit }: Rule): string {
  if (keep === null) return ''
  const what = keep.newest === 1 ? 'the newest' : `the newest ${keep.newest}`
  const where = {
    directory: `of each ${unit === 'directory' ? 'parent ' : ''}directory`,
    owner: 'of each owner',
    rule: 'of all',
  }[keep.per]
  const by = { activity: 'last activity', created: 'creation', 'last-backtest': 'last backtest' }[keep.by]
  return `, except ${what} ${where} by ${by}`
}

function actionText({ then, to, unit }: Rule): string {
  const it = unit === 'directory' ? 'every project in it' : 'it'
  const quoted = `"${to?.text}"`
  if (then === 'describe')
    return `write the line ${quoted} at the end of ${unit === 'directory' ? "every project's" : 'its'} description`
  if (then === 'rename') return `rename ${it} to ${quoted} in its directory`
  return then === 'delete' ? `delete ${it}` : `${then} ${it} to ${quoted}`
}

function noticeText({ notice }: Rule): readonly string[] {
  return notice === 0 ? [] : [`${durationText(notice)} after a message about it was delivered`]
}

function approveText({ approve }: Rule): readonly string[] {
  if (approve === 'first') return ['once a person has approved a first run of it']
  if (approve === 'always') return ['each time after a person has approved']
  return approve === 'two' ? ['each time after two people have approved'] : []
}

function limitText({ limit }: Rule): readonly string[] {
  const { per_run, per_day, percent, stamps_per_run } = limit
  const most = [
    ...(per_run === undefined ? [] : [`${per_run} per run`]),
    ...(per_day === undefined ? [] : [`${per_day} per day`]),
    ...(percent === undefined ? [] : [`${percent} % of the projects`]),
    ...(stamps_per_run === undefined ? [] : [`${stamps_per_run} stamps per run`]),
  ]
  return most.length === 0 ? [] : [`not at all if that would be more than ${most.join(' or ')}`]
}

function restraint(rule: Rule): string {
  return rule.enforce ? '' : ' For now it only marks and reports: enforce is false.'
}
