/**
 * A permit for one mutation. The client sends nothing that changes anything without one, only the gate of the workspace
 * may issue one (a test reads the imports), and each works once. So a forgotten check cannot become a delete.
 */

import type { Parameter } from '../core/evidence/project.ts'

export type Mutation =
  | {
      readonly endpoint: 'projects/create'
      readonly name: string
      /** `Py` or `C#`. */
      readonly language: string
      /** Where to create it; the caller's preferred organisation when left out. */
      readonly organizationId?: string
    }
  | {
      readonly endpoint: 'projects/update'
      readonly projectId: number
      /** The new full name; a rename is a move. */
      readonly name?: string
      readonly description?: string
      /** Replaces the whole set; an empty list clears it. */
      readonly parameters?: readonly Parameter[]
      /** Ids of the linked libraries; replaces the whole set. */
      readonly libraries?: readonly number[]
    }
  | { readonly endpoint: 'projects/delete'; readonly projectId: number }
  | {
      readonly endpoint: 'files/create' | 'files/update'
      readonly projectId: number
      readonly name: string
      /** Must not be empty: QuantConnect refuses empty files (lean-cli issue 280). */
      readonly content: string
    }

export type MutatingEndpoint = Mutation['endpoint']

declare const issued: unique symbol

/** The right to make one mutation, once. Holds nothing to look at or to change. */
export interface Permit {
  readonly [issued]: true
}

/** What a permit stands for. */
export interface Permitted {
  readonly mutation: Mutation
  /** Asked directly before the request goes out, for a call may have to wait its turn: why it may not any more, or null. */
  readonly withdrawn: () => string | null
}

/** What permits not used yet stand for. A permit that is not a key here is forged or spent. */
const open = new WeakMap<Permit, Permitted>()

/** Only `workspace/running/gate.ts` may call this. The permit is for the mutation as it is now; later changes do not reach it. */
export function issuePermit(mutation: Mutation, withdrawn: Permitted['withdrawn'] = () => null): Permit {
  const problem = problemOf(mutation)
  if (problem !== null) throw new TypeError(`No permit for this mutation: ${problem}.`)
  const permit = Object.freeze({}) as Permit
  open.set(permit, { mutation: structuredClone(mutation), withdrawn })
  return permit
}

/** The mutation a permit stands for; the permit is worth nothing afterwards, whatever becomes of the call. */
export function spendPermit(permit: Permit): Permitted {
  const permitted = open.get(permit)
  if (permitted === undefined) throw new TypeError('This permit was not issued by the gate, or was used before.')
  open.delete(permit)
  return permitted
}

function problemOf(mutation: Mutation): string | null {
  switch (mutation.endpoint) {
    case 'projects/create':
      return missing(mutation.name, 'name') ?? missing(mutation.language, 'language')
    case 'projects/update':
      return idProblem(mutation.projectId) ?? updateProblem(mutation)
    case 'projects/delete':
      return idProblem(mutation.projectId)
    case 'files/create':
    case 'files/update':
      return idProblem(mutation.projectId) ?? missing(mutation.name, 'name') ?? missing(mutation.content, 'content')
    default:
      return 'its endpoint is not one this program uses'
  }
}

function updateProblem(update: Mutation & { endpoint: 'projects/update' }): string | null {
  const { name, description, parameters, libraries } = update
  if ([name, description, parameters, libraries].every((field) => field === undefined)) return 'it changes nothing'
  if (libraries !== undefined && !libraries.every((id) => idProblem(id) === null))
    return 'a library of it is no project id'
  if (description !== undefined && typeof description !== 'string') return 'its description must be text'
  if (parameters !== undefined && !Array.isArray(parameters)) return 'its parameters must be a list'
  return name === undefined ? null : missing(name, 'name')
}

function idProblem(projectId: number): string | null {
  return Number.isSafeInteger(projectId) && projectId > 0 ? null : 'its projectId is not a positive whole number'
}

function missing(value: string, name: string): string | null {
  return typeof value === 'string' && value !== '' ? null : `its ${name} must be text and not empty`
}
