/** Counts the rows that statements read and write, as the platform bills them. */

export interface Rows {
  read: number
  written: number
  /** Rows read, by statement. */
  readonly by: Map<string, number>
}

/** The statements that read most, for whoever looks for them. */
export function mostReading({ by }: Rows): readonly (readonly [statement: string, rows: number])[] {
  return [...by].sort(([, a], [, b]) => b - a).slice(0, 12)
}

export function countingStorage(storage: DurableObjectStorage, rows: Rows): DurableObjectStorage {
  // A cursor knows its rows once it was read, which whoever opened it does at once.
  let last: SqlStorageCursor<Record<string, SqlStorageValue>> | null = null
  let statement = ''
  const flush = () => {
    rows.read += last?.rowsRead ?? 0
    rows.written += last?.rowsWritten ?? 0
    if (last !== null) rows.by.set(statement, (rows.by.get(statement) ?? 0) + last.rowsRead)
    last = null
  }
  const sql = new Proxy(storage.sql, {
    get(target, name) {
      if (name === 'exec') {
        return (query: string, ...bindings: unknown[]) => {
          flush()
          statement = query
          last = target.exec(query, ...bindings)
          return last
        }
      }
      const member = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  return new Proxy(storage, {
    get(target, name) {
      if (name === 'sql') return sql
      const member = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
