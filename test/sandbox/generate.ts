/**
 * A made-up workspace of any size: the fixtures first, then what fills real workspaces: sweeps, clones, families of `x 1`,
 * folders per branch, research in nested directories. The same seed gives the same workspace, relative to now.
 */
import { fixtures } from './fixtures.ts'
import type { PartialProject } from './partial.ts'
import { type Random, seededRandom } from './random.ts'
import { adjectives, animals, branches, colours, people, strategies, tags, topics } from './words.ts'

const day = 86_400_000

/** Exactly `count` projects, all visible to the default user. */
export function generateWorkspace(count: number, seed: number, now: number): PartialProject[] {
  const random = seededRandom(seed)
  const firstId = 23_400_000 + random.integer(0, 50_000)
  const rows = fixtures(now, (index) => firstId + index * 7)
  const names = new Set(rows.map((row) => row.name))
  while (rows.length < count) {
    const family = random.pick(families)(random, now)
    for (const row of family) {
      if (names.has(row.name)) continue
      names.add(row.name)
      rows.push({ ...history(random, row, now), ...row })
    }
  }
  return rows.slice(0, count).map((row, index) => ({ ...row, projectId: firstId + index * 7 }))
}

type Row = PartialProject & { readonly name: string; readonly created: number; readonly modified: number }

type Family = (random: Random, now: number) => Row[]

const families: readonly Family[] = [sweep, clones, suffixes, branch, research, research, drafts, personal, archive]

/** A parameter sweep that left one project per run behind. */
function sweep(random: Random, now: number): Row[] {
  const strategy = random.pick(strategies)
  const born = now - random.integer(20, 700) * day
  const label = new Date(born).toISOString().slice(0, 10)
  return Array.from({ length: random.integer(4, 24) }, (_, index) => {
    const parameters = [{ key: 'lookback', value: String(10 + index * 5) }]
    return {
      ...dated(born + index * 60_000, born + index * 90_000, now),
      name: `Sweeps/${strategy} ${label}/run ${index + 1}`,
      parameters,
    }
  })
}

/** Clones that nobody touched after they were made. */
function clones(random: Random, now: number): Row[] {
  const name = `Clone of: ${randomName(random)}`
  const born = now - random.integer(5, 900) * day
  return Array.from({ length: random.integer(1, 3) }, (_, index) => ({
    ...dated(born + index * day, born + index * day + random.integer(0, 2) * day, now),
    name: index === 0 ? name : `${name} ${index}`,
  }))
}

/** `x`, `x 1`, `x 2`: what the cloud makes of a name that is taken (§2.2). */
function suffixes(random: Random, now: number): Row[] {
  const name = `${random.pick(people)}/${random.pick(strategies)}`
  const born = now - random.integer(40, 800) * day
  return Array.from({ length: random.integer(2, 6) }, (_, index) => ({
    ...dated(born + index * 9 * day, born + (index * 9 + random.integer(0, 8)) * day, now),
    name: index === 0 ? name : `${name} ${index}`,
  }))
}

/** A folder per git branch. */
function branch(random: Random, now: number): Row[] {
  const folder = `branches/${random.pick(people)}-${random.pick(branches)}-${random.integer(100, 999)}`
  const born = now - random.integer(3, 400) * day
  const spent = random.integer(1, 40) * day
  return Array.from({ length: random.integer(1, 5) }, () => ({
    ...dated(born, born + random.integer(0, spent / day) * day, now),
    name: `${folder}/${random.pick(strategies)}`,
    description: random.chance(0.3) ? 'created by the deploy job' : '',
  }))
}

/** Notebooks and ideas, two to four directories deep. */
function research(random: Random, now: number): Row[] {
  const folder = `Research/${random.pick(topics)}/${2021 + random.integer(0, 5)}-${random.pick(strategies)}`
  const born = now - random.integer(10, 1500) * day
  return Array.from({ length: random.integer(1, 6) }, (_, index) => ({
    ...dated(born + index * day, born + random.integer(0, 120) * day, now),
    name: `${folder}/${random.chance(0.2) ? 'scratch/' : ''}${randomName(random)}`,
  }))
}

function drafts(random: Random, now: number): Row[] {
  const born = now - random.integer(0, 300) * day
  return [{ ...dated(born, born + random.integer(0, 20) * day, now), name: randomName(random) }]
}

/** Work of others that was shared with the default user. */
function personal(random: Random, now: number): Row[] {
  if (!random.chance(0.3)) return []
  const born = now - random.integer(10, 500) * day
  const row = dated(born, born + random.integer(0, 60) * day, now)
  const ownerId = random.pick([456, 789])
  return [
    {
      ...row,
      ownerId,
      name: `${ownerId === 456 ? 'noor' : 'teo'}/${random.pick(strategies)} ${random.integer(1, 99)}`,
    },
  ]
}

function archive(random: Random, now: number): Row[] {
  const year = 2020 + random.integer(0, 4)
  const born = now - random.integer(500, 2000) * day
  const name = `Archive/${year}/${random.pick(strategies)} v${random.integer(1, 30)}`
  return [{ ...dated(born, born + random.integer(0, 90) * day, now), name }]
}

/** Nothing was edited before it was made or later than a minute ago; what would be is put somewhere between. */
function dated(
  created: number,
  modified: number,
  now: number,
): { readonly created: number; readonly modified: number } {
  const latest = now - 60_000
  const born = Math.min(created, latest)
  if (modified <= latest) return { created: born, modified: Math.max(born, modified) }
  return { created: born, modified: latest - ((modified - latest) % Math.max(1, latest - born)) }
}

/** Files, backtests, and now and then a deployment that has ended or a recent edit of an old project. */
function history(random: Random, row: Row, now: number): Partial<PartialProject> {
  const count = random.chance(0.6) ? random.integer(0, 4) : 0
  const backtests = Array.from({ length: count }, () => ({
    name: randomName(random),
    created: Math.min(now, row.created + random.integer(0, 30) * day),
    tags: random.chance(0.1) ? [random.pick(tags)] : [],
    parameterSet: random.chance(0.2) ? { lookback: String(random.integer(5, 60)) } : {},
  }))
  const content = `from AlgorithmImports import *\n\n# ${row.name}\nclass Strategy(QCAlgorithm):\n    pass\n`
  const files = [
    { name: 'main.py', content },
    ...(random.chance(0.5) ? [{ name: 'research.ipynb', content: '{"cells": []}' }] : []),
  ]
  if (!random.chance(0.02)) return { backtests, files }
  const live = [
    { status: random.pick(['Stopped', 'Liquidated', 'RuntimeError']), launched: row.modified, stopped: row.modified },
  ]
  return { backtests, files, live }
}

/** As the cloud names what nobody named: `Pensive Black Sheep`. */
function randomName(random: Random): string {
  return `${random.pick(adjectives)} ${random.pick(colours)} ${random.pick(animals)}`
}
