/**
 * The Worker's log and the texts of its errors: the only place that writes to the console, and both without secrets (G20).
 */

import { secretsOf } from './config.ts'
import { type Redaction, redaction, wholeRedaction, withoutAddresses } from './core/base/secrets.ts'

/** Secrets of an environment do not change while it lives. */
const made = new WeakMap<object, Redaction>()

/** Takes the secrets of these settings and every piece of them out of a text: for the log, which no caller sees (G29). */
export function redactionOf(env: object): Redaction {
  const known = made.get(env)
  if (known !== undefined) return known
  const clean = redaction(secretsOf(env))
  made.set(env, clean)
  return clean
}

/**
 * Takes whole secrets of these settings out of a text of our own that callers may see, such as a problem of the policy
 * or an error of a vendor. Never for what a caller sent (G29).
 */
export function wholeRedactionOf(env: object): Redaction {
  const whole = wholeRedaction(secretsOf(env))
  return (text) => withoutAddresses(whole(text))
}

/** Notes an error that nobody expected: where it was, what kind it is and what it says. */
export function logError(clean: Redaction, where: string, error: unknown): void {
  console.error(clean(`${where}: ${errorText(error)}`))
}

/** Notes something that is no error of ours, such as a request that was not let in. */
export function logWarning(clean: Redaction, text: string): void {
  console.warn(clean(text))
}

/** Notes what came in, where somebody may look for it later. */
export function logNote(clean: Redaction, text: string): void {
  console.log(clean(text))
}

/** An error as it may leave a Durable Object: the platform notes what its calls throw, and nothing is taken out of that. */
export function withoutSecrets(clean: Redaction, error: unknown): Error {
  return new Error(clean(errorText(error)))
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${typeof error}`
  const cause = error.cause instanceof Error ? ` (${error.cause.name}: ${error.cause.message})` : ''
  return `${error.name}: ${error.message}${cause}`
}
