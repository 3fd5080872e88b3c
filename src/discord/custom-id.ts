/**
 * The id that a button carries and a press brings back: what was pressed, of what. It is a reference, never an instruction:
 * whoever reads it looks up what it stands for and whether that is still open.
 */

import type { CardButton, CardMenu, Verb } from '../core/cards/card.ts'

/** `ask`: a dangerous button, which Discord can't confirm by itself: its press asks once more. `do`: it counts. */
export interface Pressed {
  readonly step: 'ask' | 'do'
  readonly verb: Verb
  readonly ref: string
}

const VERBS: { readonly [verb in Verb]: true } = {
  approve: true,
  refuse: true,
  keep30: true,
  keep: true,
  why: true,
  stop: true,
  undo: true,
  confirm: true,
  cancel: true,
}

/** At most 100 characters: a reference has at most 80. A `confirm` is the answer to a question and asks no second one. */
export function customId({ verb, ref, confirm }: Pick<CardButton, 'verb' | 'ref' | 'confirm'>): string {
  return idOf({ step: confirm === null || verb === 'confirm' ? 'do' : 'ask', verb, ref })
}

export function idOf({ step, verb, ref }: Pressed): string {
  return `sweep.${step}:${verb}:${ref}`
}

/** Of a menu; what is chosen in it comes back beside this. */
export function menuId({ verb }: Pick<CardMenu, 'verb'>): string {
  return `sweep.pick:${verb}`
}

/** The button "no" of a question: whatever was asked, nothing is done. */
export const NO = 'sweep.no'

/** `values`: what was chosen, of a menu. Null for an id that is not ours. */
export function readCustomId(id: string, values: readonly string[] = []): Pressed | null {
  const [, step, verb, own] = /^sweep\.(ask|do|pick):([a-z0-9]+)(?::(.+))?$/s.exec(id) ?? []
  const ref = step === 'pick' ? values[0] : own
  if (step === undefined || verb === undefined || !Object.hasOwn(VERBS, verb)) return null
  if (ref === undefined || ref === '' || ref.length > 80) return null
  return { step: step === 'ask' ? 'ask' : 'do', verb: verb as Verb, ref }
}
