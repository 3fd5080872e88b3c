/** Holds as people ask for them: in the ledger first, effective before they are acknowledged; the description is the mirror. */

import { placeOf } from '../../core/base/names.ts'
import { instantOf, isDate, nextDay } from '../../core/base/zone.ts'
import { isUnknown, type Project } from '../../core/evidence/project.ts'
import type { PlanItem } from '../../core/plan/item.ts'
import type { Policy } from '../../core/policy/policy.ts'
import type { Deps } from '../../deps.ts'
import { failureText } from '../../quantconnect/failure.ts'
import { createMeter } from '../../quantconnect/meter.ts'
import { type Held, nameOf, type Who } from '../ledger/asks.ts'
import { policyNow } from '../ledger/clock.ts'
import { dropHold, writeHold } from '../ledger/holds.ts'
import { lastSurvey } from '../ledger/last-survey.ts'
import { openProposal, waitingItems } from '../ledger/proposals.ts'
import type { Trigger } from '../ledger/run.ts'
import { type Hearers, isRestOf, type Rest, restOf, shrink, type WhyNot } from '../telling/plan-ends.ts'
import { audienceOf } from '../telling/tell.ts'
import { tellSettled } from '../telling/tell-settled.ts'
import { submit } from './submit.ts'

/** Who asks, and by which door. */
export interface Asker {
  readonly by: Who
  readonly trigger: Trigger
}

/** Keeps a project until the end of that day in the policy's zone, or for ever (null). */
export async function hold(
  storage: DurableObjectStorage,
  deps: Deps,
  policy: Policy,
  projectId: number,
  until: string | null,
  asker: Asker,
): Promise<Held> {
  const now = deps.now()
  const end = until === null ? null : isDate(until) ? instantOf(nextDay(until), 0, policy.timezone) : Number.NaN
  if (Number.isNaN(end))
    return no('bad date', `"${until}" is no day. Write it like 2027-01-31, or leave it out to hold for ever.`)
  if (end !== null && end <= policyNow(storage.sql, now)) return no('bad date', `${until} is over already.`)
  const audience = await audienceOf(deps)
  const found = await findOurs(storage.sql, deps, projectId)
  if (!found.ok) return found
  const write = (rest: Rest) =>
    storage.transactionSync(() => {
      if (!isRestOf(storage.sql, rest)) return false
      writeHold(storage.sql, found.project, end, nameOf(asker.by))
      leaveWaitingPlan(storage.sql, { policy, audience }, projectId, now, rest)
      const what = `kept${byText(asker.by)} ${until === null ? 'for ever' : `to the end of ${until}`}`
      tellSettled(storage.sql, audience, [{ projectId, name: found.name, what }], now)
      return true
    })
  // The plan may become another one while the hash of what is left is computed.
  while (!write(await restOf(storage.sql, withoutHeld(storage.sql, projectId))));
  const command = { type: 'project.hold', projectId, until } as const
  return {
    ok: true,
    until,
    run: await mirror(storage, found.isMirrored, { kind: 'command', mode: 'act', command }, asker, now),
  }
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
  const had = dropHold(storage.sql, found.project)
  if (!had && !found.isTagged) return no('not held', `Project ${projectId} is not held.`)
  tellSettled(storage.sql, audience, [{ projectId, name: found.name, what: `released${byText(asker.by)}` }], now)
  const command = { type: 'project.release', projectId } as const
  const run = await mirror(storage, found.isMirrored, { kind: 'command', mode: 'act', command }, asker, now)
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

async function mirror(
  storage: DurableObjectStorage,
  isMirrored: boolean,
  request: Parameters<typeof submit>[1]['request'],
  { by, trigger }: Asker,
  now: number,
): Promise<string | null> {
  if (!isMirrored) return null
  const submission = { triggerId: `mirror:${crypto.randomUUID()}`, trigger, actor: nameOf(by), request }
  return (await submit(storage, submission, now)).run
}

type Found =
  | {
      readonly ok: true
      readonly project: { readonly projectId: number; readonly created: number }
      /** Its full name. */
      readonly name: string
      /** Whether its description may carry the mirror. */
      readonly isMirrored: boolean
      readonly isTagged: boolean
    }
  | Extract<Held, { ok: false }>

/** In the last survey, or else by one look at QuantConnect: a project made since is not in the survey. */
async function findOurs(sql: SqlStorage, deps: Deps, projectId: number): Promise<Found> {
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
  if (project === undefined) return no('not found', `There is no project ${projectId}.`)
  if (isUnknown(project.created)) return no('unreadable', `The dates of project ${projectId} could not be read.`)
  if (project.owned !== true || project.organizationId !== deps.config.organizationId) {
    return no(
      'not ours',
      `Project ${projectId} belongs to somebody else or to another organisation; nothing here ever touches it.`,
    )
  }
  return {
    ok: true,
    project: { projectId, created: project.created },
    name: project.name,
    isMirrored: placeOf(project.path) === null,
    isTagged: /\[\s*keep/i.test(project.description),
  }
}

/** On a card: whoever has the bearer has no name. */
function byText(by: Who): string {
  return by.kind === 'person' ? ` by ${by.name}` : ''
}

function no(reason: Extract<Held, { ok: false }>['reason'], message: string): Held & { ok: false } {
  return { ok: false, reason, message }
}
