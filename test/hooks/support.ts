/** What the tests of the hooks have in common. */

import type { Bytes } from '../../src/hooks/hmac.ts'

/** The same bytes with one bit the other way round. */
export function flipped(bytes: Bytes, bit: number): Bytes {
  const copy = bytes.slice()
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}
