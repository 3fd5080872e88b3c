/** Lists of projects that do not hold everything, and the person who accepts that. */

import type { World } from './world.ts'

/**
 * Which call of projects/read is which in the first scheduled run of a day, counted from 1: two for the scan, three for the
 * proof of its end, then one for each re-check. This is the first re-check; the list that confirms comes after the last.
 */
export const RECHECK = 6

type Row = { readonly projectId: number; readonly name: string; readonly [field: string]: unknown }

interface Asked {
  readonly start?: number
  readonly end?: number
  readonly projectId?: number
}

/** From now on every answer with a list of projects is made of these rows of the sandbox's; single reads are left alone. */
export function listing(world: World, rowsOf: (rows: readonly Row[], asked: Asked) => readonly Row[]): void {
  world.set({
    fetch: async (input, init) => {
      const asked = (String(input).endsWith('projects/read') ? JSON.parse(String(init?.body)) : {}) as Asked
      if (!String(input).endsWith('projects/read') || asked.projectId !== undefined) return fetch(input, init)
      const answer = await fetch(input, { ...init, body: '{}' })
      const body = (await answer.json()) as { readonly projects: readonly Row[] }
      const { start = 0, end } = asked
      return Response.json({ ...body, projects: rowsOf(body.projects, asked).slice(start, end) })
    },
  })
}

/** Hides these projects in every list. */
export function hide(world: World, isHidden: (name: string) => boolean): void {
  listing(world, (rows) => rows.filter(({ name }) => !isHidden(name)))
}

/** A person accepts what is shown to stand against the list. */
export async function accept(world: World): Promise<boolean> {
  const { hash } = await world.stub.base()
  return world.stub.acceptBase('a test', hash ?? '')
}
