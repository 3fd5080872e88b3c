/** The time of one world: real time unless somebody set it, so that two weeks can pass in a test. Milliseconds, UTC. */
export interface Clock {
  now(): number
  /** Puts the clock to a time; it runs on from there, or stands still with `hold`. */
  set(now: number, hold: boolean): void
  /** Moves it forward (or back) by this many milliseconds. */
  advance(ms: number): void
  /** Back to real time. */
  reset(): void
}

export function startClock(): Clock {
  let ahead = 0
  let held: number | null = null

  function now(): number {
    return held ?? Date.now() + ahead
  }

  function set(time: number, hold: boolean): void {
    held = hold ? time : null
    ahead = time - Date.now()
  }

  function advance(ms: number): void {
    if (held !== null) held += ms
    ahead += ms
  }

  function reset(): void {
    held = null
    ahead = 0
  }

  return { now, set, advance, reset }
}
