/**
 * What is told of a run that has ended. Programs hear of every run that was not just another quiet tick, and of every
 * confirmed delete and restore; people get one digest per sweep with news in it, and the result of what was done or went
 * wrong, through the channels that the policy names.
 */

import { resultCard } from '../../core/cards/run-card.ts'
import { type Policy, readPolicy } from '../../core/policy/policy.ts'
import type { Deps } from '../../deps.ts'
import type { Channel } from '../../hooks/channel.ts'
import type { EventData, EventType } from '../../hooks/events.ts'
import { firstOf, inPages, shortText } from '../../hooks/fit-event.ts'
import { forgetDigest, type StoredNews, takeNews } from '../ledger/announced.ts'
import { disabledDestinations } from '../ledger/destinations.ts'
import { readFact, writeFact } from '../ledger/facts.ts'
import { itemsOf } from '../ledger/items.ts'
import { putCard, putEvent } from '../ledger/outbox.ts'
import type { Outcome, RunRequest } from '../ledger/run.ts'
import { endOf, runFacts } from '../ledger/run-facts.ts'
import type { RunRow } from '../ledger/runs.ts'

export interface Audience {
  /** Every place the settings name. */
  readonly channels: readonly Channel[]
  /** `[notify] channels`; null = the policy cannot be read, and then everybody hears of it. */
  readonly notify: Policy['notify']['channels'] | null
}

/** While the settings are broken there is nobody to tell. */
export const NOBODY: Audience = { channels: [], notify: [] }

export async function audienceOf({ channels, policyText }: Pick<Deps, 'channels' | 'policyText'>): Promise<Audience> {
  const read = await readPolicy(policyText)
  return { channels, notify: read.ok ? read.policy.notify.channels : null }
}

/** The places that the policy wants people to be told through. */
export function notified({ channels, notify }: Audience): readonly Channel[] {
  return notify === null ? channels : channels.filter(({ of }) => notify.includes(of))
}

/**
 * Whether anybody would hear a digest. While nobody would, nothing is announced, no notice is given, and what needs one
 * waits.
 */
export function canTell(sql: SqlStorage, audience: Audience): boolean {
  const disabled = new Set(disabledDestinations(sql).map(({ key }) => key))
  return notified(audience).some(({ key }) => !disabled.has(key))
}

/** What keeps people from being told, as sentences. */
export function silences(sql: SqlStorage, { channels, notify }: Audience): readonly string[] {
  const disabled = new Map(disabledDestinations(sql).map(({ key, reason }) => [key, reason]))
  return (notify ?? []).flatMap((word) => {
    const meant = channels.filter(({ of }) => of === word)
    if (meant.length === 0) return [`[notify] channels: nothing is set up for "${word}", so nobody is told through it.`]
    return meant.flatMap(({ key }) => {
      const reason = disabled.get(key)
      return reason === undefined ? [] : [`${key} is told nothing any more: ${reason}`]
    })
  })
}

/** Tells programs, all of them. `announces`: the run whose digest this is. */
export function tellPrograms<Type extends EventType>(
  sql: SqlStorage,
  { channels }: Audience,
  type: Type,
  data: EventData<Type>,
  now: number,
  announces: string | null = null,
): void {
  putEvent(sql, channels, { type, data, announces }, now)
}

/**
 * Of a run in its last transaction. `plain`: how it would have ended without the conditions in which rules stand still; of
 * those there are messages of their own, so that no run is news for them. `now` is real time.
 */
