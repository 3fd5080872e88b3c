/**
 * What a form cannot say: refusals that look at several keys or at several rules together. Each names the rule, the key,
 * what is wrong and how to mend it; the line is looked up afterwards.
 */

import { HOUR, parseDuration } from '../base/duration.ts'
import { type GlobKind, globProblem } from '../base/glob.ts'
import { nearest } from '../base/nearest.ts'
import { isDate, isZone } from '../base/zone.ts'
import { overwriting } from './overwriting.ts'
import { namesakes } from './people.ts'
import type { KeyPath } from './policy-lines.ts'
import type { Found } from './policy-problem.ts'
import type { PolicyFile, RuleFile } from './policy-schema.ts'
import { isDestructive, type Limits } from './rule.ts'
import { checkTemplate, pathProblem } from './template-checks.ts'

/** How deep `any`, `all` and `not` may nest. */
const DEEPEST = 5

const KNOWN_BY = { name: 'name', slack: 'Slack id', discord: 'Discord id', email: 'address' } as const

const LEAST_GRACE = 24 * HOUR
const DEFAULT_NOTICE = 48 * HOUR

/** `notice` of a rule in milliseconds: for move, archive and delete the smaller of 48h and `after` when not written. */
export function noticeOf(rule: RuleFile): number {
  if (!isDestructive(rule.then)) return 0
  if (rule.notice !== undefined) return parseDuration(rule.notice) ?? 0
  return Math.min(DEFAULT_NOTICE, parseDuration(rule.after) ?? 0)
}

/** Everything about a well-formed file that is refused. */
export function refusals(file: PolicyFile): readonly Found[] {
  return [
    ...checkZone(file),
    ...checkPatterns('path', file.protect.paths ?? [], ['protect', 'paths']),
    ...checkWindow(file),
    ...checkEvents(file),
    ...file.rule.flatMap((rule, i) => checkRule(file, rule, ['rule', i])),
    ...checkIds(file),
    ...namesakes(file.person).map(({ place, key, value }) => ({
      path: ['person', place, key],
      problem: `"${value}" is the ${KNOWN_BY[key]} of another person as well: nobody could tell them apart, and they would count as one`,
      fix: 'Give each [[person]] its own, or make the two one.',
    })),
    ...overwriting(file.rule).map(({ first, second, how }) => ({
      path: ['rule', second, 'to'],
      problem: `it overwrites rule "${file.rule[first]?.id}": ${how}`,
      fix: 'Give the two rules selections that do not overlap, or leave one of them out.',
    })),
  ]
}

function checkZone(file: PolicyFile): readonly Found[] {
  if (isZone(file.timezone)) return []
  const near = nearest(file.timezone, Intl.supportedValuesOf('timeZone'))
  const fix = near === null ? 'Write an IANA zone such as "America/New_York", or "UTC".' : `Did you mean "${near}"?`
  return [{ path: ['timezone'], problem: `"${file.timezone}" is no known time zone`, fix }]
}

function checkWindow({ window }: PolicyFile): readonly Found[] {
  if (window === undefined) return []
  const findings: Found[] = window.holidays.flatMap((day, i) => {
    if (isDate(day)) return []
    return [
      { path: ['window', 'holidays', i], problem: `"${day}" is no day`, fix: 'Write a day such as "2026-12-25".' },
    ]
  })
  const [from, to] = window.hours.split('-')
  if (from === to) {
    const fix = 'For the whole day leave hours out; otherwise write two different times.'
    findings.push({ path: ['window', 'hours'], problem: `"${window.hours}" begins and ends at the same time`, fix })
  }
  return findings
}

function checkEvents(file: PolicyFile): readonly Found[] {
  return file.on.flatMap(({ directory }, i) => {
    const path = ['on', i, 'directory']
    const strange = directory.match(/\{[^{}]*\}/g)?.find((one) => one !== '{repository}' && one !== '{branch}')
    if (strange !== undefined) {
      return [{ path, problem: `${strange} is no placeholder`, fix: 'There are {repository} and {branch}.' }]
    }
    if (directory.startsWith('{branch}')) {
      const fix = 'Start with a directory of its own, such as "CI/{branch}".'
      return [{ path, problem: 'a branch could be called like any directory of the workspace', fix }]
    }
    const why = pathProblem(directory.replaceAll('{repository}', 'team/algos').replaceAll('{branch}', 'branch'))
    return why === null ? [] : [{ path, problem: why, fix: 'Write a directory such as "CI/{repository}/{branch}".' }]
  })
}

