/** Names in use: a new name that is taken gets ` 2`, ` 3`, … as QuantConnect itself does it. */

import { once } from './facts.ts'
import type { Inventory } from './project.ts'

/** Paths by the letter they begin with, and of those that were asked about, their names in lower case. */
interface Names {
  readonly paths: ReadonlyMap<number, readonly string[]>
  readonly taken: Map<number, ReadonlySet<string>>
}

/** All that is asked of an inventory here. */
type Listed = Pick<Inventory, 'projects'>

const NAMES = new WeakMap<Listed, Names>()

/** Whether a name is in use, in any spelling: whether QuantConnect tells `a` from `A` is not known. */
export function isTaken(inventory: Listed, name: string): boolean {
  const { paths, taken } = once(NAMES, inventory, byLetter)
  const letter = letterOf(name)
  let names = taken.get(letter)
  if (names === undefined) {
    names = new Set(paths.get(letter)?.map((path) => path.toLowerCase()))
    taken.set(letter, names)
  }
  return names.has(name.toLowerCase())
}

/** New names share their first directories, so most of a large inventory is never spelt out. */
function byLetter({ projects }: Listed): Names {
  const paths = new Map<number, string[]>()
  for (let place = 0; place < projects.length; place++) {
    const path = projects[place]?.path ?? ''
    const letter = letterOf(path)
    const others = paths.get(letter)
    if (others === undefined) paths.set(letter, [path])
    else others.push(path)
  }
  return { paths, taken: new Map() }
}

/** The code of what a name begins with in lower case. */
function letterOf(name: string): number {
  const code = name.charCodeAt(0)
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code | 0x20 : code
  return name.charAt(0).toLowerCase().charCodeAt(0)
}

/** Hands out new names one after the other; each is free of the inventory and of those handed out before. */
export function openNames(inventory: Listed): (wanted: string) => string {
  /** The highest number handed out for a name so far. */
  const handedOut = new Map<string, number>()
  return (wanted) => {
    const key = wanted.toLowerCase()
    for (let n = (handedOut.get(key) ?? 0) + 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted} ${n}`
      const spelt = name.toLowerCase()
      if (isTaken(inventory, name) || (n > 1 && handedOut.has(spelt))) continue
      handedOut.set(key, n)
      if (n > 1) handedOut.set(spelt, 1)
      return name
    }
  }
}
