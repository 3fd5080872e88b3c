/** A run in a few words. */

import type { RunSummary } from '../../workspace/ledger/run.ts'

/** The numbers that say something, as pairs of a word and a number. */
export function numbersOf({ counts, apiCalls }: RunSummary): readonly (readonly [word: string, number: number])[] {
  const all: readonly (readonly [string, number])[] = [
    ['projects', counts.inventory],
    ['protected', counts.protected],
    ['held', counts.held],
    ['not judged', counts.notJudged],
    ['marked', counts.marked],
    ['due', counts.due],
    ['confirmed', counts.confirmed],
    ['skipped', counts.skipped],
    ['failed', counts.failed],
    ['unsure', counts.unsure],
    ['not attempted', counts.notAttempted],
    ['API calls', apiCalls],
  ]
  return all.filter(([, number]) => number > 0)
}

export function inNumbers(run: RunSummary): string {
  const numbers = numbersOf(run)
  return numbers.length === 0 ? 'Nothing was read.' : numbers.map(([word, number]) => `${number} ${word}`).join(', ')
}

export function askedBy({ trigger, actor }: RunSummary): string {
  return trigger === actor ? trigger : `${trigger} by ${actor}`
}
