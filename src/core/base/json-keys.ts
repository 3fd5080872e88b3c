/** Keys that stand twice in one object of a JSON text: `JSON.parse` keeps the last and says nothing. */

/** The value of a JSON text in which no key stands twice; undefined for anything else. */
export function parseJsonOnce(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return hasRepeatedKey(text) ? undefined : value
  } catch {
    return undefined // not JSON
  }
}

/** Whether some object has a key twice. `json` is a text that `JSON.parse` takes; the time is linear in its length. */
export function hasRepeatedKey(json: string): boolean {
  /** The keys of each object that is open; null for a list. */
  const open: (Set<string> | null)[] = []
  let expectsKey = false
  for (let at = 0; at < json.length; at++) {
    const char = json[at]
    if (char === '"') {
      const end = endOfText(json, at)
      const keys = open.at(-1)
      if (expectsKey && keys != null) {
        // Escapes are another way of writing the same key.
        const key = JSON.parse(json.slice(at, end)) as string
        if (keys.has(key)) return true
        keys.add(key)
      }
      expectsKey = false
      at = end - 1
    } else if (char === '{') {
      open.push(new Set())
      expectsKey = true
    } else if (char === '[') {
      open.push(null)
      expectsKey = false
    } else if (char === '}' || char === ']') {
      open.pop()
    } else if (char === ',') {
      expectsKey = open.at(-1) != null
    }
  }
  return false
}

/** The place behind the closing quote of the text that begins at `start`. */
function endOfText(json: string, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}
