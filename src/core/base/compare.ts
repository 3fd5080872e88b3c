/** Comparisons as rules write them: `">90d"`, `"<=1"`, `"=0"`. */

import { durationText, parseDuration } from './duration.ts'

export type Operator = '<' | '<=' | '>' | '>=' | '='

export interface Comparison {
  readonly operator: Operator
  /** A count, or a span in milliseconds. */
  readonly bound: number
}

export const SPAN = /^(<=|>=|<|>)(\d{1,5}[hdw])$/
export const COUNT = /^(<=|>=|<|>|=)(\d{1,12})$/

/** `">90d"`: a span of time, or null. "Exactly 90 days" is nothing anybody means, so there is no `=`. */
export function parseSpan(text: string): Comparison | null {
  const match = SPAN.exec(text)
  const bound = match === null ? null : parseDuration(match[2] ?? '')
  return match === null || bound === null ? null : { operator: match[1] as Operator, bound }
}

/** `"<=1"`, or a bare number, which means exactly that many. */
export function parseCount(value: string | number): Comparison | null {
  if (typeof value === 'number') return { operator: '=', bound: value }
  const match = COUNT.exec(value)
  return match === null ? null : { operator: match[1] as Operator, bound: Number(match[2]) }
}

export function holds({ operator, bound }: Comparison, value: number): boolean {
  if (operator === '<') return value < bound
  if (operator === '<=') return value <= bound
  if (operator === '>') return value > bound
  if (operator === '>=') return value >= bound
  return value === bound
}

const WORDS: { readonly [operator in Operator]: string } = {
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
  '=': 'exactly',
}

/** `more than 90 days`. */
export function spanText({ operator, bound }: Comparison): string {
  return `${WORDS[operator]} ${durationText(bound)}`
}

/** `at most 1`. */
export function countText({ operator, bound }: Comparison): string {
  return operator === '=' && bound === 0 ? 'no' : `${WORDS[operator]} ${bound}`
}
