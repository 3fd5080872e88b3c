/** Names in use: a new name that is taken gets ` 2`, ` 3`, … as QuantConnect itself does it. */

import { once } from './facts.ts'
import type { Inventory } from './project.ts'

const TAKEN = new WeakMap<Inventory, ReadonlySet<string>>()

/** All names of the inventory in lower case: whether QuantConnect tells `a` from `A` is not known. */
export function namesTaken(inventory: Inventory): ReadonlySet<string> {
  return once(TAKEN, inventory, ({ projects }) => new Set(projects.map(({ path }) => path.toLowerCase())))
}

/** Hands out new names one after the other; each is free of the inventory and of those handed out before. */
export function openNames(inventory: Inventory): (wanted: string) => string {
  /** The highest number handed out for a name so far. */
  const handedOut = new Map<string, number>()
  return (wanted) => {
    const taken = namesTaken(inventory)
    const key = wanted.toLowerCase()
    for (let n = (handedOut.get(key) ?? 0) + 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted} ${n}`
      const spelt = name.toLowerCase()
      if (taken.has(spelt) || (n > 1 && handedOut.has(spelt))) continue
      handedOut.set(key, n)
      if (n > 1) handedOut.set(spelt, 1)
      return name
    }
  }
}
