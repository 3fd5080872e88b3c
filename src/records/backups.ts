/** Our own copy of a project, made and read back before anything destroys the original (G9). */

import type { Project } from '../core/evidence/project.ts'
import type { ProjectFile } from '../quantconnect/files.ts'
import { type Backup, hashBackup } from './backup-shape.ts'
import { gunzipJson, gzipJson, gzipText } from './gzip.ts'
import { cutToFit } from './metadata.ts'

export { type Backup, hashBackup } from './backup-shape.ts'

/** A value in KV may be at most this large. */
const KV_VALUE_LIMIT = 25 * 1024 * 1024

export function makeBackup(project: Project, created: number, modified: number, files: readonly ProjectFile[]): Backup {
  return {
    version: 1,
    projectId: project.id,
    organizationId: typeof project.organizationId === 'string' ? project.organizationId : '',
    name: project.name,
    created,
    modified,
    language: project.language,
    description: project.description,
    parameters: project.parameters,
    libraries: 'unknown' in project.libraries ? [] : project.libraries,
    files: files.map((file) => ({
      name: file.name,
      content: file.content,
      modified: typeof file.modified === 'number' ? file.modified : null,
    })),
  }
}

/** Puts a backup under a new key. Gives its hash, or why it cannot be stored. */
export async function putBackup(
  log: KVNamespace,
  key: string,
  backup: Backup,
  days: number,
): Promise<{ readonly ok: true; readonly hash: string } | { readonly ok: false; readonly detail: string }> {
  const bytes = await gzipJson(backup)
  if (bytes.byteLength > KV_VALUE_LIMIT) {
    return { ok: false, detail: `The backup is ${bytes.byteLength} bytes; the store takes at most ${KV_VALUE_LIMIT}.` }
  }
  const hash = await hashBackup(backup)
  const metadata = { name: cutToFit(backup.name, 400), hash, files: backup.files.length }
  try {
    await log.put(key, bytes, { expirationTtl: days * 86_400, metadata })
    return { ok: true, hash }
  } catch {
    // The text of the error is the platform's and may hold anything (G20).
    return {
      ok: false,
      detail: 'The store (KV) did not take the backup, so nothing was done. The next tick tries again.',
    }
  }
}

/** Where a backup is: alone under its key, or a part of a pack. */
export interface StoredBackup {
  readonly key: string
  readonly pack: PackPart | null
}

/** A part of a pack: `length` bytes from `at` on of the value under `key`. */
export interface PackPart {
  readonly key: string
  readonly at: number
  readonly length: number
}

/** The stored backup if it is there and whole, that is, if its hash is the expected one; else null. */
export async function readBackup(log: KVNamespace, { key, pack }: StoredBackup, hash: string): Promise<Backup | null> {
  try {
    const bytes = await log.get(pack?.key ?? key, 'arrayBuffer')
    if (bytes === null) return null
    return await unpacked(pack === null ? bytes : bytes.slice(pack.at, pack.at + pack.length), hash)
  } catch {
    return null // the store failed, or what it has is not gzip, cut short or not JSON: not a backup
  }
}

/** Of one value in KV, so that what else it takes has room. */
export const MOST_PACK_BYTES = 20 * 1024 * 1024

/** A backup as a part of a pack: gzip by itself, so that a whole pack, unzipped, is one JSON text a line. */
export async function packPart(backup: Backup): Promise<Uint8Array> {
  return gzipText(`${JSON.stringify(backup)}\n`)
}

/** Puts the parts under one key, one after the other. False: the store did not take them. */
export async function putPack(
  log: KVNamespace,
  key: string,
  parts: readonly Uint8Array[],
  days: number,
): Promise<boolean> {
  try {
    await log.put(key, await new Blob([...parts]).arrayBuffer(), {
      expirationTtl: days * 86_400,
      metadata: { projects: parts.length },
    })
    return true
  } catch {
    return false // the text of the error is the platform's and may hold anything (G20)
  }
}

/** Reads a pack back once. True: each part is there and hashes to what it should. */
export async function isPackWhole(
  log: KVNamespace,
  key: string,
  parts: readonly { readonly at: number; readonly length: number; readonly hash: string }[],
): Promise<boolean> {
  try {
    const bytes = await log.get(key, 'arrayBuffer')
    if (bytes === null) return false
    for (const { at, length, hash } of parts) {
      if ((await unpacked(bytes.slice(at, at + length), hash)) === null) return false
    }
    return true
  } catch {
    return false
  }
}

/** Throws when the bytes are not gzip JSON. */
async function unpacked(bytes: ArrayBuffer, hash: string): Promise<Backup | null> {
  const backup = (await gunzipJson(bytes)) as Backup
  return (await hashBackup(backup)) === hash ? backup : null
}
