/**
 * Pairs of rules that would overwrite each other's line in the same descriptions for ever. Found by a sample of what a
 * rule selects; predicates other than `path` and `name` are taken to be possible. That two rules do not move a project to
 * and fro needs no such comparison: none is moved by rules twice within 30 days.
 */

import { pathGlob, textGlob } from '../base/glob.ts'
import { lastPart, parentOf } from '../evidence/facts.ts'
import type { ConditionTable } from './condition.ts'
import type { RuleFile } from './policy-schema.ts'
import type { Reading } from './reason.ts'

export interface Overwriting {
  /** Positions of the two rules, the earlier first. */
  readonly first: number
  readonly second: number
  /** What would happen, in words. */
  readonly how: string
}

export function overwriting(rules: readonly RuleFile[]): readonly Overwriting[] {
  return rules.flatMap((rule, second) =>
    rules.slice(0, second).flatMap((earlier, first) => {
      const how = howOverwriting(earlier, rule)
      return how === null ? [] : [{ first, second, how }]
    }),
  )
}

function howOverwriting(one: RuleFile, other: RuleFile): string | null {
  if (one.then !== 'describe' || other.then !== 'describe' || one.to === other.to) return null
  if (one.when.stamped === false || other.when.stamped === false) return null
  const keys = Object.keys(one.when) as (keyof ConditionTable)[]
  const apart = keys.some((key) => {
    if (key === 'path' || key === 'name' || other.when[key] === undefined) return false
    return JSON.stringify(one.when[key]) !== JSON.stringify(other.when[key])
  })
  const overlap = samples(one).some((path) => selects(other, path)) || samples(other).some((path) => selects(one, path))
  return overlap && !apart ? 'both write our line of the same projects, in different words' : null
}

/** Full names of projects that the rule could select. */
function samples(rule: RuleFile): readonly string[] {
  const paths = [rule.when.path ?? 'Work/x'].flat().map(filled)
  const names = [rule.when.name ?? []].flat().map(filled)
  const found = paths.flatMap((path) => {
    if (rule.unit === 'directory') return [`${path}/x`]
    return names.length === 0
      ? [path]
      : names.map((name) => (parentOf(path) === '' ? name : `${parentOf(path)}/${name}`))
  })
  return found.filter((path) => selects(rule, path))
}

function filled(pattern: unknown): string {
  return String(pattern).replaceAll(/\*+|\?/g, 'x')
}

function selects(rule: RuleFile, path: string): boolean {
  const places = rule.unit === 'project' ? [path] : directoriesAbove(path)
  const unless = rule.unless === undefined ? [] : [rule.unless].flat()
  return places.some(
    (place) => read(rule.when, place) !== 'no' && !unless.some((table) => read(table, place) === 'yes'),
  )
}

function directoriesAbove(path: string): readonly string[] {
  const parent = parentOf(path)
  return parent === '' ? [] : [parent, ...directoriesAbove(parent)]
}

function read(table: ConditionTable, path: string): Reading {
  const readings: Reading[] = []
  for (const [key, value] of Object.entries(table)) {
    if (key === 'path') readings.push(matches([value as string].flat().map(pathGlob), path))
    else if (key === 'name') readings.push(matches([value as string].flat().map(textGlob), lastPart(path)))
    else if (key === 'all') readings.push(every(table.all ?? [], path))
    else if (key === 'any') readings.push(opposite(all((table.any ?? []).map((one) => opposite(read(one, path))))))
    else if (key === 'not' && table.not !== undefined) readings.push(opposite(read(table.not, path)))
    else if (value !== undefined) readings.push('unknown')
  }
  return all(readings)
}

function every(tables: readonly ConditionTable[], path: string): Reading {
  return all(tables.map((table) => read(table, path)))
}

function matches(globs: readonly ((text: string) => boolean)[], text: string): Reading {
  return globs.some((glob) => glob(text)) ? 'yes' : 'no'
}

function all(readings: readonly Reading[]): Reading {
  if (readings.includes('no')) return 'no'
  return readings.includes('unknown') ? 'unknown' : 'yes'
}

function opposite(reading: Reading): Reading {
  if (reading === 'unknown') return 'unknown'
  return reading === 'yes' ? 'no' : 'yes'
}
