/** One text of several sentences. Alone, because messages of runs are put together in many places. */

/** The texts one after the other, without the empty ones. */
export function sentences(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(' ')
}
