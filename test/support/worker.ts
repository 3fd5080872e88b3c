/**
 * The Worker as the tests run it: the real one, but every workspace (Durable Object) gets its own world of the sandbox,
 * its own policy and, where a test asks for it, a store or a network that misbehaves. Chosen by the object's name, for
 * that is all an object knows of its test.
 */

import { createDeps, type Deps, type DepsResult } from '../../src/deps.ts'
import type { Env } from '../../src/env.ts'
import { createClient } from '../../src/quantconnect/client.ts'
import { Workspace as RealWorkspace } from '../../src/workspace/workspace.ts'

import { countingStorage, type Rows } from './count-rows.ts'

export { default } from '../../src/index.ts'

/** `ctx` is the object that makes the request: its storage, and the way to kill it. */
export type Network = (
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  ctx: DurableObjectState,
) => Promise<Response>

export interface Setting {
  readonly sandbox: string
  readonly policy: string
  readonly callsPerSlice?: number
  /** How long the client waits for an answer; long, so that a busy machine is not taken for a silent cloud. */
  readonly timeoutMs?: number
  /** Added to the real time. */
  readonly skewMs?: number
  readonly token?: string
  /** Further settings of the Worker, such as WEBHOOK_URLS. */
  readonly env?: { readonly [name: string]: string }
  /** Stands before everything that channels send. */
  readonly outside?: (input: string, init: RequestInit, ctx: DurableObjectState) => Promise<Response>
  /** How long a delivery may take. */
  readonly deliveryTimeoutMs?: number
  /** Counts the rows its statements read and write. */
  readonly rows?: Rows
  readonly log?: (log: KVNamespace) => KVNamespace
  /** Sees every request before it is sent and its answer after. */
  readonly fetch?: Network
  /** Told after each alarm of the object. */
  readonly turned?: (turn: Turn) => void
}

/** How things stand after an alarm. */
export interface Turn {
  /** Runs that are queued or running. */
  readonly going: number
  /** When the object wakes up again, real time; null = when somebody asks. */
  readonly alarm: number | null
}

/** Settings by name of the object; a test writes its own before it wakes the object. */
export const settings = new Map<string, Setting>()

/** How an object stands. */
export async function standing({ storage }: DurableObjectState): Promise<Turn> {
  const going = storage.sql.exec(`SELECT 1 FROM runs WHERE status IN ('queued', 'running')`).toArray().length
  return { going, alarm: await storage.getAlarm() }
}

export class Workspace extends RealWorkspace {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const rows = settings.get(ctx.id.name ?? '')?.rows
    if (rows === undefined) return
    const storage = countingStorage(ctx.storage, rows)
    Object.assign(this, { storage, sql: storage.sql })
  }

  override async alarm(): Promise<void> {
    const turned = () => settings.get(this.ctx.id.name ?? '')?.turned
    await super.alarm()
    if (turned() !== undefined) turned()?.(await standing(this.ctx))
  }

  protected override makeDeps(): DepsResult {
    const name = this.ctx.id.name ?? ''
    const setting = settings.get(name)
    if (setting === undefined) return createDeps(this.env)
    const made = createDeps({
      ...this.env,
      QC_USER_ID: '123',
      QC_API_TOKEN: setting.token ?? 'abc',
      QC_ORGANIZATION_ID: '5cad178b20a1d52567b534553413b691',
      ADMIN_TOKEN: 'dev-admin-token',
      QC_API_URL: `${setting.sandbox}/api/v2`,
      CALLS_PER_SLICE: String(setting.callsPerSlice ?? 40),
      REPORTS_PER_HOUR: '100000',
      ...setting.env,
    })
    if (!made.ok) return made
    const now = () => Date.now() + (settings.get(name)?.skewMs ?? 0)
    const { quantconnect } = made.deps.config
    const client = createClient(
      {
        baseUrl: quantconnect.url,
        userId: quantconnect.userId,
        token: quantconnect.token,
        timeoutMs: setting.timeoutMs ?? 10_000,
        listTimeoutMs: setting.timeoutMs ?? 10_000,
      },
      {
        fetch: (input, init) => (settings.get(name)?.fetch ?? fetch)(input, init as RequestInit | undefined, this.ctx),
        now: () => Date.now(),
        sleep: () => Promise.resolve(),
        random: () => 0.5,
      },
    )
    const log = setting.log?.(made.deps.log) ?? made.deps.log
    const deps: Deps = {
      ...made.deps,
      client,
      log,
      now,
      fetch: (input, init) => settings.get(name)?.outside?.(input, init, this.ctx) ?? fetch(input, init),
      deliveryTimeoutMs: setting.deliveryTimeoutMs ?? made.deps.deliveryTimeoutMs,
      get policyText() {
        return settings.get(name)?.policy ?? ''
      },
    }
    return { ok: true, deps }
  }
}
