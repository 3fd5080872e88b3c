import { describe, expect, it } from 'vitest'
import { createLanes } from '../../src/quantconnect/lanes.ts'

/** A clock that moves only when somebody sleeps; sleepers wake in order of time. */
function createClock() {
  let time = 0
  return {
    now: () => time,
    sleep: async (ms: number) => {
      time += ms
    },
  }
}

describe('createLanes', () => {
  it('runs at most as many tasks at once as it has lanes, and all of them in the end', async () => {
    const lanes = createLanes({ maxInFlight: 5, minIntervalMs: 0 }, createClock())
    let inFlight = 0
    let most = 0
    const task = async () => {
      inFlight += 1
      most = Math.max(most, inFlight)
      await scheduler.wait(1)
      inFlight -= 1
      return most
    }
    expect(await Promise.all(Array.from({ length: 23 }, () => lanes.run(task)))).toHaveLength(23)
    expect(most).toBe(5)
  })

  it('serves first come, first served', async () => {
    const lanes = createLanes({ maxInFlight: 1, minIntervalMs: 0 }, createClock())
    const order: number[] = []
    await Promise.all([1, 2, 3, 4].map((n) => lanes.run(async () => order.push(n))))
    expect(order).toEqual([1, 2, 3, 4])
  })

  it('frees the lane of a task that threw', async () => {
    const lanes = createLanes({ maxInFlight: 1, minIntervalMs: 0 }, createClock())
    await expect(lanes.run(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
    expect(await lanes.run(async () => 'next')).toBe('next')
  })

  it('leaves the pace between two starts, the first one at once', async () => {
    const clock = createClock()
    const lanes = createLanes({ maxInFlight: 1, minIntervalMs: 200 }, clock)
    const starts: number[] = []
    for (let n = 0; n < 4; n += 1) await lanes.run(async () => starts.push(clock.now()))
    expect(starts).toEqual([0, 200, 400, 600])
  })

  it('paces also what is asked for at the same moment', async () => {
    const slept: number[] = []
    const lanes = createLanes(
      { maxInFlight: 5, minIntervalMs: 200 },
      {
        now: () => 0,
        sleep: async (ms) => {
          slept.push(ms)
        },
      },
    )
    await Promise.all([1, 2, 3].map(() => lanes.run(async () => undefined)))
    expect(slept).toEqual([200, 400])
  })

  it('does not wait when enough time has passed by itself', async () => {
    const clock = createClock()
    const lanes = createLanes({ maxInFlight: 1, minIntervalMs: 200 }, clock)
    await lanes.run(async () => undefined)
    await clock.sleep(5_000)
    await lanes.run(async () => undefined)
    expect(clock.now()).toBe(5_000)
  })
})
