/**
 * Who signed a request (§1.1) and what the cloud answers when nobody credible did (§1.2, §1.4, §11):
 * `Basic base64(userId:sha256hex(token:timestamp))`, the time in seconds and inside the window. A pair may be reused.
 */
import { createHash } from 'node:crypto'
import type { ApiRequest } from './decode.ts'
import type { Person } from './people.ts'
import { refuse } from './refusal.ts'
import type { World } from './store.ts'

/** How long a lock-out lasts once `lockoutAfter` is set, in milliseconds. */
const lockout = 600_000

/** The signer, or a refusal. Real time judges the signature unless the switch `authClock` says otherwise. */
export function authenticate(world: World, request: ApiRequest): Person {
  const now = world.switches.authClock === 'real' ? Date.now() : world.clock.now()
  const [userId = '', hash = ''] = credentials(request.authorization)
  if (userId === '') refuse("Hash doesn't match. No credentials were sent.")
  const time = readTime(world, request.timestamp, now)
  const person = world.people.find((each) => String(each.id) === userId)
  if (!person) refuse('UserID not valid. Please check your user id and API token.')
  if (locked(world, person.id)) refuse('Too many failed attempts. Please try again later.')
  if (hash !== sha256(`${person.token}:${time}`)) {
    fail(world, person.id)
    refuse("Hash doesn't match. Please check your API token.")
  }
  world.failures.delete(person.id)
  return person
}

/** The digits that were signed, when their time is one the server takes. */
function readTime(world: World, timestamp: string | undefined, nowMs: number): string {
  if (timestamp === undefined || !/^\d+$/.test(timestamp)) refuse('Invalid timestamp, value received: 0')
  const sent = Number(timestamp)
  const seconds = world.switches.timestampUnit === 'either' && sent > 1e11 ? sent / 1000 : sent
  const ahead = seconds - nowMs / 1000
  const inside = ahead >= -world.switches.pastToleranceSeconds && ahead <= world.switches.futureSlackSeconds
  if (!inside) refuse(`Invalid timestamp, value received: ${timestamp}`)
  return timestamp
}

function credentials(authorization: string | undefined): string[] {
  const basic = /^Basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? '')
  return basic
    ? Buffer.from(basic[1] as string, 'base64')
        .toString('utf8')
        .split(':')
    : []
}

function locked(world: World, userId: number): boolean {
  return (world.failures.get(userId)?.until ?? 0) > Date.now()
}

function fail(world: World, userId: number): void {
  const count = (world.failures.get(userId)?.count ?? 0) + 1
  const over = world.switches.lockoutAfter > 0 && count >= world.switches.lockoutAfter
  world.failures.set(userId, { count: over ? 0 : count, until: over ? Date.now() + lockout : 0 })
}

function sha256(written: string): string {
  return createHash('sha256').update(written, 'utf8').digest('hex')
}
