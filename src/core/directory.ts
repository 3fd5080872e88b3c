/** Directories: prefixes of names. One tree per inventory; a directory holds everything strictly inside it (G21). */

import { lastPart, once, parentOf } from './facts.ts'
import type { Inventory, Project } from './project.ts'

export interface Directory {
  readonly path: string
  /** The last part of the path. */
  readonly name: string
  readonly parent: Directory | null
  readonly children: readonly Directory[]
  /** All projects strictly inside, at any depth, by id. */
  readonly members: readonly Project[]
}

interface Growing extends Directory {
  readonly children: Directory[]
  readonly members: Project[]
}

const TREES = new WeakMap<Inventory, ReadonlyMap<string, Directory>>()

/** Every directory of the inventory, by path. */
export function directoriesOf(inventory: Inventory): ReadonlyMap<string, Directory> {
  return once(TREES, inventory, growTree)
}

function growTree(inventory: Inventory): ReadonlyMap<string, Directory> {
  const tree = new Map<string, Growing>()
  for (const project of [...inventory.projects].sort((a, b) => a.id - b.id)) {
    let directory = grow(tree, parentOf(project.path))
    while (directory !== null) {
      directory.members.push(project)
      directory = directory.parent as Growing | null
    }
  }
  return tree
}

function grow(tree: Map<string, Growing>, path: string): Growing | null {
  if (path === '') return null
  const known = tree.get(path)
  if (known !== undefined) return known
  const parent = grow(tree, parentOf(path))
  const directory: Growing = { path, name: lastPart(path), parent, children: [], members: [] }
  parent?.children.push(directory)
  tree.set(path, directory)
  return directory
}
