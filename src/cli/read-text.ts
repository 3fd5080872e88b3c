/** Files that people name: their text, or why there is none in words that need no knowledge of system errors. */

import { readFile } from 'node:fs/promises'
import { Unable } from './command.ts'

/**
 * The text of a file; `what` names it at the start of the message, such as `The policy policy.toml`. What is not UTF-8 is
 * left to the reader of the text: U+FFFD stands in its places.
 */
export async function readText(file: string, what: string): Promise<string> {
  return (await bytesOf(file, what)).toString('utf8')
}

/** The text of a file that another program may have written: UTF-8, or UTF-16 as PowerShell saves it. Without its mark. */
export async function readAnyText(file: string, what: string): Promise<string> {
  const bytes = await bytesOf(file, what)
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : isBigEndian(bytes) ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new Unable(`${what} could not be read: it is neither UTF-8 nor UTF-16 with its mark. Save it as UTF-8.`)
  }
}

function isBigEndian(bytes: Buffer): boolean {
  return bytes[0] === 0xfe && bytes[1] === 0xff
}

async function bytesOf(file: string, what: string): Promise<Buffer> {
  const bytes = await readFile(file).catch((error: Error) => error)
  if (bytes instanceof Error) throw unreadable(what, bytes)
  return bytes
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
