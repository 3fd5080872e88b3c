/** What somebody most likely meant by a word that is not known: for the refusals of the control. */

/** How a refusal goes on: `; did you mean "projects/read"?`, or a full stop when no known word is near. */
export function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === undefined ? '.' : `; did you mean "${near}"?`
}

/** The known word that takes the fewest edits, at most half of its letters. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known.map((each) => ({ each, edits: edits(word, each) })).toSorted((a, b) => a.edits - b.edits)
  return best && best.edits <= best.each.length / 2 ? best.each : undefined
}

/** Levenshtein distance; case does not count. */
function edits(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()]
  let row = Array.from({ length: to.length + 1 }, (_, n) => n)
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const swap = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row.at(-1) as number
}
