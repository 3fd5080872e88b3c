/** Directories: prefixes of names. One tree per inventory; a directory holds everything strictly inside it (G21). */

import { lastPart, once, parentOf, placesById } from './facts.ts'
import type { Inventory } from './project.ts'

export interface Directory {
  /** Counts all directories of the inventory from 0. */
  readonly number: number
  readonly path: string
  /** The last part of the path. */
  readonly name: string
  readonly parent: Directory | null
  readonly children: readonly Directory[]
  /** Places in the inventory of all projects strictly inside, at any depth, by id. */
  readonly members: readonly number[]
  /** Of those, the ones that stand in it directly. */
  readonly own: readonly number[]
}

/** At most so many projects go together: their copies and calls have to fit into a run (G23). */
export const MOST_TOGETHER = 500

interface Growing extends Directory {
  readonly children: Directory[]
  readonly members: number[]
  readonly own: number[]
}

interface Tree {
  readonly directories: ReadonlyMap<string, Directory>
  readonly homes: readonly (Directory | null)[]
}

const TREES = new WeakMap<Inventory, Tree>()

/** Every directory of the inventory, by path. */
export function directoriesOf(inventory: Inventory): ReadonlyMap<string, Directory> {
  return once(TREES, inventory, growTree).directories
}

/** The directory each project stands in directly, by place; null at the top. */
export function homesOf(inventory: Inventory): readonly (Directory | null)[] {
  return once(TREES, inventory, growTree).homes
}

function growTree(inventory: Inventory): Tree {
  const directories = new Map<string, Growing>()
  const homes = inventory.projects.map(({ path }) => grow(directories, parentOf(path)))
  for (const place of placesById(inventory)) {
    homes[place]?.own.push(place)
    for (let one = homes[place] ?? null; one !== null; one = one.parent as Growing | null) one.members.push(place)
  }
  return { directories, homes }
}

function grow(tree: Map<string, Growing>, path: string): Growing | null {
  if (path === '') return null
  const known = tree.get(path)
  if (known !== undefined) return known
  const parent = grow(tree, parentOf(path))
  const directory: Growing = {
    number: tree.size,
    path,
    name: lastPart(path),
    parent,
    children: [],
    members: [],
    own: [],
  }
  parent?.children.push(directory)
  tree.set(path, directory)
  return directory
}
