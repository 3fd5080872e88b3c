/** Keeps one client from crowding the API: so many calls at once, so much time between two starts. */

export interface Lanes {
  /** Runs the task as soon as a lane is free and the pace allows; first come, first served. */
  run<T>(task: () => Promise<T>): Promise<T>
}

export interface LaneOptions {
  readonly maxInFlight: number
  readonly minIntervalMs: number
}

export function createLanes(
  { maxInFlight, minIntervalMs }: LaneOptions,
  { now, sleep }: { now(): number; sleep(ms: number): Promise<void> },
): Lanes {
  let free = maxInFlight
  let nextStart = Number.NEGATIVE_INFINITY
  const waiting: (() => void)[] = []

  async function enter(): Promise<void> {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    const here = now()
    const start = Math.max(here, nextStart)
    nextStart = start + minIntervalMs
    if (start > here) await sleep(start - here)
  }

  /** A lane goes straight to who has waited longest, so nobody who comes later can take it first. */
  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }

  return {
    async run(task) {
      await enter()
      try {
        return await task()
      } finally {
        leave()
      }
    },
  }
}
