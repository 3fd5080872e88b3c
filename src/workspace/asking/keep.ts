/** Holds as people ask for them: in the ledger first, effective before they are acknowledged; the description is the mirror. */

import { holdTags, longer, withHold, writtenHold } from '../../core/base/hold.ts'
import { placeOf } from '../../core/base/names.ts'
import { dayOf, instantOf, isDate, nextDay } from '../../core/base/zone.ts'
import { isUnknown, type Project } from '../../core/evidence/project.ts'
import type { PlanItem } from '../../core/plan/item.ts'
import { BIN_DAYS, bringBackText, ownActionView, purgeTime } from '../../core/plan/own-action-view.ts'
import type { Policy } from '../../core/policy/policy.ts'
import type { Deps } from '../../deps.ts'
import { failureText } from '../../quantconnect/failure.ts'
import { createMeter } from '../../quantconnect/meter.ts'
import { type Held, nameOf, type Who } from '../ledger/asks.ts'
import { policyNow } from '../ledger/clock.ts'
import { deletedAt } from '../ledger/deeds.ts'
import { dropHold, holdOf, RESTORE, takeBackHold, writeHold } from '../ledger/holds.ts'
import { beingReleased, lastSurvey } from '../ledger/last-survey.ts'
import { newestActionOn } from '../ledger/own-actions.ts'
import { openProposal, waitingItems } from '../ledger/proposals.ts'
import type { Trigger } from '../ledger/run.ts'
import { openCommands } from '../ledger/runs.ts'
import { type Hearers, isRestOf, type Rest, restOf, shrink, type WhyNot } from '../telling/plan-ends.ts'
import { audienceOf } from '../telling/tell.ts'
import { tellSettled } from '../telling/tell-settled.ts'
import { submit } from './submit.ts'

/** Who asks, and by which door. */
export interface Asker {
  readonly by: Who
  readonly trigger: Trigger
}

/**
 * Keeps a project until the end of that day in the policy's zone, or for ever (null). A hold that lasts longer stays, whoever
 * gave it and wherever it is written; the answer says until when the project is held then.
 */
export async function hold(
  storage: DurableObjectStorage,
  deps: Deps,
  policy: Policy,
  projectId: number,
  until: string | null,
  asker: Asker,
): Promise<Held> {
  const { sql } = storage
  const now = deps.now()
  const policyAt = policyNow(sql, now)
  const { timezone } = policy
  const end = until === null ? null : isDate(until) ? instantOf(nextDay(until), 0, timezone) : Number.NaN
  if (Number.isNaN(end))
    return no('bad date', `"${until}" is no day. Write it like 2027-01-31, or leave it out to hold for ever.`)
  if (end !== null && end <= policyAt) return no('bad date', `${until} is over already.`)
  const audience = await audienceOf(deps)
  const found = await findOurs(sql, deps, projectId)
  if (!found.ok) return found
  const same = { projectId, created: found.created }
  const before = holdOf(sql, same, policyAt)
  // Effective before anybody looks: a run may be about to delete it.
  const row = writeHold(sql, same, { until: end, by: nameOf(asker.by), at: now }, policyAt)
  const there = await whereIsIt(sql, deps, found)
  if (!there.ok) {
    takeBackHold(sql, same, before)
    return there
  }
  const { project } = there
  const written = writtenHold(project.description, timezone)
  // A tag that is being taken out holds nothing any more.
  const isOver = written?.until != null && written.until <= policyAt
  const inForce = !isOver && !beingReleased(sql).has(projectId)
  const effective = inForce && written !== null ? longer(row.until, written.until) : row.until
  const last = effective === null ? null : dayOf(effective - 1, timezone)
  const leave = (rest: Rest) =>
    storage.transactionSync(() => {
      if (!isRestOf(sql, rest)) return false
      leaveWaitingPlan(sql, { policy, audience }, projectId, now, rest)
      const what = `kept${byText(asker.by)} ${last === null ? 'for ever' : `to the end of ${last}`}`
      tellSettled(sql, audience, [{ projectId, name: project.name, what }], now)
      return true
    })
  // The plan may become another one while the hash of what is left is computed.
  while (!leave(await restOf(sql, withoutHeld(sql, projectId))));
  // The hold of a restore is in the ledger only, so what was asked for is written.
  const day = row.by === RESTORE ? until : row.until === null ? null : dayOf(row.until - 1, timezone)
  const command = { type: 'project.hold', projectId, until: day } as const
  const request = { kind: 'command', mode: 'act', command } as const
  return { ok: true, until: last, run: await mirror(storage, isMirrored(project), request, asker, now) }
}

