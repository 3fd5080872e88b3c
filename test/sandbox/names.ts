/**
 * Project names (§4): which may be written, and what happens when one is taken. Names that are stored already, or handed
 * in with a workspace, may be anything.
 */
import type { Call } from './call.ts'
import type { StoredProject } from './entities.ts'
import { refuse } from './refusal.ts'
import type { World } from './store.ts'

export const binPrefix = 'Recycle Bin/'

const reserved = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])$/i

/** A name as it will be stored, or a refusal. */
export function writableName(call: Call, wanted: string): string {
  const { nameSpaces, nameCharacters, nameLimit } = call.world.switches
  const name = nameSpaces === 'clean' ? clean(wanted) : wanted
  const allowed = nameCharacters === 'documented' ? /[^A-Za-z0-9 _/-]/ : /\./
  const strange = allowed.exec(name)?.[0]
  if (strange) refuse(`Project name contains unsupported special character (${strange})`)
  if (nameLimit > 0 && name.length > nameLimit) refuse(`Project name is too long, at most ${nameLimit} characters`)
  if (nameCharacters === 'loose') return name
  if (name.startsWith(' ')) refuse('Project name can not start with a space')
  if (name.split('/').some((part) => reserved.test(part))) refuse('Project name is reserved')
  return name
}

function clean(name: string): string {
  const parts = name.split('/').map((part) => part.trim())
  return parts.filter((part) => part !== '').join('/')
}

/** Whether another project than `except` has this name, among those where names must differ. */
export function isTaken(world: World, name: string, owner: Owner, except?: number): boolean {
  const wanted = folded(world, name)
  for (const project of world.projects.values()) {
    if (project.id === except || !rivals(world, project, owner)) continue
    if (folded(world, project.name) === wanted) return true
  }
  return false
}

/** The name itself, or with the next free number when it is taken (§2.2). */
export function freeName(world: World, name: string, owner: Owner, except?: number): string {
  const taken = new Set<string>()
  for (const project of world.projects.values()) {
    if (project.id !== except && rivals(world, project, owner)) taken.add(folded(world, project.name))
  }
  if (!taken.has(folded(world, name))) return name
  if (world.switches.suffix === 'nested') {
    let nested = name
    while (taken.has(folded(world, nested))) nested = `${nested} 1`
    return nested
  }
  let number = world.switches.suffix === 'highest' ? highest(world, taken, name) + 1 : 1
  while (taken.has(folded(world, `${name} ${number}`))) number += 1
  return `${name} ${number}`
}

/** Whose names a new or renamed project must not repeat. */
export type Owner = Pick<StoredProject, 'ownerId' | 'organizationId'>

function rivals(world: World, project: StoredProject, owner: Owner): boolean {
  if (world.switches.uniqueness === 'organization') return project.organizationId === owner.organizationId
  return project.ownerId === owner.ownerId
}

function highest(world: World, taken: ReadonlySet<string>, name: string): number {
  const prefix = `${folded(world, name)} `
  const numbers = [...taken].filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length))
  return Math.max(0, ...numbers.filter((each) => /^\d{1,9}$/.test(each)).map(Number))
}

function folded(world: World, name: string): string {
  return world.switches.nameCase === 'insensitive' ? name.toLowerCase() : name
}
