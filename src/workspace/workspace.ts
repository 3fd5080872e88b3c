/**
 * The Durable Object of one organisation: it owns the ledger and does all acting, one slice per alarm, so that two runs
 * can never act at once and a killed process goes on by itself.
 */

import { DurableObject } from 'cloudflare:workers'
import { readConfig } from '../config.ts'
import type { Card } from '../core/card.ts'
import { DAY } from '../core/duration.ts'
import type { Why } from '../core/explain.ts'
import type { Candidate, Named, Word } from '../core/named.ts'
import { type BranchDeleted, type EventMeaning, meaningOf } from '../core/on-event.ts'
import { type IdKind, personWith } from '../core/people.ts'
import { type Person, type Policy, readPolicy } from '../core/policy.ts'
import type { Family } from '../core/prometheus.ts'
import type { Redaction } from '../core/secrets.ts'
import { dayOf } from '../core/zone.ts'
import { createDeps, type Deps, type DepsResult } from '../deps.ts'
import type { Env } from '../env.ts'
import { logError, redactionOf } from '../log.ts'
import type { BackupView } from '../records/backup-shape.ts'
import type { AuditPage } from '../records/chain.ts'
import { gunzipJson } from '../records/gzip.ts'
import { advance } from './advance.ts'
import { nextAlarm } from './alarms.ts'
import type { Decided, Decision, Held, HoldView, ProposalView, Who } from './asks.ts'
import { type BackupAsked, listBackups, showBackup } from './backups.ts'
import { policyNow } from './clock.ts'
import { decideOn } from './decide-on.ts'
import { deliverDue } from './deliver.ts'
import {
  type DeliveryView,
  type DestinationView,
  listDeliveries,
  listDestinations,
  type Replayed,
  replay,
} from './deliveries.ts'
import { enableChanged } from './destinations.ts'
import { readFact, removeFact, writeFact } from './facts.ts'
import { draftRecord } from './finish.ts'
import { type Health, type PauseView, pauseView, readHealth } from './health.ts'
import { listHolds } from './held.ts'
import { inventoryKeyOf, listInventories } from './inventories.ts'
import { lastDeedOf } from './items.ts'
import { hold, release } from './keep.ts'
import { type Asked, usablePolicy } from './last-survey.ts'
import { readMetrics } from './metrics.ts'
import { named, suggested } from './named.ts'
import { isKept } from './outbox.ts'
import { endedRun, planCard } from './plan-cards.ts'
import { expire } from './plan-ends.ts'
import { explainProject, preview } from './preview.ts'
import { newestProposal, proposalOf, viewOf, waitingItems } from './proposals.ts'
import {
  askFirst,
  type Confirmed,
  confirmed,
  type DeleteCommand,
  type Questioned,
  type Withdrawn,
  withdrawn,
} from './questions.ts'
import { answerDue, type NewReply, putReply } from './replies.ts'
import {
  isGoingOn,
  type Preview,
  type RunRecord,
  type RunSummary,
  type ShownInventory,
  type ShownItem,
  type StoredInventory,
  shownItem,
  type Trigger,
} from './run.ts'
import { changeRun, listRuns, nextRun, runById, summary } from './runs.ts'
import { createTables } from './schema.ts'
import { isFirst } from './seen.ts'
import { showInventory } from './shown-inventory.ts'
import { writeStop } from './stops.ts'
import { type Submission, type Submitted, submit, submitTick } from './submit.ts'
import { audienceOf, NOBODY } from './tell.ts'
import { tellStopping } from './tell-run.ts'
import { verifyPage } from './verify.ts'

/** While settings are broken, or the outbox itself fails, deliveries wait this long. */
const WAIT_AFTER_TROUBLE_MS = 60_000