/** Lets go of a project: what the ledger has, and what its description says. */
export async function release(
  storage: DurableObjectStorage,
  deps: Deps,
  projectId: number,
  asker: Asker,
): Promise<Held> {
  const now = deps.now()
  const audience = await audienceOf(deps)
  const found = await findOurs(storage.sql, deps, projectId)
  if (!found.ok) return found
  const { created } = found
  const had = dropHold(storage.sql, { projectId, created })
  const looked = await lookedAt(deps, found)
  const project = looked === null || looked === 'gone' ? found.project : looked
  const isTagged = holdTags(project.description).length > 0 && !beingReleased(storage.sql).has(projectId)
  if (!had && !isTagged) return no('not held', `Project ${projectId} is not held.`)
  tellSettled(storage.sql, audience, [{ projectId, name: project.name, what: `released${byText(asker.by)}` }], now)
  // Of a description that could not be looked at nobody knows what is older than this.
  const tags =
    looked === null || looked === 'gone'
      ? {}
      : { tags: [...holdTags(looked.description), ...coming(storage.sql, projectId)] }
  const command = { type: 'project.release', projectId, ...tags } as const
  const run = await mirror(storage, isMirrored(project), { kind: 'command', mode: 'act', command }, asker, now)
  return { ok: true, until: null, run }
}

/** What is kept leaves the plan that waits at once, and what goes only together with it does too; nobody approves it any more. */
function leaveWaitingPlan(sql: SqlStorage, hearers: Hearers, projectId: number, now: number, rest: Rest): void {
  const open = openProposal(sql)
  if (open !== null) shrink(sql, hearers, open, withoutHeld(sql, projectId), now, rest)
}

/** What leaves the open plan when one of its projects is held. */
function withoutHeld(sql: SqlStorage, projectId: number): WhyNot {
  const open = openProposal(sql)
  const kept =
    open === null ? undefined : waitingItems(sql, open).find(({ item }) => item.projectId === projectId)?.item
  return (item: PlanItem) => {
    if (item.projectId === projectId) return 'It is held.'
    const isOfUnit = kept !== undefined && kept.directory !== null && item.directory === kept.directory
    return isOfUnit && item.rule === kept.rule ? `Project ${projectId} in its directory is held.` : null
  }
}

/** Whether a description may carry the mirror: nothing is written into what is QuantConnect's own. */
function isMirrored({ path }: Project): boolean {
  return placeOf(path) === null
}

async function mirror(
  storage: DurableObjectStorage,
  isWritten: boolean,
  request: Parameters<typeof submit>[1]['request'],
  { by, trigger }: Asker,
  now: number,
): Promise<string | null> {
  if (!isWritten) return null
  const submission = { triggerId: `mirror:${crypto.randomUUID()}`, trigger, actor: nameOf(by), request }
  return (await submit(storage, submission, now)).run
}

type No = Extract<Held, { ok: false }>

interface Found {
  readonly ok: true
  readonly project: Project
  readonly created: number
  /** Whether QuantConnect was asked just now, or it is as in the last survey. */
  readonly isFresh: boolean
}

