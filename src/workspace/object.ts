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
import { goOnAfterKv } from './asking/go-on.ts'
import { answerDue } from './asking/replies.ts'
import { enableChanged } from './ledger/destinations.ts'
import { heedingStore } from './ledger/kv-failing.ts'
import { type Asked, usablePolicy } from './ledger/last-survey.ts'
import { migrate } from './ledger/migrations.ts'
import { STEP_WAITS_MS, waitBeforeStep } from './ledger/progress.ts'
import { retain } from './ledger/retention.ts'
import { changeRun } from './ledger/runs.ts'
import { endFull, isFull, makeRoom, storageFullSince } from './ledger/storage-full.ts'
import { nextRun } from './ledger/turns.ts'
import { checkBackups } from './running/check-backups.ts'
import { remadeRecord } from './running/draft-record.ts'
import { heedful } from './running/heedful.ts'
import { putWaiting } from './running/put-stored.ts'
import { deliverDue } from './telling/deliver.ts'
import { expire } from './telling/plan-ends.ts'

/** While settings are broken, or the outbox itself fails, deliveries wait this long. */
const WAIT_AFTER_TROUBLE_MS = 60_000

export abstract class WorkspaceObject extends DurableObject<Env> {
  protected readonly storage: DurableObjectStorage
  protected readonly sql: SqlStorage
  private made: DepsResult | null = null
  private turn: Promise<void> | null = null
  /** Errors of a full database so far, and since when there is no room even for noting it. */
  private fulls = 0
  private fullSince: number | null = null
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
    const own = {
      client: { value: heedful(client, this.sql, now), enumerable: true },
      log: { value: this.heedingStore(made.deps.log, now), enumerable: true },
    }
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
    const fulls = this.fulls
    const kv = () => ({ log: this.store(), now: () => this.now() })
    // Before any run, and whatever becomes of it.
    await this.besides('Retention', () => retain(this.storage, this.now()))
    if (Date.now() >= this.sliceNotBefore) await this.slice()
    // Records that KV refused, once it may take them again.
    const isPut = await this.besides('Records', () => putWaiting(this.storage, { ...kv(), remade: remadeRecord }))
    if (!isPut) this.othersNotBefore = Date.now() + WAIT_AFTER_TROUBLE_MS
    await this.besides('Rests', () => this.goOnAfterKv())
    await this.besides('Backups', () => checkBackups(this.storage, kv()))
    await this.deliver()
    if (this.fulls === fulls) this.endFull()
    await this.arm()
  }

  private async slice(): Promise<void> {
    try {
      const made = this.deps()
      if (made.ok) await enableChanged(this.sql, made.deps.channels)
      await advance(this.storage, this.store(), made)
    } catch (error) {
      const run = nextRun(this.sql, this.now())
      const hasRoom = this.note(`Run ${run?.id ?? '?'}, phase ${run?.phase ?? '?'}`, error)
      if (!hasRoom) {
        this.sliceNotBefore = Date.now() + Math.max(...this.stepWaits())
        return
      }
      if (run !== null && !isFull(error)) changeRun(this.sql, run, { crashes: run.crashes + 1 })
    }
    const next = nextRun(this.sql, this.now())
    this.sliceNotBefore = next === null ? 0 : Date.now() + waitBeforeStep(this.sql, next.id, this.stepWaits())
  }

  /** Work that is no run's: what goes wrong in it is noted, and keeps nothing else from its turn. False when it went wrong. */
  private async besides(where: string, work: () => void | Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      this.note(where, error)
      return false
    }
  }

  private heedingStore(log: KVNamespace, now: () => number): KVNamespace {
    return heedingStore(log, this.sql, now, (error) => logError(this.clean(), 'KV', error))
  }

  private goOnAfterKv(): void {
    const made = this.deps()
    if (made.ok) goOnAfterKv(this.storage, made.deps.config.kvWritesADay, made.deps.now())
  }

  /** Since when the database takes nothing more, in real time; null while it does. */
  protected storageFull(): number | null {
    return this.fullSince ?? storageFullSince(this.sql)
  }

  /** Logs an error; one of a full database makes room. False when there is none. */
  private note(where: string, error: unknown): boolean {
    logError(this.clean(), where, error)
    return !isFull(error) || this.makeRoom()
  }

  private makeRoom(): boolean {
    this.fulls += 1
    const since = this.storageFull() ?? this.now()
    const hasRoom = makeRoom(this.storage, since)
    this.fullSince = hasRoom ? null : since
    return hasRoom
  }

  private endFull(): void {
    if (this.storageFull() !== null && endFull(this.storage)) this.fullSince = null
  }

  /** Does something that writes; once more, if that took the last of the room and there is some again. Must be undone as a whole. */
  protected async withRoom<T>(write: () => T | Promise<T>): Promise<T> {
    try {
      return await write()
    } catch (error) {
      if (!isFull(error) || !this.makeRoom()) throw error
      return write()
    }
  }

  /** KV, whatever the settings are. */
  private store(): KVNamespace {
    const made = this.deps()
    return made.ok ? made.deps.log : this.heedingStore(this.env.LOG, () => this.now())
  }

  private async deliver(): Promise<void> {
    try {
      const made = this.deps()
      if (made.ok) {
        await expire(this.storage, made.deps)
        return await deliverDue(this.storage, made.deps, await answerDue(this.storage, made.deps))
      }
    } catch (error) {
      this.note('Deliveries', error)
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
      if (isFull(error)) this.makeRoom()
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

  /** How long a step waits after steps that got the run no further (G26); beside a sandbox, where nobody is spared, not for long. */
  private stepWaits(): readonly number[] {
    return this.hasTestClock() ? STEP_WAITS_MS.map((ms) => ms / 200) : STEP_WAITS_MS
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
    if (wait === null) return
    try {
      await this.storage.setAlarm(now + wait)
    } catch (error) {
      // Every tick sets it again.
      this.note('Alarm', error)
    }
  }
}
