/** A KV store that misbehaves. */

/** A store whose values under a prefix go through these; everything else is as ever. */
export function meddled(
  change: {
    readonly put?: (put: () => Promise<void>, log: KVNamespace, key: string) => Promise<void>
    readonly get?: (stored: ArrayBuffer | null) => ArrayBuffer | null | Promise<ArrayBuffer>
  },
  prefix = 'backup/',
): (log: KVNamespace) => KVNamespace {
  return (log) =>
    new Proxy(log, {
      get(target, name) {
        if (name === 'put') {
          return (key: string, value: ArrayBuffer, options: KVNamespacePutOptions) => {
            const put = () => target.put(key, value, options)
            return key.startsWith(prefix) && change.put !== undefined ? change.put(put, target, key) : put()
          }
        }
        if (name === 'get') {
          return async (key: string, type: 'arrayBuffer') => {
            const stored = await target.get(key, type)
            return key.startsWith(prefix) && change.get !== undefined ? change.get(stored) : stored
          }
        }
        const member = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
}
