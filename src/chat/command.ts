/** What somebody typed behind `/sweep` → a command. Which project is meant is found out later, from the last survey. */

import { nearest } from '../core/base/nearest.ts'
import type { Word } from '../core/evidence/named.ts'
import { wordsOf } from './words.ts'

export const COMMANDS = [
  'plan',
  'why',
  'keep',
  'release',
  'update',
  'delete',
  'run',
  'approve',
  'refuse',
  'undo',
  'baseline',
  'status',
  'pause',
  'resume',
  'help',
] as const

export type CommandName = (typeof COMMANDS)[number]

export interface Typed {
  readonly name: CommandName
  /** What was typed, all of it; the words' places are places in it. */
  readonly text: string
  /** The words behind the command's name. */
  readonly words: readonly Word[]
}

export type TypedResult =
  | { readonly ok: true; readonly command: Typed }
  /** `close`: the command that was probably meant. */
  | { readonly ok: false; readonly word: string; readonly close: CommandName | null }

/** What people call these things elsewhere: suggested, never done, for only what is documented acts. */
const ALSO: { readonly [word: string]: CommandName } = {
  hold: 'keep',
  reject: 'refuse',
  deny: 'refuse',
  restore: 'undo',
  remove: 'delete',
  rm: 'delete',
  sweep: 'run',
  continue: 'resume',
  unpause: 'resume',
}

/** Nothing typed is a call for help. */
export function readCommand(text: string): TypedResult {
  const [first, ...words] = wordsOf(text)
  if (first === undefined) return { ok: true, command: { name: 'help', text, words: [] } }
  const word = first.text.toLowerCase()
  const name = word === '?' ? 'help' : COMMANDS.find((one) => one === word)
  if (name !== undefined) return { ok: true, command: { name, text, words } }
  const close = nearest(word, [...COMMANDS, ...Object.keys(ALSO)])
  return {
    ok: false,
    word: first.text,
    close: close === null ? null : (ALSO[close] ?? COMMANDS.find((one) => one === close) ?? null),
  }
}
