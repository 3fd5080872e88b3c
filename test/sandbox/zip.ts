/** A zip archive with its files as they are, for downloads: the plain format, nothing compressed. */
import { crc32 } from 'node:zlib'

export function zip(files: readonly (readonly [name: string, content: Uint8Array])[]): Uint8Array {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let at = 0
  for (const [name, content] of files) {
    const path = Buffer.from(name)
    const local = Buffer.concat([header(0x04034b50, [20], path, content), path, content])
    const where = Buffer.alloc(14)
    where.writeUInt32LE(at, 10)
    entries.push(Buffer.concat([header(0x02014b50, [20, 20], path, content), where, path]))
    locals.push(local)
    at += local.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, directory, end])
}

/** What the two kinds of header share: versions, flags, method, time, date, checksum, sizes, length of the name. */
function header(signature: number, versions: readonly number[], path: Buffer, content: Uint8Array): Buffer {
  const start = 4 + 2 * versions.length
  const bytes = Buffer.alloc(start + 24)
  bytes.writeUInt32LE(signature, 0)
  for (const [n, version] of versions.entries()) bytes.writeUInt16LE(version, 4 + 2 * n)
  bytes.writeUInt16LE(0x0800, start)
  bytes.writeUInt16LE(0x21, start + 6)
  bytes.writeUInt32LE(crc32(content), start + 8)
  bytes.writeUInt32LE(content.length, start + 12)
  bytes.writeUInt32LE(content.length, start + 16)
  bytes.writeUInt16LE(path.length, start + 20)
  return bytes
}
