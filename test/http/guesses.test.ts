/**
 * G29: nobody learns from an answer whether what they sent is a piece of a secret. Every operation, hook, page and command
 * of a chat gets pieces of every secret in every encoding, beside texts of the same make: status, headers and body are the
 * same once the echo is taken out. `npm run test:soak` tries a thousand of each.
 */

import { beforeAll, describe, expect, inject, it } from 'vitest'
import { missing, type Place, type Seen, type Way, waysOf } from '../support/doors.ts'
import { ENCODINGS, likewise, lookOf, type Pair, pairsOf, randomFrom, withoutChance } from '../support/guesses.ts'
import type {} from '../support/node/soak.ts'
import * as plant from '../support/planted.ts'
import { NO_CAPS } from '../support/policies.ts'
import { ANN_AND_BRANCHES, allEnded, begin, env, lines, sent, tick, told, world } from '../support/watched.ts'

const { pairs: COUNT, seed: given } = inject('soak')
const seed = given === 0 ? Date.now() % 1_000_000_007 : given

const POLICY = `${NO_CAPS}${ANN_AND_BRANCHES}`

/** Settings that are no secrets. */
const SHOWN = ['SLACK_CHANNEL', 'DISCORD_CHANNEL', 'DISCORD_APPLICATION_ID', 'PUBLIC_URL']

/** Known when tests are named: the ids are filled in later. */
const known = { run: '', project: 0 }
const NAMES = waysOf(known).map(({ name }) => name)
let ways: ReadonlyMap<string, Way>
let secrets: readonly plant.Known[]

beforeAll(async () => {
  await begin(POLICY, ['Kept/a', 'Kept/b'])
  const { id: run } = await tick(Date.now())
  const { projectId: project } = await world.project('Kept/a')
  ways = new Map(waysOf({ run, project }).map((way) => [way.name, way]))
  secrets = plant.secretsIn(env as plant.Planted).filter(({ name }) => !SHOWN.includes(name))
})

describe(`G29 an answer depends on no secret, in ${COUNT} pairs each from seed ${seed}`, () => {
  it('is tried at every route there is', () => {
    expect(missing([...ways.values()])).toEqual([])
  })

  it('is tried with every secret and every encoding', () => {
    const pairs = pairsOf(secrets, 1_000, randomFrom(seed))
    const least = (names: readonly string[], of: (pair: Pair) => string) =>
      Math.min(...names.map((name) => pairs.filter((pair) => of(pair) === name).length))
    const byName = (pair: Pair) => pair.of
    expect(least([...new Set(secrets.map(({ name }) => name))], byName)).toBeGreaterThanOrEqual(15)
    expect(least(Object.keys(ENCODINGS), ({ encoding }) => encoding)).toBeGreaterThanOrEqual(15)
    expect(pairs.every(({ guess, other }) => guess.length === other.length)).toBe(true)
  })

  it.each(NAMES)('%s', { timeout: 30_000 + COUNT * 2_000 }, async (name) => {
    const { places, before } = ways.get(name) as Way
    const random = randomFrom(seed + NAMES.indexOf(name))
    const differences: string[] = []
    for (const [n, pair] of pairsOf(secrets, COUNT, random).entries()) {
      const sends = places[n % places.length] as Place
      const place: Place = async (text) => {
        await before?.()
        return sends(text)
      }
      const difference = await differs(place, pair, random)
      if (difference !== null) differences.push(difference)
      told.splice(0)
      sent.splice(0)
      lines.splice(0)
    }
    await allEnded()
    expect(differences).toEqual([])
  })
})

/** How the two are told apart, in the same way each time; null when they are not. */
async function differs(
  place: Place,
  { of, encoding, guess, other }: Pair,
  random: () => number,
): Promise<string | null> {
  if (isAlike(await place(guess), guess, await place(other), other)) return null
  // What was done before may be seen in it, and a word may happen to be near to one of ours: again, with other words.
  for (let again = 0; again < 3; again++) {
    const third = likewise(guess, random)
    const wrong = await place(third)
    const second = await place(guess)
    if (isAlike(second, guess, wrong, third)) return null
    if (again === 2) return `${of}, ${encoding}: "${guess}", ${unlike(look(second, guess), look(wrong, third))}`
  }
  return null
}

/** The very same answers are alike, though a word of ours in them may read like an echo of one of the two texts. */
function isAlike(one: readonly Seen[], sentOne: string, other: readonly Seen[], sentOther: string): boolean {
  const [a, b] = [one, other].map((all) => withoutChance(JSON.stringify(all)))
  return a === b || look(one, sentOne) === look(other, sentOther)
}

function look(all: readonly Seen[], sentText: string): string {
  return lookOf(JSON.stringify(all), sentText)
}

/** Where two texts part. */
function unlike(one: string, other: string): string {
  const at = [...one].findIndex((char, n) => char !== other[n])
  const [a, b] = [one, other].map((text) => text.slice(Math.max(0, at - 100), at + 200))
  return `… ${a} …\nunlike … ${b} …`
}
