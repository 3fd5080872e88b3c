/** Texts inside KV metadata, which may have at most 1,024 bytes as JSON in UTF-8; KV refuses an entry with more. */

/** The longest beginning of a text that takes at most so many bytes as JSON. */
export function cutToFit(text: string, bytes: number): string {
  const encoder = new TextEncoder()
  let cut = ''
  let used = 2
  for (const character of text) {
    used += encoder.encode(JSON.stringify(character)).length - 2
    if (used > bytes) return cut
    cut += character
  }
  return cut
}
