/** Who asks, and what a request carries through the router. */

import type { Env } from '../env.ts'
import type { Who } from '../workspace/ledger/asks.ts'

/** `read`: look at everything. `operate`: start, change, hold, pause. `decide`: say yes or no to a waiting plan. */
export type Right = 'read' | 'operate' | 'decide'

export interface Caller {
  /** For the record; null for somebody who may only look. */
  readonly who: Who | null
  readonly rights: readonly Right[]
  /** Who that is, for messages: `READ_TOKEN`, an address. */
  readonly name: string
  /** What requests are counted by where the name is that of several; otherwise the name. */
  readonly identity?: string
  /** Whether a browser adds the credentials by itself, so that another site could make it ask. */
  readonly isAmbient: boolean
}

/** What a request carries through the router; `caller` is there behind `requireCaller` and `requirePerson` only, `rate` once a limit was asked. */
export type Door = { Bindings: Env; Variables: { caller: Caller; requestId: string; rate: Rate | undefined } }

/** A limit of so many requests in any minute, and where somebody stands. */
export interface Rate {
  readonly name: string
  readonly most: number
  readonly left: number
  /** Seconds until there is room for another. */
  readonly resetsIn: number
}
