/** KV as one sequence has it: everything that was put is seen, and it may fail for a while. */

export type StoreTrouble = 'refuse writes' | 'refuse reads' | 'show late'

export interface Store {
  /** What was put, in the order in which it was. */
  readonly held: ReadonlyMap<string, ArrayBuffer>
  wrap(log: KVNamespace): KVNamespace
  /** From the nth access of that kind on, so many times, or until it is healed. */
  trouble(does: StoreTrouble, from: number, times: number): void
  heal(): void
}

export function storeOf(): Store {
  const held = new Map<string, ArrayBuffer>()
  let trouble: { readonly does: StoreTrouble; readonly from: number; readonly times: number } | null = null
  let accesses = 0
  const strikes = (kind: StoreTrouble): boolean => {
    if (trouble?.does !== kind) return false
    accesses += 1
    return accesses >= trouble.from && accesses < trouble.from + trouble.times
  }

  const put = (log: KVNamespace) => async (key: string, value: unknown, options?: KVNamespacePutOptions) => {
    if (strikes('refuse writes')) throw new Error('KV PUT failed: 503 Service Unavailable')
    await log.put(key, value as ArrayBuffer, options)
    held.set(
      key,
      typeof value === 'string' ? (new TextEncoder().encode(value).buffer as ArrayBuffer) : (value as ArrayBuffer),
    )
  }
  const get =
    (log: KVNamespace) =>
    async (...args: Parameters<KVNamespace['get']>) => {
      if (strikes('refuse reads')) throw new Error('KV GET failed: 503 Service Unavailable')
      // Put, and not seen yet: a key may be shown a minute late.
      if (strikes('show late')) return null
      return log.get(...args)
    }

  return {
    held,
    wrap: (log) =>
      new Proxy(log, {
        get: (target, name) => {
          if (name === 'put') return put(target)
          if (name === 'get') return get(target)
          const value = Reflect.get(target, name) as unknown
          return typeof value === 'function' ? value.bind(target) : value
        },
      }),
    trouble: (does, from, times) => {
      trouble = { does, from, times }
      accesses = 0
    },
    heal: () => {
      trouble = null
    },
  }
}

interface Copy {
  readonly projectId: number
  readonly files: readonly { readonly name: string; readonly content: string }[]
}

/** The copy of a project that was put last: alone under its key, or one of a directory's, which stand one after the other. */
export async function newestCopy(held: Store['held'], projectId: number): Promise<Copy | null> {
  const keys = [...held.keys()].filter((key) => key.startsWith(`backup/${projectId}/`) || key.startsWith('pack/'))
  for (const key of keys.toReversed()) {
    const copies = await copiesIn(new Uint8Array(held.get(key) as ArrayBuffer))
    const copy = copies.findLast((one) => one.projectId === projectId)
    if (copy !== undefined) return copy
  }
  return null
}

/** Each copy is gzip by itself. */
async function copiesIn(bytes: Uint8Array<ArrayBuffer>): Promise<readonly Copy[]> {
  const begins = [...bytes.keys()].filter((at) => bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 2] === 8)
  const copies: Copy[] = []
  for (let place = 0; place < begins.length; ) {
    let to = place + 1
    let copy = await unzipped(bytes.slice(begins[place], begins[to]))
    // The same bytes may come by chance in the middle of one.
    while (copy === null && to < begins.length) {
      to += 1
      copy = await unzipped(bytes.slice(begins[place], begins[to]))
    }
    if (copy !== null) copies.push(copy)
    place = to
  }
  return copies
}

async function unzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Copy | null> {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
    return JSON.parse(await new Response(stream).text()) as Copy
  } catch {
    return null
  }
}
