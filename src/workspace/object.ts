/**
 * How the Durable Object of an organisation works by itself: what it stands on, and its alarm, which does one slice of the run
 * whose turn it is and then the deliveries that are due. What doors ask of it is in `looking.ts` and `workspace.ts`.
 */

import { DurableObject } from 'cloudflare:workers'
import { isLoopback } from '../core/base/address.ts'
import type { Redaction } from '../core/base/secrets.ts'
import type { Policy } from '../core/policy/policy.ts'
import { createDeps, type Deps, type DepsResult } from '../deps.ts'
import type { Env } from '../env.ts'
import { logError, redactionOf, withoutSecrets } from '../log.ts'
import { advance } from './advance.ts'
import { nextAlarm } from './alarms.ts'
import { answerDue } from './asking/replies.ts'
import { enableChanged } from './ledger/destinations.ts'
import { type Asked, usablePolicy } from './ledger/last-survey.ts'
import { migrate } from './ledger/migrations.ts'
import { STEP_WAITS_MS, waitBeforeStep } from './ledger/progress.ts'
import { changeRun } from './ledger/runs.ts'
import { nextRun } from './ledger/turns.ts'
import { heedful } from './running/heedful.ts'
import { deliverDue } from './telling/deliver.ts'
import { expire } from './telling/plan-ends.ts'

/** While settings are broken, or the outbox itself fails, deliveries wait this long. */
const WAIT_AFTER_TROUBLE_MS = 60_000

export abstract class WorkspaceObject extends DurableObject<Env> {
  protected readonly storage: DurableObjectStorage
  protected readonly sql: SqlStorage
  private made: DepsResult | null = null
  /** How long a step waits after steps that got the run no further (G26). */
  protected readonly stepWaitsMs: readonly number[] = STEP_WAITS_MS
  private turn: Promise<void> | null = null
  private sliceNotBefore = 0
  private othersNotBefore = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.storage = ctx.storage
    this.sql = ctx.storage.sql
    migrate(this.storage)
  }

  /** The platform constructs this object, so it makes its dependencies itself; once, for the client paces requests. */
  protected makeDeps(): DepsResult {
    return createDeps(this.env)
  }

  protected deps(): DepsResult {
    this.made ??= this.heeding(this.makeDeps())
    return this.made
  }

  /** Whoever asks QuantConnect, a run or a door: after a throttle nobody does before its time is over. */
  private heeding(made: DepsResult): DepsResult {
    if (!made.ok) return made
    const { client, now } = made.deps
    // Copied as it is: its text of the policy may be read anew each time.
    const own = { client: { value: heedful(client, this.sql, now), enumerable: true } }
    const deps = Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(made.deps), ...own }) as Deps
    return { ok: true, deps }
  }

  /**
   * A slice of the run whose turn it is, then the deliveries whose time has come: neither keeps the other from its turn, and
   * neither ends the alarms. Everything is caught, for the platform gives up on an alarm that throws too often.
   */
  override alarm(): Promise<void> {
    // Whoever wakes the object while it is at work waits for that work: two slices at once would act twice.
    this.turn ??= this.takeTurn().finally(() => {
      this.turn = null
    })
    return this.turn
  }

  private async takeTurn(): Promise<void> {
    if (Date.now() >= this.sliceNotBefore) await this.slice()
    await this.deliver()
    await this.arm()
  }

  private async slice(): Promise<void> {
    try {
      const made = this.deps()
      if (made.ok) await enableChanged(this.sql, made.deps.channels)
      await advance(this.storage, this.env.LOG, made)
    } catch (error) {
      const run = nextRun(this.sql, this.now())
      logError(this.clean(), `Run ${run?.id ?? '?'}, phase ${run?.phase ?? '?'}`, error)
      if (run !== null) changeRun(this.sql, run, { crashes: run.crashes + 1 })
    }
    const next = nextRun(this.sql, this.now())
    this.sliceNotBefore = next === null ? 0 : Date.now() + waitBeforeStep(this.sql, next.id, this.stepWaitsMs)
  }

  private async deliver(): Promise<void> {
    try {
      const made = this.deps()
      if (made.ok) {
        await expire(this.storage, made.deps)
        return await deliverDue(this.storage, made.deps, await answerDue(this.storage, made.deps))
      }
    } catch (error) {
      logError(this.clean(), 'Deliveries', error)
    }
    this.othersNotBefore = Date.now() + WAIT_AFTER_TROUBLE_MS
  }

  protected async withPolicy<T>(ask: (deps: Deps, policy: Policy) => Promise<T>): Promise<Asked<T>> {
    return this.withDeps(async (deps) => {
      const policy = await usablePolicy(deps)
      return policy.ok ? { ok: true, value: await ask(deps, policy.value) } : policy
    })
  }

  protected async withDeps<T>(ask: (deps: Deps) => Promise<Asked<T>>): Promise<Asked<T>> {
    const made = this.deps()
    if (!made.ok) return { ok: false, reason: 'unready', message: made.message }
    try {
      return await ask(made.deps)
    } catch (error) {
      throw withoutSecrets(made.deps.cleanLog, error)
    }
  }

  /** For the log. */
  protected clean(): Redaction {
    const made = this.deps()
    return made.ok ? made.deps.cleanLog : redactionOf(this.env)
  }

  /** Whether a scheduled time may move the clock (G26): never beside the real QuantConnect. */
  protected hasTestClock(): boolean {
    const made = this.deps()
    return made.ok ? made.deps.config.development : isLoopback(this.env.QC_API_URL ?? '')
  }

  protected now(): number {
    const made = this.deps()
    return made.ok ? made.deps.now() : Date.now()
  }

  /** Sets the alarm to the earliest thing that waits. */
  protected async arm(): Promise<void> {
    const now = Date.now()
    const waits = { run: this.sliceNotBefore - now, others: this.othersNotBefore - now }
    const wait = nextAlarm(this.sql, this.now(), waits)
    if (wait !== null) await this.storage.setAlarm(now + wait)
  }
}