/** In the last survey, or else by one look at QuantConnect: a project made since is not in the survey. */
async function findOurs(sql: SqlStorage, deps: Deps, projectId: number): Promise<Found | No> {
  const last = await lastSurvey(sql, deps)
  const listed = last.ok ? last.value.inventory.projects.find(({ id }) => id === projectId) : undefined
  const read = listed === undefined ? await deps.client.readProject(projectId, createMeter(3)) : null
  if (read?.ok === false && read.failure.kind !== 'notFound') {
    return no(
      'unreadable',
      `Project ${projectId} is not in the last survey, and could not be looked at. ${failureText(read.failure)}`,
    )
  }
  const project: Project | undefined = listed ?? (read?.ok ? read.value : undefined)
  if (project === undefined) return no('not found', `There is no project ${projectId}.${deletedText(sql, projectId)}`)
  if (isUnknown(project.created)) return no('unreadable', `The dates of project ${projectId} could not be read.`)
  if (project.owned !== true || project.organizationId !== deps.config.organizationId) {
    return no(
      'not ours',
      `Project ${projectId} belongs to somebody else or to another organisation; nothing here ever touches it.`,
    )
  }
  return { ok: true, project, created: project.created, isFresh: listed === undefined }
}

/** Whoever waits for the answer waits no longer than this for the look. */
const LOOK_MS = 2_500

/**
 * Where a project is now: no hold keeps what is in the Recycle Bin (G28), and the last survey does not know what was moved
 * there since. When QuantConnect does not answer in time, the survey and what we did ourselves since then count.
 */
async function whereIsIt(
  sql: SqlStorage,
  deps: Deps,
  found: Found,
): Promise<{ readonly ok: true; readonly project: Project } | No> {
  const { project, created } = found
  const projectId = project.id
  const looked = await lookedAt(deps, found)
  if (looked === 'gone') {
    return no(
      'not found',
      `Project ${projectId}, "${project.name}", is not at QuantConnect any more.${deletedText(sql, projectId)}`,
    )
  }
  const present = looked ?? project
  if (present.created !== created) return no('not found', `Another project has the id ${projectId} now.`)
  const went = deletedAt(sql, { projectId, created })
  const isGone = placeOf(present.path) === 'bin' || (looked === null && went !== null)
  return isGone ? no('in bin', binText(present, went)) : { ok: true, project: present }
}

/** The project as QuantConnect has it now; null when it did not say in time. */
async function lookedAt(deps: Deps, { project, isFresh }: Found): Promise<Project | 'gone' | null> {
  if (isFresh) return project
  const late = new Promise<null>((resolve) => setTimeout(resolve, LOOK_MS, null))
  const read = await Promise.race([deps.client.readProject(project.id, createMeter(1)), late])
  if (read?.ok === false && read.failure.kind === 'notFound') return 'gone'
  return read?.ok ? read.value : null
}

function binText({ id, name }: Project, went: number | null): string {
  const when = went === null ? '' : ` (on ${new Date(purgeTime(went)).toISOString().slice(0, 10)})`
  return `"${name}" (${id}) is in the Recycle Bin, where no hold keeps it: QuantConnect purges it ${BIN_DAYS} days after its deletion${when}. ${bringBackText(id)}`
}

/** Tags that holds asked for before are about to write. */
function coming(sql: SqlStorage, projectId: number): readonly string[] {
  return openCommands(sql).flatMap(({ request }) => {
    if (request.kind !== 'command' || request.command.type !== 'project.hold') return []
    const { command } = request
    return command.projectId === projectId ? holdTags(withHold('', command.until)) : []
  })
}

/** Of a project that is gone: whether it was we who deleted or rebuilt it, and how it comes back. */
function deletedText(sql: SqlStorage, projectId: number): string {
  const last = newestActionOn(sql, projectId)
  return last?.action === 'delete' || last?.action === 'rebuild' ? ` ${ownActionView(last).sentences.join(' ')}` : ''
}

/** On a card: whoever has the bearer has no name. */
function byText(by: Who): string {
  return by.kind === 'person' ? ` by ${by.name}` : ''
}

function no(reason: Extract<Held, { ok: false }>['reason'], message: string): Held & { ok: false } {
  return { ok: false, reason, message }
}
