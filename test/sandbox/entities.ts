/** What a workspace is made of. Times are milliseconds, UTC. */
import type { Switches } from './switches.ts'

export interface Collaborator {
  readonly uid: number
  readonly permission: 'read' | 'write'
  readonly liveControl: boolean
}

export interface StoredFile {
  readonly id: number
  name: string
  content: string
  modified: number
  open: boolean
}

/** A backtest whose state follows from its times, unless `status` pins it. */
export interface Backtest {
  readonly backtestId: string
  name: string
  readonly created: number
  /** When it leaves the queue and when it is done, milliseconds UTC. */
  readonly starts: number
  readonly ends: number
  readonly fails: boolean
  readonly status: string | undefined
  readonly optimizationId: string | null
  readonly tradeableDates: number
  readonly parameterSet: { readonly [name: string]: string | number }
  readonly snapshotId: number
  tags: readonly string[]
  note: string
}

export interface Holding {
  readonly symbolId: string
  readonly quantity: number
  readonly averagePrice: number
}

/** A live deployment. `status` null = it starts by itself, from the time of launch. */
export interface Deployment {
  readonly deployId: string
  status: string | null
  readonly launched: number
  stopped: number | null
  readonly brokerage: string
  readonly subscription: string
  readonly equity: number
  readonly environment: string
  readonly description: string
  readonly error: string
  readonly leagues: readonly string[]
  /** What it began with. */
  readonly holdings: readonly Holding[]
}

export interface Optimization {
  readonly optimizationId: string
  name: string
  status: 'new' | 'aborted' | 'running' | 'completed' | null
  readonly created: number
  readonly nodeType: string
  readonly parallelNodes: number
  readonly criterion: unknown
  readonly constraints: unknown
  readonly parameters: unknown
}

export interface Compile {
  readonly compileId: string
  readonly created: number
  readonly fails: boolean
}

export interface StoredProject {
  readonly id: number
  organizationId: string
  name: string
  description: string
  created: number
  modified: number
  ownerId: number
  language: string
  /** Everybody but the owner. */
  collaborators: readonly Collaborator[]
  leanVersionId: number
  leanPinnedToMaster: boolean
  leanEnvironment: number
  parameters: readonly { readonly [field: string]: unknown }[]
  /** The form in which parameters were handed in (§3.2); undefined = as the switch says. */
  parametersAs: Switches['parameters'] | undefined
  /** Ids of the linked libraries; one may point to nothing (LC#251). */
  libraries: readonly number[]
  encryptionKey: string | null
  /** Pinned in the terminal's landing page (§12). */
  isPinned: boolean
  sharingTokenBacktest: string
  /** When it last went live according to the workspace that was handed in; null = as its deployments say. */
  lastLaunch: number | null
  /** How often its files were saved, for what happens by chance. */
  saves: number
  /** When it went to the bin, milliseconds UTC; null = it isn't there. */
  binnedAt: number | null
  lock: { readonly userId: number; readonly source: string } | null
  /** Whether an agent is at work in it (§12), see `agents.ts`. */
  agent: boolean
  /** Chosen nodes; empty = automatic. */
  nodes: readonly string[]
  files: StoredFile[]
  compiles: Compile[]
  backtests: Backtest[]
  live: Deployment[]
  optimizations: Optimization[]
  /** Fields shown exactly as somebody set them, over what the sandbox would say. */
  readonly verbatim: { [field: string]: unknown }
}

export interface StoredObject {
  readonly content: Uint8Array
  readonly created: number
  readonly modified: number
}
