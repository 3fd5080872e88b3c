/**
 * Whether KV refuses writes. Every put goes through `heedingStore`, which notes it; the state ends when a put is taken and
 * nothing waits any more.
 */

import { readFact, removeFact, writeFact } from './facts.ts'
import { countKvWrites, nextKvDay, whyNoKvWrites } from './kv-allowance.ts'
import { waitingForKv } from './stored.ts'

const MINUTE = 60_000

/** Waits between two tries of what waits: 1, 2, 4 … minutes, at most 6 hours. */
const LONGEST_WAIT_MS = 6 * 60 * MINUTE

/** One refusal alone may be of that value, and stops nothing but what it was for. */
const REFUSALS_THAT_COUNT = 2

/** Since when KV refuses writes, in real time; null while it takes them. */
export function kvFailingSince(sql: SqlStorage): number | null {
  const failing = readFact(sql, 'kvFailing')
  return failing !== null && (failing.rests > 0 || failing.refused >= REFUSALS_THAT_COUNT) ? failing.since : null
}

/** When what waits for KV is to be tried; null when nothing waits. A `DueTime`. */
export function nextKvTry(sql: SqlStorage): number | null {
  if (waitingForKv(sql, 1).length === 0) return null
  return readFact(sql, 'kvFailing')?.until ?? 0
}

/** Whether KV refused so lately that nothing is tried yet. `now`: real time. */
export function isKvResting(sql: SqlStorage, now: number): boolean {
  return (readFact(sql, 'kvFailing')?.until ?? 0) > now
}

/** Why no copy can be put to KV now, as a sentence; null when it can. `aDay`: KV_WRITES_A_DAY. `now`: real time. */
export function whyNoCopies(sql: SqlStorage, aDay: number, now: number, copies = 1): string | null {
  if (kvFailingSince(sql) !== null) {
    return 'The store (KV) refuses writes at the moment, so no copy can be made. It goes on by itself once KV takes them.'
  }
  return whyNoKvWrites(sql, aDay, now, copies)
}

/** An approved plan has a rest that waits until copies can be made again. `now`: real time. */
export function holdRestBack(sql: SqlStorage, now: number): void {
  writeFact(sql, 'restForKv', { until: nextKvDay(sql, now) })
}

/** When to see whether copies can be made again; null when nothing waits for them. A `DueTime`. */
export function nextRestForKv(sql: SqlStorage): number | null {
  return readFact(sql, 'restForKv')?.until ?? null
}

/** A value that has to be kept was refused: what waits is tried again later, each time after a longer wait. */
export function restKv(sql: SqlStorage, now: number): void {
  const { since = now, rests = 0, refused = 1 } = readFact(sql, 'kvFailing') ?? {}
  const wait = Math.min(LONGEST_WAIT_MS, MINUTE * 2 ** Math.min(rests, 20))
  writeFact(sql, 'kvFailing', { since, rests: rests + 1, until: now + wait, refused })
}

/** Ends the state unless something still waits. */
export function endKvFailing(sql: SqlStorage): void {
  if (readFact(sql, 'kvFailing') !== null && waitingForKv(sql, 1).length === 0) removeFact(sql, 'kvFailing')
}

/** A put that takes longer is one that KV refused; should it be taken all the same, the next try puts the same again. */
const PUT_TIMEOUT_MS = 30_000

/** The store, with every put counted, and noted when it is refused. */
export function heedingStore(
  log: KVNamespace,
  sql: SqlStorage,
  now: () => number,
  onRefused: (error: unknown) => void,
): KVNamespace {
  const put = async (...given: Parameters<KVNamespace['put']>) => {
    countKvWrites(sql, now())
    try {
      await inTime(log.put(...given))
    } catch (error) {
      onRefused(error)
      const { since = now(), rests = 0, until = 0, refused = 0 } = readFact(sql, 'kvFailing') ?? {}
      writeFact(sql, 'kvFailing', { since, rests, until, refused: refused + 1 })
      throw error
    }
    endKvFailing(sql)
  }
  return new Proxy(log, {
    get(target, name) {
      if (name === 'put') return put
      const member = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

async function inTime(put: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('KV did not answer.')), PUT_TIMEOUT_MS)
  })
  try {
    await Promise.race([put, late])
  } finally {
    clearTimeout(timer)
  }
}
