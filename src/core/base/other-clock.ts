/** A moment of ours in the clock of somebody whose answers say the time. */

/** Clocks that are further apart are not trusted: then the earlier of the two moments counts. */
const MOST_AHEAD_MS = 60_000

/**
 * `said`: what an answer said the time was, cut to whole seconds; it came between `from` and `until` of our clock. The
 * clocks are taken to be as little apart as that leaves possible, so a moment moves only when they certainly differ.
 */
export function inOtherClock(
  moment: number,
  said: number | null,
  { from, until }: { readonly from: number; readonly until: number },
): number {
  if (said === null) return moment
  const least = said - until
  const most = said + 999 - from
  const ahead = least > 0 ? least : most < 0 ? most : 0
  return ahead > MOST_AHEAD_MS ? moment : moment + ahead
}
