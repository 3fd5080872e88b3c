/**
 * What became of a call, judged from what a list shows afterwards and never from the answer alone (G10). Pure.
 */

import { placeOf } from '../../core/base/names.ts'
import { writtenBy } from '../../core/command/command-restore.ts'
import { isSameSet } from '../../core/command/command-update.ts'
import { isUnknown, type Project } from '../../core/evidence/project.ts'
import type { Change } from '../../core/plan/change.ts'
import type { PlanItem } from '../../core/plan/plan.ts'
import type { Answer } from '../ledger/items.ts'
import type { OutcomeKind } from '../ledger/run.ts'

/** Where a fresh look found the project. `unreadable`: the look itself failed. */
export type Sight =
  | { readonly kind: 'seen'; readonly project: Project }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'unreadable'; readonly detail: string }

export interface Judgement {
  readonly outcome: OutcomeKind
  readonly detail: string
}

/** `answer` is null when the process ended between the intent and the answer. */
export function judge(item: PlanItem, answer: Answer | null, sight: Sight): Judgement {
  if (sight.kind === 'unreadable') return unsure(`The project could not be looked at afterwards: ${sight.detail}`)
  if (sight.kind === 'seen' && sight.project.unreadable !== null) {
    return unsure(`The project could not be read whole afterwards: ${sight.project.unreadable.unknown}.`)
  }
  const seen = item.action === 'delete' ? deleteShows(item, sight) : updateShows(item, sight)
  if (seen === 'another') return unsure('Another project now answers under this id.')
  if (seen === 'missing') return unsure('The project is not to be found any more, which this action does not do.')
  if (seen === 'happened') {
    if (answer?.kind !== 'refused') return { outcome: 'done', detail: doneText(item, sight) }
    return {
      outcome: 'already',
      detail: `QuantConnect refused the call (${answer.detail}), yet it had already happened.`,
    }
  }
  if (answer?.kind === 'refused') return { outcome: 'failed', detail: answer.detail }
  if (answer?.kind === 'accepted') {
    return unsure('QuantConnect accepted the call, but the list does not show it. The next survey looks again.')
  }
  const why = answer === null ? 'this program stopped before an answer came' : answer.detail
  return unsure(`The answer was lost (${why}) and the list does not show the change. The next survey looks again.`)
}

/**
 * The same, at least a minute later: what has not happened by then did not happen. `absentFor`: how long ago an earlier look
 * did not find the project either, in milliseconds; one look is not enough, for single answers have been seen to be wrong.
 */
export function judgeLater(item: PlanItem, answer: Answer | null, sight: Sight, absentFor = 0): Judgement {
  const judgement = judge(item, answer, sight)
  if (judgement.outcome !== 'unsure' || (sight.kind === 'seen' && sight.project.unreadable !== null)) return judgement
  if (sight.kind === 'seen') {
    if (isSame(item, sight.project)) {
      return { outcome: 'failed', detail: 'A later survey shows the project unchanged: the call had no effect.' }
    }
    if (isUnknown(sight.project.created)) return judgement
    return { outcome: 'failed', detail: 'The project is gone: another one answers under its id now.' }
  }
  if (sight.kind !== 'notFound' || absentFor < LOOKS_APART_MS) return judgement
  return { outcome: 'failed', detail: 'Two looks at least a minute apart do not find the project: it is gone.' }
}

/** Looks closer to each other than this are one look: the API has been seen to serve what was true before. */
export const LOOKS_APART_MS = 60_000

type Shown = 'happened' | 'not' | 'another' | 'missing'

function deleteShows(item: PlanItem, sight: Exclude<Sight, { kind: 'unreadable' }>): Shown {
  if (sight.kind === 'notFound') return 'happened'
  if (!isSame(item, sight.project)) return 'another'
  return isInBin(sight.project) ? 'happened' : 'not'
}

function updateShows(item: PlanItem, sight: Exclude<Sight, { kind: 'unreadable' }>): Shown {
  if (sight.kind === 'notFound') return 'missing'
  if (!isSame(item, sight.project)) return 'another'
  return isAsWritten(sight.project, writtenBy(item)) ? 'happened' : 'not'
}

function isAsWritten(project: Project, { name, description, parameters }: Change): boolean {
  if (name !== undefined && project.name !== name) return false
  if (description !== undefined && project.description !== description) return false
  return parameters === undefined || isSameSet(project.parameters, parameters)
}

function doneText(item: PlanItem, sight: Sight): string {
  if (item.action !== 'delete') {
    return `${writtenText(writtenBy(item))}${item.holdPreserved === true ? ' The hold in it stays.' : ''}`
  }
  return sight.kind === 'seen'
    ? `In the Recycle Bin as "${sight.project.name}" for 30 days.`
    : 'Gone for good: not in the bin.'
}

function writtenText({ name, description, parameters }: Change): string {
  const texts: string[] = []
  if (name !== undefined) texts.push(`Now called "${name}".`)
  if (description !== undefined) texts.push('Description written.')
  if (parameters !== undefined) texts.push('Parameters written.')
  return texts.join(' ')
}

/** Identity is id and created, never the name (G16). */
export function isSame(item: Pick<PlanItem, 'projectId' | 'created'>, project: Project): boolean {
  return project.id === item.projectId && !isUnknown(project.created) && project.created === item.created
}

export function isInBin(project: Project): boolean {
  return placeOf(project.path) === 'bin'
}

function unsure(detail: string): Judgement {
  return { outcome: 'unsure', detail }
}
