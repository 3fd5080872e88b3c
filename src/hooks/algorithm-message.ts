/**
 * What a live algorithm may say with `Notify.Web`: change its own project's description or parameters, or ask for a
 * report. The deployment wizard posts orders and insights to the same kind of address; those are taken and left alone.
 */

import * as v from 'valibot'
import { looksLikeHold } from '../core/base/hold.ts'
import { hasRepeatedKey } from '../core/base/json-keys.ts'
import type { UpdateCommand } from '../core/command/command.ts'
import { isProjectId } from './bearer.ts'
import { description, parameters, projectId } from './commands.ts'
import { checkShape, shape } from './shape.ts'

export type AlgorithmMessage =
  | { readonly kind: 'update'; readonly command: UpdateCommand }
  | { readonly kind: 'report' }
  /** Orders or insights from the deployment wizard. */
  | { readonly kind: 'wizard' }
  | { readonly kind: 'refused'; readonly why: string }

const Message = shape({
  projectId,
  description: v.optional(
    v.pipe(
      description,
      v.check((text) => !looksLikeHold(text), 'must not contain "[keep": an algorithm holds nothing'),
    ),
  ),
  parameters: v.optional(parameters),
  sweep: v.optional(v.literal('report', 'must be "report"; an algorithm does not sweep')),
})

/** Of the wizard's keys, those that nothing of ours has. */
const WIZARD = ['Insights', 'OrderEvents', 'Portfolio']

/** The JSON of a body. `Notify.Web` may put a text that is JSON already into JSON once more. */
export function unwrapped(parsed: unknown): unknown {
  if (typeof parsed !== 'string') return parsed
  try {
    const value: unknown = JSON.parse(parsed)
    return hasRepeatedKey(parsed) ? undefined : value
  } catch {
    return parsed
  }
}

/** The project that a message says it is of; null when it says none. */
export function projectOf(message: unknown): number | null {
  if (typeof message !== 'object' || message === null) return null
  const { projectId, ProjectId } = message as { readonly projectId?: unknown; readonly ProjectId?: unknown }
  const given = projectId ?? ProjectId
  return isProjectId(given) ? given : null
}

/** What a message of that project asks for. */
export function readAlgorithmMessage(message: unknown): AlgorithmMessage {
  if (isWizard(message)) return { kind: 'wizard' }
  const read = checkShape(Message, message)
  if (!read.ok) return { kind: 'refused', why: read.problem }
  const { projectId, description, parameters, sweep } = read.value
  const updates = description !== undefined || parameters !== undefined
  if (sweep !== undefined && updates) return { kind: 'refused', why: 'Either an update or a sweep, not both at once.' }
  if (sweep !== undefined) return { kind: 'report' }
  if (!updates) return { kind: 'refused', why: 'Nothing to do: give "description", "parameters" or "sweep": "report".' }
  return {
    kind: 'update',
    command: {
      type: 'project.update',
      project: projectId,
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
      keepsHolds: true,
    },
  }
}

function isWizard(message: unknown): boolean {
  if (typeof message !== 'object' || message === null || !Object.hasOwn(message, 'ProjectId')) return false
  return WIZARD.some((key) => Object.hasOwn(message, key))
}
