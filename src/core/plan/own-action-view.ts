/** What leansweep did to a project since the last scan, as people and programs see it: what, when, why, and how to undo it. */

import { placeOf } from '../base/names.ts'
import type { OwnAction } from '../evidence/own-action.ts'
import { minuteText } from './sentences.ts'

/** Times are ISO 8601 UTC. */
export interface OwnActionView {
  readonly projectId: number
  readonly action: string
  readonly run: string
  /** Null for what somebody asked for. */
  readonly rule: string | null
  /** Who or what asked for the run. */
  readonly by: string
  readonly at: string
  /** False: the call was sent, and whether it had an effect is not known yet. */
  readonly isCertain: boolean
  /** Full name before it. */
  readonly name: string
  /** Of a deletion: when QuantConnect lets go of it for good; null for everything else, and when it is gone already. */
  readonly purgedAt: string | null
  /** How to undo it, as a sentence; "" when there is nothing to undo. */
  readonly undo: string
  /** All of it, as sentences. */
  readonly sentences: readonly string[]
}

/** How long QuantConnect keeps what is in the Recycle Bin. */
export const BIN_DAYS = 30

/** When QuantConnect purges what was deleted at that time. Milliseconds. */
export function purgeTime(deletedAt: number): number {
  return deletedAt + BIN_DAYS * 86_400_000
}

/** How to bring a deleted project back, as a sentence. */
export function bringBackText(projectId: number): string {
  return `Bring it back: POST /api/projects/${projectId}/restore, "/sweep undo ${projectId}" in chat, or the button on its page.`
}

export function ownActionView(one: OwnAction): OwnActionView {
  const { projectId, action, run, rule, actor, at, isCertain, name, isGone } = one
  const purged = action === 'delete' && !isGone ? purgeTime(at) : null
  const undo = undoText(one)
  const where = binText(one, purged)
  return {
    projectId,
    action,
    run,
    rule,
    by: actor,
    at: iso(at),
    isCertain,
    name,
    purgedAt: purged === null ? null : iso(purged),
    undo,
    sentences: [happened(one), ...(where === '' ? [] : [where]), ...(undo === '' ? [] : [undo])],
  }
}

function happened(one: OwnAction): string {
  const { action, run, rule, actor, at, isCertain } = one
  const why = rule === null ? `asked for by ${actor}` : `rule "${rule}"`
  const when = `on ${minuteText(at)} (run ${run}, ${why})`
  if (isCertain) return `leansweep ${doneText(one)} ${when}.`
  return `leansweep sent a call to ${action} it ${when}; whether it had an effect is not known yet. The next scan looks.`
}

function doneText({ action, name, wrote, madeAs }: OwnAction): string {
  if (action === 'delete') return 'deleted it'
  if (action === 'rebuild') return madeAs === null ? 'began to rebuild it' : `rebuilt it as project ${madeAs}`
  const past = PAST[action] ?? 'changed'
  if (wrote.name !== undefined && wrote.name !== name) return `${past} it from "${name}" to "${wrote.name}"`
  const parts = [
    ...(wrote.description === undefined ? [] : ['description']),
    ...(wrote.parameters === undefined ? [] : ['parameters']),
  ]
  return parts.length === 0 ? `${past} it` : `wrote its ${parts.join(' and ')}`
}

const PAST: { readonly [action: string]: string } = {
  rename: 'renamed',
  move: 'moved',
  archive: 'archived',
  restore: 'brought back',
  update: 'renamed',
}

function binText({ action, isGone, isCertain }: OwnAction, purged: number | null): string {
  if (action !== 'delete' || !isCertain) return ''
  if (isGone) return 'It is not in the Recycle Bin; only a backup is left, from which it gets a new id.'
  return purged === null ? '' : `It is in the Recycle Bin; QuantConnect purges it on ${minuteText(purged)}.`
}

function undoText({ action, projectId, run, name, isMirror }: OwnAction): string {
  if (action === 'delete') return bringBackText(projectId)
  if (action === 'rebuild' || isMirror) return ''
  // What came out of the bin is not put back there; it would have to be deleted.
  if (action === 'restore' && placeOf(name.replace(/^\/+/, '')) === 'bin') return ''
  return `Undo it: POST /api/runs/${run}/undo with {"projectId": ${projectId}}, or "/sweep undo ${projectId}" in chat.`
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