function checkIds(file: PolicyFile): readonly Found[] {
  const seen = new Set<string>()
  return file.rule.flatMap(({ id }, i) => {
    if (!seen.has(id)) {
      seen.add(id)
      return []
    }
    return [
      { path: ['rule', i, 'id'], problem: `another rule is called "${id}" as well`, fix: 'Give each rule its own id.' },
    ]
  })
}

function checkRule(file: PolicyFile, rule: RuleFile, path: KeyPath): readonly Found[] {
  const unless = rule.unless === undefined ? [] : [rule.unless].flat()
  return [
    ...checkTable(rule.when, [...path, 'when'], 0),
    ...unless.flatMap((table, i) =>
      checkTable(table, Array.isArray(rule.unless) ? [...path, 'unless', i] : [...path, 'unless'], 0),
    ),
    ...checkUnit(rule, path),
    ...checkGrace(rule, path),
    ...checkNotice(file, rule, path),
    ...checkApprove(file, rule, path),
    ...checkLimit(file.limits, rule, path),
    ...checkTemplate(rule, path),
  ]
}

function checkTable(table: RuleFile['when'], path: KeyPath, depth: number): readonly Found[] {
  if (depth > DEEPEST) {
    return [
      { path, problem: `tables nest more than ${DEEPEST} deep`, fix: 'Make two rules of it, or write it flatter.' },
    ]
  }
  const { any = [], all = [], not } = table
  return [
    ...checkPatterns('path', [table.path ?? []].flat(), [...path, 'path']),
    ...checkPatterns('name', [table.name ?? []].flat(), [...path, 'name']),
    ...checkPatterns('text', [table.description ?? []].flat(), [...path, 'description']),
    ...any.flatMap((one, i) => checkTable(one, [...path, 'any', i], depth + 1)),
    ...all.flatMap((one, i) => checkTable(one, [...path, 'all', i], depth + 1)),
    ...(not === undefined ? [] : checkTable(not, [...path, 'not'], depth + 1)),
  ]
}

function checkPatterns(kind: GlobKind, patterns: readonly unknown[], path: KeyPath): readonly Found[] {
  return patterns.flatMap((pattern) => {
    const found = globProblem(String(pattern), kind)
    return found === null ? [] : [{ path, ...found }]
  })
}

function checkUnit(rule: RuleFile, path: KeyPath): readonly Found[] {
  if (rule.unit === 'project' || rule.when.path !== undefined) return []
  const fix = 'Add path to when, such as path = "Research/*" for every directory directly in Research.'
  return [{ path: [...path, 'when'], problem: 'a directory rule must say which directories it is about', fix }]
}

function checkGrace(rule: RuleFile, path: KeyPath): readonly Found[] {
  if (rule.then === 'report' || (parseDuration(rule.after) ?? 0) >= LEAST_GRACE) return []
  const problem = `a grace of ${rule.after} is too short for ${rule.then}`
  return [{ path: [...path, 'after'], problem, fix: 'Write at least "24h", or leave it out for 14 days.' }]
}

function checkNotice(file: PolicyFile, rule: RuleFile, path: KeyPath): readonly Found[] {
  if (noticeOf(rule) === 0 || (file.notify.channels ?? []).length > 0) return []
  const problem =
    rule.notice === undefined
      ? `a rule that would ${rule.then} gives notice first, and no channel is configured`
      : `a notice of ${rule.notice} needs a channel, and none is configured`
  const fix = 'Add [notify] with channels = ["slack"], or write notice = "0h" to do without a message.'
  return [{ path: [...path, 'notice'], problem, fix }]
}

function checkApprove(file: PolicyFile, rule: RuleFile, path: KeyPath): readonly Found[] {
  if (rule.approve !== 'two') return []
  const approvers = file.person.filter(({ may }) => may.includes('approve')).length
  if (approvers >= 2) return []
  const problem = `approve = "two" needs two people who may approve, and there ${approvers === 1 ? 'is 1' : 'are none'}`
  const fix = 'Add a [[person]] with may = ["approve"], or write approve = "always".'
  return [{ path: [...path, 'approve'], problem, fix }]
}

function checkLimit(limits: PolicyFile['limits'], rule: RuleFile, path: KeyPath): readonly Found[] {
  return (['per_run', 'per_day', 'percent', 'stamps_per_run'] as const satisfies readonly (keyof Limits)[]).flatMap(
    (key) => {
      const own = rule.limit[key]
      const most = limits[key] ?? 0
      if (own === undefined || own <= most) return []
      const problem = `${own} is wider than the ${most} of [limits]`
      return [{ path: [...path, 'limit', key], problem, fix: `Write ${most} or less, or raise ${key} in [limits].` }]
    },
  )
}
