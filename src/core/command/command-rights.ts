/** What may be done to a project by a command or an undo, as its protections stand (G2). */

import { isUnknown, type Project } from '../evidence/project.ts'
import { type ProtectionReading, WHOLE_ROW } from '../judge/protect.ts'
import { reasonText } from '../plan/explain.ts'
import type { Policy } from '../policy/policy.ts'
import type { Reason } from '../policy/reason.ts'

/** Why a project may not be deleted or renamed: against that every protection stands, holds included. Null when it may. */
export function whyUntouchable(reading: ProtectionReading, project: Project, policy: Policy): string | null {
  const [reason] = [...reading.protectedBy, ...reading.heldBy, ...reading.unknown]
  return reason === undefined ? undated(project) : reasonText(reason, policy)
}

/** Whether nothing stands against a project but facts that could not be read. */
export function isUnknownOnly({ protectedBy, heldBy, unknown }: ProtectionReading): boolean {
  return protectedBy.length === 0 && heldBy.length === 0 && unknown.length > 0
}

/** Description and parameters may be changed on anything owned, of this organisation, outside bin, Library and Boot Camp. */
export function whyNotWritten(reading: ProtectionReading, project: Project, policy: Policy): string | null {
  const reason = reading.protectedBy.find(forbidsWriting) ?? reading.unknown.find(hidesWhatIsThere)
  return reason === undefined ? undated(project) : reasonText(reason, policy)
}

/** Restore alone touches the bin; what it brings back must be owned, and of this organisation. */
export function whyNotRestored(reading: ProtectionReading, project: Project, policy: Policy): string | null {
  const reason =
    reading.protectedBy.find((one) => forbidsWriting(one) && !(one.kind === 'protected' && one.by.what === 'bin')) ??
    reading.unknown.find(hidesWhatIsThere)
  return reason === undefined ? undated(project) : reasonText(reason, policy)
}

function undated({ created, modified }: Project): string | null {
  return isUnknown(created) || isUnknown(modified) ? 'Its dates could not be read.' : null
}

const OWNERSHIP = new Set(['bin', 'library folder', 'boot camp', 'other organisation', 'not owned'])

function forbidsWriting(reason: Reason): boolean {
  return reason.kind === 'protected' && OWNERSHIP.has(reason.by.what)
}

/** Whose it is, or what is written there now, is not known. */
function hidesWhatIsThere(reason: Reason): boolean {
  return (
    reason.kind === 'unknown' &&
    (reason.what === 'owner' || reason.what === 'organizationId' || reason.what === WHOLE_ROW)
  )
}
