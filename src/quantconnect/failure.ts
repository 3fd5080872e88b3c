/** What can go wrong between us and QuantConnect, as values: a failed call is expected, so nothing here is thrown. */

export type Failure =
  /** The credentials were not accepted: HTTP 401, two empty HTTP 500 in a row, or one of the known texts. */
  | { readonly kind: 'auth'; readonly detail: string }
  /** QuantConnect said in so many words that the project does not exist (or is not visible to the caller). */
  | { readonly kind: 'notFound'; readonly detail: string }
  /** Asked to slow down. `retryAfterMs` is the wait the server named, in milliseconds; null = it named none. */
  | { readonly kind: 'throttled'; readonly detail: string; readonly retryAfterMs: number | null }
  /** No usable answer came. `effect` says whether the call may have changed something all the same. */
  | { readonly kind: 'transport'; readonly detail: string; readonly effect: 'none' | 'unknown' }
  /** An answer came, but it contradicts itself or cannot be read. */
  | { readonly kind: 'malformed'; readonly detail: string }
  /** The answer is larger than it may be, and was broken off. */
  | { readonly kind: 'tooLarge'; readonly detail: string }
  /** QuantConnect understood and said no. An empty list: it gave no reason. */
  | { readonly kind: 'refused'; readonly errors: readonly string[] }
  /** The caller's allowance of calls is used up. For a mutation: nothing was sent. */
  | { readonly kind: 'budget'; readonly detail: string }

  /** The permit was taken back while the call waited its turn: nothing was sent. */
  | { readonly kind: 'withdrawn'; readonly detail: string }

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }

export function succeed<T>(value: T): Result<T> {
  return { ok: true, value }
}

export function fail(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure }
}

/** An answer that cannot be trusted. `detail` is a sentence of our own and quotes nothing the server sent. */
export function malformed(detail: string): { readonly ok: false; readonly failure: Failure } {
  return fail({ kind: 'malformed', detail })
}

/** What happened, why, and what to do, for people. Holds no secrets: they are taken out where a failure is made. */
export function failureText(failure: Failure): string {
  switch (failure.kind) {
    case 'auth':
      return `QuantConnect did not accept the credentials (${failure.detail}). Check QC_USER_ID and QC_API_TOKEN against your QuantConnect account page, and that this machine's clock is right.`
    case 'notFound':
      return `QuantConnect does not know this project (${failure.detail}). It was removed for good, or this account can no longer see it; check the id.`
    case 'throttled':
      return `QuantConnect asked to slow down (${failure.detail}). ${waitText(failure.retryAfterMs)} If it happens often, raise PACE_MS.`
    case 'transport':
      return failure.effect === 'none'
        ? `QuantConnect gave no usable answer (${failure.detail}). Nothing was changed by this call; try again later, and check QC_API_URL if it stays so.`
        : `QuantConnect gave no clear answer (${failure.detail}). Whether the change happened is not known; look at the project before anything is repeated.`
    case 'malformed':
      return `QuantConnect's answer cannot be trusted: ${sentence([failure.detail])} Nothing is concluded from it; try again later, and report it if it stays so.`
    case 'refused':
      if (failure.errors.some((error) => LOCKED.test(error))) {
        return `Somebody else is editing this project, and QuantConnect lets nobody else write to it meanwhile: ${sentence(failure.errors)} Nothing was changed by this call; try again when they have closed it.`
      }
      return `QuantConnect refused${failure.errors.length === 0 ? ' without giving a reason.' : `: ${sentence(failure.errors)}`} Look at the project on quantconnect.com, mend what it names, then try again.`
    case 'tooLarge':
      return `QuantConnect's answer is too large: ${failure.detail}.`
    case 'withdrawn':
      return `The call was not made: ${failure.detail}`
    case 'budget':
      return `The API calls allowed at once are used up (${failure.detail}). The work goes on with the next allowance.`
  }
}

/** What a refusal says while another editor holds the lock of a project (lean-cli push_manager.py). */
const LOCKED = /write permission/i

/** What others wrote, with one full stop at its end, whether they put it or not. */
function sentence(parts: readonly string[]): string {
  const text = parts.join(' ').trimEnd()
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

function waitText(ms: number | null): string {
  return ms === null ? 'Try again in a minute.' : `Try again in ${Math.ceil(ms / 1_000)} s.`
}
