/** Files that people name: their text, or why there is none in words that need no knowledge of system errors. */

import { readFile } from 'node:fs/promises'
import { Unable } from './command.ts'

/** The text of a file; `what` names it at the start of the message, such as `The policy policy.toml`. */
export async function readText(file: string, what: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: Error) => error)
  if (typeof text !== 'string') throw unreadable(what, text)
  return text
}

/** What is said when something with a name cannot be read. */
export function unreadable(what: string, error: Error): Unable {
  const why = WORDS[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message
  return new Unable(`${what} could not be read: ${why}.`)
}

const WORDS: { readonly [code: string]: string } = {
  ENOENT: 'it is not there',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is not a folder',
  EACCES: 'this account may not read it',
}
