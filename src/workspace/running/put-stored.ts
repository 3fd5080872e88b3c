/** Puts to KV what had to wait for it, oldest first. A refusal ends the round; the next is tried later. */

import { gunzipJson } from '../../records/gzip.ts'
import { hashIn } from '../../records/lists.ts'
import { noteRecordPut } from '../ledger/audit.ts'
import { endKvFailing, isKvResting, restKv } from '../ledger/kv-failing.ts'
import { noteList } from '../ledger/lists.ts'
import { dropStored, markInKv, type StoredKind, storedBytes, waitingForKv } from '../ledger/stored.ts'

/** Values one alarm puts. */
const AT_ONCE = 20

/** KV takes no shorter lifetime, in seconds. */
const SHORTEST_TTL = 60

interface PutDeps {
  readonly log: KVNamespace
  now(): number
  /** Makes the value of a key again from the tables, when it was too much to keep it here. */
  remade(sql: SqlStorage, key: string): Promise<unknown>
}

export async function putWaiting({ sql }: DurableObjectStorage, deps: PutDeps): Promise<void> {
  if (isKvResting(sql, deps.now())) return
  for (const { key, kind, metadata, expiresAt } of waitingForKv(sql, AT_ONCE)) {
    const bytes = storedBytes(sql, key)
    const value = bytes === null ? await deps.remade(sql, key) : await gunzipJson(bytes)
    if (expiresAt - deps.now() < SHORTEST_TTL * 1_000 || value === null) {
      dropStored(sql, key)
      continue
    }
    if (!(await put(deps, sql, { key, kind, value, metadata: JSON.parse(metadata), expiresAt }))) return
    markInKv(sql, key)
    if (kind === 'record') noteRecordPut(sql, key, deps.now())
    else noteList(sql, hashIn(key), expiresAt)
  }
  endKvFailing(sql)
}

/** Whether KV has taken it. A refusal is noted, and is the end of trying for a while. */
export async function put(
  { log, now }: Pick<PutDeps, 'log' | 'now'>,
  sql: SqlStorage,
  entry: {
    readonly key: string
    readonly kind: StoredKind
    readonly value: unknown
    readonly metadata: object
    readonly expiresAt: number
  },
): Promise<boolean> {
  const expirationTtl = Math.max(SHORTEST_TTL, Math.floor((entry.expiresAt - now()) / 1_000))
  try {
    await log.put(entry.key, JSON.stringify(entry.value), { expirationTtl, metadata: entry.metadata })
    return true
  } catch {
    // The text of the error is the platform's and may hold anything (G20).
    restKv(sql, now())
    return false
  }
}
