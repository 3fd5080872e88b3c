/** Metadata that KV takes: at most 1,024 bytes as JSON. */

import { describe, expect, it } from 'vitest'
import { cutToFit } from '../../src/records/metadata.ts'

function bytes(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length
}

describe('cutToFit', () => {
  it('leaves alone what fits, to the last byte', () => {
    for (const text of ['', 'plain', 'ü研🚀', 'a "quote" and a \\', 'line\nbreak'])
      expect(cutToFit(text, bytes(text))).toBe(text)
  })

  it.each(['a', 'ü', '研', '🚀', '"', '\n', '\u0001', '\u{d800}'])(
    'cuts a long text of %j to what fits, and no shorter',
    (sign) => {
      const cut = cutToFit(sign.repeat(500), 200)
      expect(bytes(cut)).toBeLessThanOrEqual(200)
      expect(bytes(cut + sign)).toBeGreaterThan(200)
      expect(sign.repeat(500).startsWith(cut)).toBe(true)
    },
  )
})
