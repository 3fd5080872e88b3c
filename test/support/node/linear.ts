/** How long searches take for texts of 1, 10 and 100 kB. */

/** Texts that make a search begin again and again: pieces of what it looks for, never the whole. */
export const WORST = [
  'a',
  ' ',
  '"',
  '" ',
  "'x ",
  '[',
  '[keep',
  '[ k e e',
  '[[keep]keep',
  ']',
  '/',
  'a/',
  '.',
  '*',
  '\\',
  '&lt;',
  '<@',
  '\n',
  'leansweep:',
  'bot ',
  'bearer +',
  'whsec_',
  'xoxb-',
  'hooks.slack.com/',
  'discord.com/api/',
  'discord.com/api/webhooks',
  'https://',
  '%2f',
  '{"a":',
  '[[',
  '1',
  '\u200b',
  'e\u0301',
  '\uff21',
  '\ud83d\ude00',
]

/** Below this what is measured is mostly memory that is taken for the first time. The square of 10 kB takes many times as long. */
const FLOOR_MS = 4
const MOST = 12
const QUICK_MS = 2
/** Of something that is measured beside other work. */
const CHANCES = 10

/** Milliseconds of the processor, not of the clock: other processes take their turns in between. The shortest of some runs. */
function timeOf(search: (text: string) => unknown, text: string, enough: number, least = 1): number {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < 4 && (run === 0 || (best > enough && best < enough * 4)); run++) {
    const began = process.cpuUsage()
    let times = 0
    let took = 0
    do {
      search(text)
      times++
      const { user, system } = process.cpuUsage(began)
      took = (user + system) / 1_000
    } while (took < least)
    best = Math.min(best, took / times)
  }
  return best
}

/**
 * Whether ten times as much of a piece, with a text before it and one after, takes at most twelve times as long; what else
 * happens in the process is given some chances.
 */
export function growsLinearly(search: (text: string) => unknown, piece: string, before = '', after = ''): boolean {
  const [small, middle, large] = [1_000, 10_000, 100_000].map(
    (size) => `${before}${piece.repeat(Math.ceil(size / piece.length)).slice(0, size)}${after}`,
  ) as [string, string, string]
  // The square of 10 kB takes much longer than this.
  if (timeOf(search, middle, QUICK_MS, 0) <= QUICK_MS) return true
  for (let chance = 0; chance < CHANCES; chance++) {
    const mostOfMiddle = MOST * Math.max(FLOOR_MS, timeOf(search, small, FLOOR_MS))
    const between = timeOf(search, middle, mostOfMiddle)
    if (between > mostOfMiddle) continue
    const mostOfLarge = MOST * Math.max(FLOOR_MS, between)
    const longest = timeOf(search, large, mostOfLarge)
    if (longest <= mostOfLarge) return true
    // No other process makes it three times as long.
    if (longest > mostOfLarge * 3) return false
  }
  return false
}