export class Workspace extends DurableObject<Env> {
  private readonly storage: DurableObjectStorage
  private readonly sql: SqlStorage
  private made: DepsResult | null = null
  /** The wait before a slice is tried again after an unexpected error, times the errors so far. */
  protected readonly waitAfterCrashMs: number = 2_000
  private turn: Promise<void> | null = null
  private sliceNotBefore = 0
  private othersNotBefore = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.storage = ctx.storage
    this.sql = ctx.storage.sql
    createTables(this.sql)
  }

  /** The platform constructs this object, so it makes its dependencies itself; once, for the client paces requests. */
  protected makeDeps(): DepsResult {
    return createDeps(this.env)
  }

  private deps(): DepsResult {
    this.made ??= this.makeDeps()
    return this.made
  }

  /** A cron tick at that scheduled time (policy time). Every tick re-arms the alarm too. */
  async tick(scheduled: number): Promise<Submitted> {
    const submitted = await submitTick(this.storage, scheduled, this.now())
    await this.arm()
    return submitted
  }

  async submit(submission: Submission): Promise<Submitted> {
    const submitted = await submit(this.storage, submission, this.now())
    await this.arm()
    return submitted
  }

  /** Which of these are not rules of the policy; an unusable policy has none, and its run will say so. */
  async unknownRules(
    ids: readonly string[],
  ): Promise<{ readonly unknown: readonly string[]; readonly known: readonly string[] }> {
    const made = this.deps()
    const read = made.ok ? await readPolicy(made.deps.policyText) : null
    if (read === null || !read.ok) return { unknown: [], known: [] }
    const known = read.policy.rules.map((rule) => rule.id)
    return { unknown: ids.filter((id) => !known.includes(id)), known }
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
      const run = nextRun(this.sql)
      logError(this.clean(), `Run ${run?.id ?? '?'}, phase ${run?.phase ?? '?'}`, error)
      if (run !== null) changeRun(this.sql, run, { crashes: run.crashes + 1 })
      this.sliceNotBefore = Date.now() + this.waitAfterCrashMs * ((run?.crashes ?? 0) + 1)
    }
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

  runs(limit: number, before: string | null): readonly RunSummary[] {
    return listRuns(this.sql, limit, before).map(summary)
  }

  /** A run as it is recorded, or as far as it is while it goes on. */
  async run(id: string): Promise<RunRecord | null> {
    const run = runById(this.sql, id)
    if (run === null) return null
    if (isGoingOn(run.status)) return draftRecord(this.sql, run)
    const kept = this.sql.exec<{ record: ArrayBuffer }>('SELECT record FROM records WHERE run = ?', id).toArray()[0]
    if (kept !== undefined) return (await gunzipJson(kept.record)) as RunRecord
    const stored = run.recordKey === null ? null : await this.env.LOG.get(run.recordKey)
    return stored === null ? draftRecord(this.sql, run) : (JSON.parse(stored) as RunRecord)
  }

  async plan(): Promise<Asked<Preview>> {
    return this.withDeps((deps) => preview(this.sql, deps))
  }

  async inventory(): Promise<Asked<ShownInventory>> {
    return this.withDeps((deps) => showInventory(this.sql, deps))
  }

  inventories(limit: number, before: string | null): readonly StoredInventory[] {
    return listInventories(this.sql, limit, before)
  }

  /** Where the inventory of a run is in KV; null when that run stored none. */
  inventoryKey(run: string): string | null {
    return inventoryKeyOf(this.sql, run)
  }

  async why(projectId: number): Promise<Asked<Why>> {
    return this.withDeps((deps) => explainProject(this.sql, deps, projectId))
  }

  deliveries(limit: number, before: string | null): readonly DeliveryView[] {
    return listDeliveries(this.sql, limit, before)
  }

  destinations(): readonly DestinationView[] {
    const made = this.deps()
    return made.ok ? listDestinations(this.sql, made.deps.channels) : []
  }

  /** Sends a message once more. */
  async replay(delivery: string): Promise<Replayed> {
    const replayed = replay(this.storage, delivery, this.now())
    await this.arm()
    return replayed
  }

  health(): Health {
    const config = readConfig(this.env)
    return readHealth(this.sql, config.ok ? config.config.tickMinutes : 60, this.now())
  }

  metrics(): readonly Family[] {
    return readMetrics(this.sql, this.now())
  }

  /** Verified backups, newest first. */
  backups(limit: number, before: string | null): readonly BackupView[] {
    return listBackups(this.sql, limit, before)
  }

  /** The newest verified backup of a project (or the one of that run), hashed again before it is shown. */
  async backup(projectId: number, run: string | null): Promise<BackupAsked> {
    return showBackup(this.sql, this.env.LOG, projectId, run)
  }

  /** One page of the audit chain, checked: at most `limit` links below position `before` (null = from the head). */
  async verify(limit: number, before: number | null): Promise<AuditPage> {
    return verifyPage({ sql: this.sql, log: this.env.LOG, now: this.now() }, limit, before)
  }

  /** Stops all acting before the next mutating call, until a person lifts it (G19). */
  pause(by: string): PauseView {
    // The first pause counts: who paused, and since when, is not to be overwritten by a second press.
    if (readFact(this.sql, 'pause') === null) writeFact(this.sql, 'pause', { by, at: this.now() })
    return pauseView(this.sql) as PauseView
  }

  async resume(): Promise<void> {
    removeFact(this.sql, 'pause')
    await this.arm()
  }

  /** A person takes the inventory as it is now for the truth: the evidence floor counts from here (G6). */
  acceptBase(by: string): void {
    writeFact(this.sql, 'base', { by, at: policyNow(this.sql, this.now()) })
  }

  /** One decision on a waiting plan; the first that settles it wins (G7). */
  async decideOn(decision: Decision): Promise<Decided> {
    const asked = await this.withPolicy(async (deps, policy) => {
      const audience = await audienceOf(deps)
      return decideOn(this.storage, { policy, audience }, decision, deps.now())
    })
    await this.arm()
    return asked.ok ? asked.value : { ok: false, reason: 'unready', message: asked.message }
  }

  /** The waiting plan, or the last one there was; null when there was none. */
  proposal(): ProposalView | null {
    const newest = newestProposal(this.sql)
    return newest === null ? null : viewOf(this.sql, newest)
  }

  /** The waiting plan of a run, over or not; null when it proposed none. */
  proposalOf(run: string): ProposalView | null {
    const proposal = proposalOf(this.sql, run)
    return proposal === null ? null : viewOf(this.sql, proposal)
  }

  /** What still waits of a run's plan, in the order in which it would be done. */
  waiting(run: string): readonly ShownItem[] {
    return waitingItems(this.sql, { run }).map(({ item }) => shownItem(item))
  }

  /** Keeps a project from now on, until the end of that day (`2027-01-31`) or for ever (null). */
  async hold(projectId: number, until: string | null, by: Who, trigger: Trigger = 'api'): Promise<Held> {
    const asked = await this.withPolicy((deps, policy) =>
      hold(this.storage, deps, policy, projectId, until, { by, trigger }),
    )
    await this.arm()
    return asked.ok ? asked.value : { ok: false, reason: 'unready', message: asked.message }
  }

  /** Lets go of a project. */
  async release(projectId: number, by: Who, trigger: Trigger = 'api'): Promise<Held> {
    const asked = await this.withPolicy((deps) => release(this.storage, deps, projectId, { by, trigger }))
    await this.arm()
    return asked.ok ? asked.value : { ok: false, reason: 'unready', message: asked.message }
  }

  /** The holds of the ledger. */
  async holds(): Promise<readonly HoldView[]> {
    const made = this.deps()
    return listHolds(this.sql, made.ok ? made.deps : null)
  }

  /** Ends a run before its next mutating call; what it did not do stays undone. False when it is not going on. */
  async stop(run: string, by: Who): Promise<boolean> {
    const row = runById(this.sql, run)
    if (row === null || !isGoingOn(row.status)) return false
    const made = this.deps()
    const audience = made.ok ? await audienceOf(made.deps) : NOBODY
    this.storage.transactionSync(() => {
      writeStop(this.sql, run, by.kind === 'person' ? by.name : 'token')
      tellStopping(this.sql, audience, row, this.now())
    })
    await this.arm()
    return true
  }

  /** The card of a run's plan as it stands: the question, or how it ended; null when that run left no plan waiting. */
  async proposalCard(run: string): Promise<Card | null> {
    const proposal = proposalOf(this.sql, run)
    if (proposal === null) return null
    const asked = await this.withPolicy(async (_, policy) => policy)
    return planCard(this.sql, proposal, asked.ok ? asked.value.people : [])
  }

  /** The card of a run that has ended, as it stands; null while it goes on, and when there is no such run. */
  resultCard(run: string): Card | null {
    return endedRun(this.sql, run)?.card ?? null
  }

  /** Whether a message of a chat, as its channel names it, is one whose endings are told on it. */
  keeps(destination: string, ref: string): boolean {
    return isKept(this.sql, destination, ref)
  }

  /** The day so many days from today, by the policy's clock: `2027-01-31`. */
  async dayAfter(days: number): Promise<Asked<string>> {
    return this.withDeps(async (deps) => {
      const policy = await usablePolicy(deps.policyText)
      if (!policy.ok) return policy
      return { ok: true, value: dayOf(policyNow(this.sql, deps.now()) + days * DAY, policy.value.timezone) }
    })
  }

  /** Which project or directory the words behind a command name, by the last survey. */
  async named(text: string, words: readonly Word[], goneToo: boolean): Promise<Asked<Named>> {
    return this.withDeps((deps) => named(this.sql, deps, text, words, goneToo))
  }

  /** Projects to choose from while somebody types, at most so many. */
  async suggest(typed: string, most: number): Promise<Asked<readonly Candidate[]>> {
    return this.withDeps((deps) => suggested(this.sql, deps, typed, most))
  }

  /** The newest run that did something to a project, to be undone; null when none did. */
  lastDeed(projectId: number): string | null {
    return lastDeedOf(this.sql, projectId)
  }

  /** Puts a typed deletion down as a question: nothing happens before its asker confirms it. */
  async askFirst(command: DeleteCommand, by: string): Promise<Asked<Questioned>> {
    return this.withDeps((deps) => askFirst(this.sql, deps, command, by))
  }

  async confirm(question: string, by: string, trigger: Trigger): Promise<Confirmed> {
    const answer = await confirmed(this.storage, question, by, trigger, this.now())
    await this.arm()
    return answer
  }

  withdraw(question: string, by: string): Withdrawn {
    return withdrawn(this.sql, question, by, this.now())
  }

  /** An answer that follows: the result of a run once it has ended, or something to say at once. */
  async reply(reply: NewReply): Promise<void> {
    putReply(this.sql, reply, this.now())
    await this.arm()
    // Somebody waits, and the alarm may be in the middle of a long slice.
    this.ctx.waitUntil(this.answer())
  }

  private async answer(): Promise<void> {
    const made = this.deps()
    if (!made.ok) return
    await answerDue(this.storage, made.deps).catch((error: unknown) => logError(this.clean(), 'Answers', error))
  }

  /** Whether that command or press comes for the first time; the second never does. */
  firstTime(event: string): boolean {
    return isFirst(this.sql, event, this.now())
  }

  /** Who of the policy's people is known under that id; null for a stranger, and while the policy cannot be read. */
  async person(kind: IdKind, id: string): Promise<Person | null> {
    const made = this.deps()
    const read = made.ok ? await readPolicy(made.deps.policyText) : null
    return read?.ok ? personWith(read.policy.people, kind, id) : null
  }

  /** Which directories a deleted branch means, by the policy's `[[on]]`. */
  async meaningOf(branch: BranchDeleted): Promise<Asked<EventMeaning>> {
    return this.withDeps(async ({ policyText }) => {
      const policy = await usablePolicy(policyText)
      return policy.ok ? { ok: true, value: meaningOf(policy.value.on, branch) } : policy
    })
  }

  private async withPolicy<T>(ask: (deps: Deps, policy: Policy) => Promise<T>): Promise<Asked<T>> {
    return this.withDeps(async (deps) => {
      const policy = await usablePolicy(deps.policyText)
      return policy.ok ? { ok: true, value: await ask(deps, policy.value) } : policy
    })
  }

  private async withDeps<T>(ask: (deps: Deps) => Promise<Asked<T>>): Promise<Asked<T>> {
    const made = this.deps()
    return made.ok ? ask(made.deps) : { ok: false, reason: 'unready', message: made.message }
  }

  private clean(): Redaction {
    const made = this.deps()
    return made.ok ? made.deps.clean : redactionOf(this.env)
  }

  private now(): number {
    const made = this.deps()
    return made.ok ? made.deps.now() : Date.now()
  }

  /** Sets the alarm to the earliest thing that waits. */
  private async arm(): Promise<void> {
    const now = Date.now()
    const waits = { run: this.sliceNotBefore - now, others: this.othersNotBefore - now }
    const wait = nextAlarm(this.sql, this.now(), waits)
    if (wait !== null) await this.storage.setAlarm(now + wait)
  }
}
