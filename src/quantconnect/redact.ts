/**
 * Takes whole secrets out of a failure before anybody can log or show it (G20): a server may repeat what it was sent. It
 * may repeat what a caller sent as well, so pieces stay: hiding them would answer guesses (G29).
 */

import { wholeRedaction } from '../core/base/secrets.ts'
import type { Failure } from './failure.ts'

/** Enough to recognise an error by; a page of HTML helps nobody. */
const LONGEST_TEXT = 300
const MOST_ERRORS = 10

/** What is looked at; an answer may be as long as it likes. */
const LONGEST_LOOK = 10_000

export function redact(failure: Failure, secrets: readonly string[]): Failure {
  const clean = wholeRedaction(secrets)
  if (failure.kind !== 'refused') return { ...failure, detail: short(failure.detail, clean) }
  return { kind: 'refused', errors: failure.errors.slice(0, MOST_ERRORS).map((error) => short(error, clean)) }
}

/** Cuts only after taking secrets out, so that no half of one is left at the end. */
function short(text: string, clean: (text: string) => string): string {
  const cleaned = clean(text.slice(0, LONGEST_LOOK))
  // The end of what was looked at may be the beginning of a secret.
  const whole = text.length > LONGEST_LOOK ? cleaned.slice(0, -LONGEST_TEXT) : cleaned
  return whole.length > LONGEST_TEXT || text.length > LONGEST_LOOK ? `${whole.slice(0, LONGEST_TEXT)}…` : whole
}
