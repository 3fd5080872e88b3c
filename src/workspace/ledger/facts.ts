/** Single named values the workspace keeps: the newest tick, the head of the audit chain, pause. */

/** A project that a restore made, or may have made, and that is not complete. It is never deleted by us. */
export interface Leftover {
  readonly projectId: number
  readonly name: string
  /** The project whose restore it was, and the run. */
  readonly of: number
  readonly run: string
  /** Whether asking for the restore again goes on with it; else it is not known to be ours, and is left as it is. */
  readonly goesOn: boolean
}

export interface Facts {
  /** Policy time and real time of the newest cron tick. */
  readonly tick: { readonly scheduled: number; readonly arrived: number }
  /** The newest finished run: the head of the audit chain. No position: put down before there was a table of links. */
  readonly chain: { readonly run: string; readonly hash: string; readonly position?: number }
  /** The oldest link of the table and the hash it follows; null at the very first run. */
  readonly chainStart: { readonly position: number; readonly previous: string | null }
  /** Somebody stopped all acting. Absent = not paused. */
  readonly pause: { readonly by: string; readonly at: number }
  /** QuantConnect asked to slow down: nothing is sent before `until`. `since`: when it first did in a row; `times`: how often. Real time. */
  readonly throttle: { readonly since: number; readonly until: number; readonly times: number }
  /** The newest run whose survey was whole and not objected to: its survey is what `why` looks at. */
  readonly good: { readonly run: string; readonly at: number }
  /** The newest run whose list of projects was whole and not objected to, whatever it was for: what views look at. */
  readonly scan: { readonly run: string }
  /** The newest scheduled run that was good and came to an end. Real time. */
  readonly goodTick: { readonly run: string; readonly finishedAt: number; readonly status: string }
  /** The end of the newest good run of any kind. Real time. */
  readonly goodEnd: { readonly at: number }
  /** The newest run that ended blocked, refused or failed, when it was asked for, and why it ended so. */
  readonly trouble: {
    readonly run: string
    readonly createdAt: number
    readonly status: string
    readonly message: string
  }
  /** Who last accepted what stood against the list of projects, its hash, and when (policy time). */
  readonly base: { readonly by: string; readonly hash: string; readonly at: number }
  /** There is a reference of the shrink guard; deletions of runs made from that real time on are not in it yet. */
  readonly reference: { readonly since: number }
  /** The newest day (UTC, policy time) on which the end of the list was proved. */
  readonly proved: { readonly day: string }
  /** How far the reading of activity is, in projects, and about how long the rest takes; absent = nothing is left to read. */
  readonly reading: { readonly looked: number; readonly of: number; readonly hoursLeft: number }
  /** Policy time since which each rule, by id, has had something due without acting. */
  readonly dueSince: { readonly [rule: string]: number }
  /** The least that was to be read of activity at the end of a scheduled run, and since when (policy time). */
  readonly backlog: { readonly least: number; readonly at: number }
  /** Rows of the list that the newest scheduled scan could not read whole, as a sentence; absent = none. */
  readonly unreadable: { readonly says: string }
  /** The newest run that programs were told of, and what makes a quiet tick just another one like it. */
  readonly told: { readonly run: string; readonly print: string }
  /** What the newest scan found left over from restores. */
  readonly leftovers: readonly Leftover[]
  /** Values put to KV on the newest such day (UTC, policy time). */
  readonly kvWrites: { readonly day: string; readonly count: number }
  /** The newest day (UTC, policy time) of which a changed inventory is kept as long as records are. */
  readonly longInventory: { readonly day: string }
  /** The newest round of retention: when it was, and where it goes on; null = it is through. Policy time. */
  readonly retention: { readonly at: number; readonly next: number | null }
  /** How many backups are still to be checked on that UTC day. Real time. */
  readonly backupCheck: { readonly day: string; readonly left: number }
  /** KV refuses writes since then; how often in a row what waits was refused, and until when it is left alone. Real time. */
  readonly kvFailing: {
    readonly since: number
    readonly rests: number
    readonly until: number
    /** Puts refused in a row. */
    readonly refused: number
  }
  /** The rest of an approved plan waits until KV takes copies again; the next UTC day at the latest. Real time. */
  readonly restForKv: { readonly until: number }
  /** The database was full, since that real time. */
  readonly storageFull: { readonly since: number }
}

export function readFact<Name extends keyof Facts>(sql: SqlStorage, name: Name): Facts[Name] | null {
  const row = sql.exec<{ value: string }>('SELECT value FROM facts WHERE name = ?', name).toArray()[0]
  return row === undefined ? null : (JSON.parse(row.value) as Facts[Name])
}

export function writeFact<Name extends keyof Facts>(sql: SqlStorage, name: Name, value: Facts[Name]): void {
  sql.exec('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)', name, JSON.stringify(value))
}

export function removeFact(sql: SqlStorage, name: keyof Facts): void {
  sql.exec('DELETE FROM facts WHERE name = ?', name)
}
