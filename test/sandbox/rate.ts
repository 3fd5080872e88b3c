/** A service that throttles everybody who calls it too often (§5): the switches `rate`, `rateAnswer`, `rateRetryAfter`. */
import { page, type Reply, refused } from './api.ts'
import { rateExceeded } from './refusal.ts'
import type { World } from './store.ts'

/**
 * The answer to a call that is one too many, or undefined. Every call counts, also a throttled one: a client that goes on
 * at its pace stays throttled. Seconds are real, whatever the world's clock says.
 */
export function throttle(world: World): Reply | undefined {
  const { rate, rateAnswer, rateRetryAfter } = world.switches
  if (rate === 0) return undefined
  const now = Date.now()
  world.arrivals = [...world.arrivals.filter((at) => at > now - 1000), now]
  if (world.arrivals.length <= rate) return undefined
  const reply = rateAnswer === '429' ? page(429, 'Too Many Requests') : refused(rateExceeded)
  if (rateRetryAfter === 0) return reply
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(rateRetryAfter) } }
}
