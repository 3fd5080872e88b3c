/** A row takes at most 2 MB, so that larger values are stored in parts. */

/** Bytes of one part. */
const PART_BYTES = 1_500_000

/** At least one part, an empty one for no bytes. */
export function partsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.byteLength / PART_BYTES))
  return Array.from({ length: count }, (_, n) => bytes.slice(n * PART_BYTES, (n + 1) * PART_BYTES))
}

export function joined(parts: readonly ArrayBuffer[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(new Uint8Array(part), at)
    at += part.byteLength
  }
  return bytes
}