export function tellFinished(
  sql: SqlStorage,
  audience: Audience,
  run: RunRow,
  plain: Pick<RunRow, 'status' | 'message'>,
  outcomes: readonly Outcome[],
  now: number,
): void {
  const news = takeNews(sql, run.id)
  const people = notified(audience)
  const before = readFact(sql, 'told')?.print
  const quiet = { ...run, ...plain }
  const print = printOf(quiet)
  if (isNews(quiet, outcomes, news, print !== before)) {
    const isNotice = news?.announces === true && people.some(({ takes }) => takes === 'event')
    tellPrograms(sql, audience, 'run.finished', finishedData(run, news), now, isNotice ? run.id : null)
    writeFact(sql, 'told', { run: run.id, print })
  }
  tellProjects(sql, audience, run, outcomes, now)
  if (news?.announces === true) {
    const digest = { card: news.card, about: 'digest', subject: `digest:${run.id}`, announces: run.id }
    putCard(sql, people, digest, now)
    forgetDigest(sql, run.id) // when nobody was there to be told
  }
  const card = resultCard(runFacts(sql, run, outcomes))
  for (const channel of audience.channels) {
    // A card about the run that is there already always gets its ending.
    const edit = !(people.includes(channel) && isWorthSaying(channel, quiet, outcomes, print !== before))
    putCard(sql, [channel], { card, about: 'result', subject: `run:${run.id}`, edit }, now)
  }
}

/** What was confirmed, in as many events as it takes. */
function tellProjects(
  sql: SqlStorage,
  audience: Audience,
  { id: run }: RunRow,
  outcomes: readonly Outcome[],
  now: number,
): void {
  const url = `/runs/${run}`
  const deleted = outcomes
    .filter(({ outcome, action }) => outcome === 'done' && action === 'delete')
    .map(({ projectId, name, rule, backup }) => ({ projectId, name, rule, backup }))
  for (const projects of inPages(deleted))
    tellPrograms(sql, audience, 'project.deleted', { run, url, projects: [...projects] }, now)
  // Under the name it is back with, out of the bin or rebuilt.
  const restored = itemsOf(sql, run)
    .filter(({ outcome, item }) => outcome === 'done' && (item.action === 'restore' || item.action === 'rebuild'))
    .map(({ item, rebuilt, detail }) => ({
      projectId: item.projectId,
      name: (rebuilt?.complete ? rebuilt.final : rebuilt?.name) ?? item.change?.name ?? item.name,
      detail: shortText(detail),
    }))
  for (const projects of inPages(restored))
    tellPrograms(sql, audience, 'project.restored', { run, url, projects: [...projects] }, now)
}

function finishedData(run: RunRow, news: StoredNews | null): EventData<'run.finished'> {
  return {
    run: run.id,
    url: `/runs/${run.id}`,
    trigger: run.trigger,
    actor: shortText(run.actor),
    mode: run.request.mode,
    status: endOf(run),
    message: shortText(run.message),
    counts: { ...run.counts },
    marked: news?.marked ?? firstOf([]),
    due: news?.due ?? firstOf([]),
  }
}

/** Everything that somebody asked for; of the ticks those that did, marked, found or failed something. */
function isNews(run: RunRow, outcomes: readonly Outcome[], news: StoredNews | null, isOther: boolean): boolean {
  if (run.trigger !== 'cron' || run.status !== 'ok' || outcomes.length > 0 || news !== null) return true
  const wasSkipped = run.state.surveyAt === null
  return !wasSkipped && isOther
}

/** Quiet by default: a result is a message when something was done or tried, or when it went wrong in a new way. */
function isWorthSaying(
  channel: Channel,
  { trigger, status, request }: RunRow,
  outcomes: readonly Outcome[],
  isOther: boolean,
): boolean {
  // The card of the plan itself tells how an approved run ended, where it can be changed.
  if (request.kind === 'approved' && channel.takes === 'card' && channel.edits) return false
  // Who keeps or released what is told at once, on its digest; that its description says so too is no news.
  if (isMirror(request) && status === 'ok') return false
  if (outcomes.length > 0) return true
  if (trigger !== 'cron') return status === 'failed' || status === 'partial'
  return isOther && status !== 'ok' && status !== 'waiting'
}

/** What the ledger holds already, written into a description. */
function isMirror(request: RunRequest): boolean {
  return request.kind === 'command' && ['project.hold', 'project.release'].includes(request.command.type)
}

/** What makes one quiet tick like another. */
function printOf({ status, message, counts, state }: RunRow): string {
  const { held, notJudged, marked, due } = counts
  return JSON.stringify([status, status === 'ok' ? '' : message, held, notJudged, marked, due, state.standstill.length])
}
