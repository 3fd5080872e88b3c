/** What doors look at: runs, plans, projects, holds, cards, people. Nothing here changes anything. */

import { DAY } from '../core/base/duration.ts'
import type { Family } from '../core/base/prometheus.ts'
import { dayOf } from '../core/base/zone.ts'
import type { Card } from '../core/cards/card.ts'
import { type BranchDeleted, type EventMeaning, meaningOf } from '../core/command/on-event.ts'
import type { Candidate, Named, Word } from '../core/evidence/named.ts'
import type { Why } from '../core/plan/explain.ts'
import { type IdKind, personWith } from '../core/policy/people.ts'
import type { Person } from '../core/policy/policy.ts'
import type { BackupView } from '../records/backup-shape.ts'
import type { AuditPage } from '../records/chain.ts'
import type { BaseView, HoldView, ProposalView } from './ledger/asks.ts'
import { type BackupAsked, listBackups, showBackup } from './ledger/backups.ts'
import { policyNow } from './ledger/clock.ts'
import { lastDeedOf } from './ledger/deeds.ts'
import { inventoryKeyOf, listInventories } from './ledger/inventories.ts'
import { type Asked, usablePolicy } from './ledger/last-survey.ts'
import { isKept } from './ledger/messages.ts'
import { newestProposal, proposalOf, viewOf, waitingItems } from './ledger/proposals.ts'
import {
  isGoingOn,
  type Preview,
  type RunRecord,
  type RunSummary,
  type ShownInventory,
  type ShownItem,
  type StoredInventory,
  shownItem,
} from './ledger/run.ts'
import { listRuns, type RunRow, runById, summary } from './ledger/runs.ts'
import { readStored } from './ledger/stored.ts'
import { WorkspaceObject } from './object.ts'
import { draftRecord, shownRecord } from './running/draft-record.ts'
import { type DeliveryView, type DestinationView, listDeliveries, listDestinations } from './telling/deliveries.ts'
import { endedRun, planCard } from './telling/plan-cards.ts'
import { showBase } from './views/base.ts'
import { type Health, readHealth } from './views/health.ts'
import { listHolds } from './views/held.ts'
import { readMetrics } from './views/metrics.ts'
import { type NamedOptions, named, suggested } from './views/named.ts'
import { explainProject, preview } from './views/preview.ts'
import { showInventory } from './views/shown-inventory.ts'
import { verifyPage } from './views/verify.ts'

export abstract class Looking extends WorkspaceObject {
  runs(limit: number, before: string | null): readonly RunSummary[] {
    return listRuns(this.sql, limit, before).map(summary)
  }

  /** A run as it is recorded, or as far as it is while it goes on; with the lists that stand apart from its record. */
  async run(id: string): Promise<RunRecord | null> {
    const run = runById(this.sql, id)
    return run === null ? null : shownRecord(this.sql, this.env.LOG, await this.recordOf(run))
  }

  private async recordOf(run: RunRow): Promise<RunRecord> {
    const { recordKey } = run
    if (isGoingOn(run.status) || recordKey === null) return draftRecord(this.sql, run)
    const kept = (await readStored(this.sql, recordKey)) ?? (await this.env.LOG.get(recordKey, 'json'))
    return kept === null ? draftRecord(this.sql, run) : (kept as RunRecord)
  }

  async plan(): Promise<Asked<Preview>> {
    return this.withDeps((deps) => preview(this.sql, deps))
  }

  async inventory(): Promise<Asked<ShownInventory>> {
    return this.withDeps((deps) => showInventory(this.sql, deps))
  }

  /** What stands against the list of projects. */
  base(): Promise<BaseView> {
    return showBase(this.sql)
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

  async health(): Promise<Health> {
    const made = this.deps()
    const policy = made.ok ? await usablePolicy(made.deps) : null
    const refusals = {
      settings: made.ok ? null : made.message,
      policy: policy === null || policy.ok ? null : policy.message,
    }
    return readHealth(this.sql, refusals, made.ok ? made.deps.config.tickMinutes : 60, this.now())
  }

  metrics(): readonly Family[] {
    return readMetrics(this.sql, this.now())
  }

  /** Verified backups, newest first. */
  backups(limit: number, before: string | null): readonly BackupView[] {
    return listBackups(this.sql, this.now(), limit, before)
  }

  /** The newest verified backup of a project (or the one of that run), hashed again before it is shown. */
  async backup(projectId: number, run: string | null): Promise<BackupAsked> {
    return showBackup(this.sql, this.env.LOG, projectId, run, this.now())
  }

  /** One page of the audit chain, checked: at most `limit` links below position `before` (null = from the head). */
  async verify(limit: number, before: number | null): Promise<AuditPage> {
    return verifyPage({ sql: this.sql, log: this.env.LOG, now: this.now() }, limit, before)
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

  /** The holds of the ledger. */
  async holds(): Promise<readonly HoldView[]> {
    const made = this.deps()
    return listHolds(this.sql, made.ok ? made.deps : null, policyNow(this.sql, this.now()))
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
      const policy = await usablePolicy(deps)
      if (!policy.ok) return policy
      return { ok: true, value: dayOf(policyNow(this.sql, deps.now()) + days * DAY, policy.value.timezone) }
    })
  }

  /** Which project or directory the words behind a command name, by the last survey. */
  async named(text: string, words: readonly Word[], options: NamedOptions): Promise<Asked<Named>> {
    return this.withDeps((deps) => named(this.sql, deps, text, words, options))
  }

  /** Projects to choose from while somebody types, at most so many. */
  async suggest(typed: string, most: number): Promise<Asked<readonly Candidate[]>> {
    return this.withDeps((deps) => suggested(this.sql, deps, typed, most))
  }

  /** The newest run that did something to a project, to be undone; null when none did. */
  lastDeed(projectId: number): string | null {
    return lastDeedOf(this.sql, projectId)
  }

  /** Who of the policy's people is known under that id; null for a stranger, and while the policy cannot be read. */
  async person(kind: IdKind, id: string): Promise<Person | null> {
    const asked = await this.withPolicy(async (_, policy) => personWith(policy.people, kind, id))
    return asked.ok ? asked.value : null
  }

  /**
   * Whether somebody in a chat may read. `placed`: the request comes from a workspace or server that the settings name.
   * False while the policy cannot be read.
   */
  async mayRead(kind: IdKind, id: string, placed: boolean): Promise<boolean> {
    const asked = await this.withPolicy(
      async (_, policy) => (placed && policy.chat.read === 'everyone') || personWith(policy.people, kind, id) !== null,
    )
    return asked.ok && asked.value
  }

  /** Which directories a deleted branch means, by the policy's `[[on]]`. */
  async meaningOf(branch: BranchDeleted): Promise<Asked<EventMeaning>> {
    return this.withDeps(async (deps) => {
      const policy = await usablePolicy(deps)
      return policy.ok ? { ok: true, value: meaningOf(policy.value.on, branch) } : policy
    })
  }

  /** Which of these are not rules of the policy; an unusable policy has none, and its run will say so. */
  async unknownRules(
    ids: readonly string[],
  ): Promise<{ readonly unknown: readonly string[]; readonly known: readonly string[] }> {
    const asked = await this.withPolicy(async (_, policy) => policy.rules)
    if (!asked.ok) return { unknown: [], known: [] }
    const known = asked.value.map((rule) => rule.id)
    return { unknown: ids.filter((id) => !known.includes(id)), known }
  }
}
