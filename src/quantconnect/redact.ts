/** Takes secrets out of a failure before anybody can log or show it (G20): a server may echo what it was sent. */

import type { Failure } from './failure.ts'

/** Enough to recognise an error by; a page of HTML helps nobody. */
const LONGEST_TEXT = 300
const MOST_ERRORS = 10

export function redact(failure: Failure, secrets: readonly string[]): Failure {
  if (failure.kind !== 'refused') return { ...failure, detail: clean(failure.detail, secrets) }
  return { kind: 'refused', errors: failure.errors.slice(0, MOST_ERRORS).map((error) => clean(error, secrets)) }
}

/** Cuts only after taking secrets out, so that no half of one is left at the end. */
function clean(text: string, secrets: readonly string[]): string {
  let cleaned = text
  for (const secret of secrets) cleaned = withoutSecret(cleaned, secret)
  return cleaned.length > LONGEST_TEXT ? `${cleaned.slice(0, LONGEST_TEXT)}…` : cleaned
}

/** Hex may come back in capitals, so case does not matter. */
function withoutSecret(text: string, secret: string): string {
  const literal = secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replace(new RegExp(literal, 'gi'), '[secret]')
}
