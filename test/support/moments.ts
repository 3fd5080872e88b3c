/** Things that happen at one exact moment of a run: just before a request of it goes out, or once its answer has come. */

import type { World } from './world.ts'

/** QuantConnect's dates have whole seconds: what happens next certainly happens in a later one. */
export function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_100))
}

/** Does something once, just before the nth request to an endpoint goes out. */
export function justBefore(world: World, endpoint: string, nth: number, act: () => Promise<unknown> | unknown): void {
  let seen = 0
  world.set({
    fetch: async (input, init) => {
      if (String(input).endsWith(`/${endpoint}`)) {
        seen += 1
        if (seen === nth) await act()
      }
      return fetch(input, init)
    },
  })
}

/** Does something once, after a run has made its plan and before it reads the lists of its first re-check. */
export function beforeRecheck(world: World, act: () => Promise<unknown> | unknown): void {
  let moment: 'scan' | 'plan' | 'over' = 'scan'
  world.set({
    fetch: async (input, init) => {
      // What runs live is the last thing that a scan reads.
      if (moment === 'scan' && String(input).endsWith('/live/list')) moment = 'plan'
      else if (moment === 'plan' && isList(input, init)) {
        moment = 'over'
        await act()
      }
      return fetch(input, init)
    },
  })
}

/** Does something once, just before a single project is read. */
export function beforeSingleRead(world: World, act: () => Promise<unknown> | unknown): void {
  let isOver = false
  world.set({
    fetch: async (input, init) => {
      if (!isOver && String(input).endsWith('/projects/read') && textOf(init).includes('projectId')) {
        isOver = true
        await act()
      }
      return fetch(input, init)
    },
  })
}

/** Whether this asks for the list of projects, not for one of them, nor for the proof of where it ends. */
function isList(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  return String(input).endsWith('/projects/read') && /\bstart\b\D+0\b/.test(textOf(init))
}

function textOf(init: RequestInit | undefined): string {
  return typeof init?.body === 'string' ? init.body : ''
}
