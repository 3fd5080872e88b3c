/** Writes files that others named into a folder, and never anywhere else: a name may hold anything. */

import { lstat, mkdir, realpath, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { Unable } from './command.ts'

export interface Entry {
  /** With `/` between folders. */
  readonly name: string
  readonly content: string
}

export interface Written {
  readonly name: string
  /** Where it is, below the folder. */
  readonly path: string
  readonly bytes: number
}

/** All of them or, where one would be written over, none. */
export async function writeInto(folder: string, entries: readonly Entry[]): Promise<readonly Written[]> {
  const planned = entries.map(({ name, content }) => ({ name, content, path: safePath(name) }))
  const paths = planned.map(({ path }) => path)
  const twice = paths.find((path, n) => paths.slice(0, n).some((other) => isSameFile(path, other)))
  if (twice !== undefined) throw new Unable(`Two files would be written to ${twice}. --json shows the backup as it is.`)
  for (const path of paths) {
    if ((await lstat(join(folder, path)).catch(() => null)) === null) continue
    throw new Unable(`${join(folder, path)} is there already. Nothing was written; choose an empty folder.`)
  }
  await mkdir(folder, { recursive: true })
  const root = await realpath(folder)
  const written: Written[] = []
  for (const { name, content, path } of planned) {
    const target = join(root, path)
    await makeFolders(root, dirname(path))
    // "wx": never over a file, and never through a link that stands where the file should be.
    await writeFile(target, content, { flag: 'wx' }).catch((error: Error) => {
      throw new Unable(`${target} could not be written: ${error.message}`)
    })
    written.push({ name, path, bytes: Buffer.byteLength(content) })
  }
  return written
}

/** One folder after the other, each looked at: a link in the folder may lead out of it. */
async function makeFolders(root: string, path: string): Promise<void> {
  let here = root
  for (const part of path.split(sep).filter((one) => one !== '.')) {
    here = join(here, part)
    await mkdir(here).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw new Unable(`${here} could not be made: ${error.message}`)
    })
    const real = await realpath(here)
    const inside = relative(root, real)
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
      throw new Unable(`${here} leads out of ${root}, so nothing more was written.`)
    }
  }
}

/** The name as a path below the folder. What would lead elsewhere, or means something to a file system, is escaped. */
export function safePath(name: string): string {
  return name.split('/').map(safePart).join(sep)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a file's name
const SPECIAL = /[\u0000-\u001f\u007f\\:*?"<>|%]/g

function safePart(part: string): string {
  const plain = part.replace(SPECIAL, escaped)
  if (plain === '') return '%'
  // "." and ".." lead elsewhere; at the end Windows drops dots and spaces; and some names are devices there.
  const whole = /^\.{1,2}$/.test(plain) ? plain.replaceAll('.', '%2E') : plain.replace(/[. ]$/, escaped)
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(whole) ? `%${whole}` : whole
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** Many file systems take no account of case or of how an accent is written. */
function isSameFile(a: string, b: string): boolean {
  return a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase()
}
