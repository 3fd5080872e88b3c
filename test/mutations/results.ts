/** What became of each mutant, and how it is shown. */

import type { Mutant } from './mutants.ts'

export interface Result {
  /** Of the mutant as it was tried. */
  readonly of: string
  /** The first named test that failed, with its file; null = none of those that were asked. */
  readonly named: string | null
  /** The first random sequence that noticed, as `--replay` takes it; null = none. */
  readonly sequence: string | null
  /** What it said was broken. */
  readonly why: string | null
  /** How many sequences were tried. */
  readonly tried: number
}

export type Results = { [id: string]: Result }

export function resultsTable(mutants: readonly Mutant[], results: Results): string {
  const rows = mutants.map(({ id, promise, what }) => {
    const result = results[id]
    if (result === undefined) return `| \`${id}\` | ${promise} | ${what} | not tried yet | |`
    const named = result.named === null ? '**none**' : cell(result.named)
    const sequence =
      result.sequence === null
        ? `none of ${result.tried}`
        : `${result.tried}: ${cell((result.why ?? '').slice(0, 110))}`
    return `| \`${id}\` | ${promise} | ${what} | ${named} | ${sequence} |`
  })
  return [
    '| mutant | promise | what is taken out | first named test that fails | random sequences tried until one notices |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
