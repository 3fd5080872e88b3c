/**
 * Pairs of rules that would undo each other for ever: what one moves or renames, the other selects in its new place and
 * puts where the first selects it again; or two that keep overwriting each other's line. Found by following a sample of
 * what a rule selects; predicates other than `path` and `name` are taken to be possible.
 */

import { pathGlob, textGlob } from '../base/glob.ts'
import { lastPart, parentOf } from '../evidence/facts.ts'
import type { ConditionTable } from './condition.ts'
import type { RuleFile } from './policy-schema.ts'
import type { Reading } from './reason.ts'
import {
  ARCHIVE_TEMPLATE,
  expand,
  isInside,
  literalRoot,
  movesOnce,
  type Placeholder,
  parseTemplate,
  type Template,
} from './template.ts'

export interface Undoing {
  /** Positions of the two rules, the earlier first. */
  readonly first: number
  readonly second: number
  /** What would happen, in words. */
  readonly how: string
}

export function undoing(rules: readonly RuleFile[]): readonly Undoing[] {
  return rules.flatMap((rule, second) =>
    rules.slice(0, second).flatMap((earlier, first) => {
      const how = overwriting(earlier, rule) ?? circling(earlier, rule) ?? circling(rule, earlier)
      return how === null ? [] : [{ first, second, how }]
    }),
  )
}

/** Steps after which two rules that still find something to do are taken to go on for ever. */
const FOR_EVER = 8

/** Follows what one rule selects from name to name, the two rules in turn. */
function circling(one: RuleFile, other: RuleFile): string | null {
  for (const start of samples(one)) {
    const names = [start]
    for (let step = 0; step < FOR_EVER; step++) {
      const rule = step % 2 === 0 ? one : other
      const name = names.at(-1) ?? start
      const next = selects(rule, name) ? applied(rule, name) : null
      if (next === null) break
      names.push(next)
    }
    if (names.length > FOR_EVER) return `"${start}" would become "${names[1]}", then "${names[2]}", and so on`
  }
  return null
}

function overwriting(one: RuleFile, other: RuleFile): string | null {
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

/** The name after the rule, or null when the rule would leave it as it is. */
function applied(rule: RuleFile, path: string): string | null {
  const { then } = rule
  if (then !== 'rename' && then !== 'move' && then !== 'archive') return null
  const parsed = parseTemplate(rule.to ?? ARCHIVE_TEMPLATE)
  if (!parsed.ok) return null
  const { template } = parsed
  if (movesOnce(then, template) && isInside(path, literalRoot(template))) return null
  const name = filledIn(template, rule.id, path)
  const there = then === 'rename' && parentOf(path) !== '' ? `${parentOf(path)}/${name}` : name
  return there === path ? null : there
}

function filledIn(template: Template, rule: string, path: string): string {
  const values: { readonly [name in Placeholder]: string } = {
    path,
    name: lastPart(path),
    directory: parentOf(path),
    yyyy: '2026',
    mm: '01',
    'idle-days': '100',
    owner: 'owner',
    rule,
  }
  return expand(template, (placeholder) => values[placeholder]).replace(/^\//, '')
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
