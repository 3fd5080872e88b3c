/**
 * How the cloud says no: HTTP 200 with `success:false` and `errors` (§0.1, §1.4). A refusal ends a request from any
 * depth, so it is thrown; `api.ts` turns it into the answer.
 */
export class Refusal extends Error {
  /** Undocumented number some failures carry (§2.0): 1001 with an unknown file. */
  readonly errorCode: number | undefined

  /** Whether nothing is said but HTTP 500. */
  readonly empty: boolean

  constructor(text: string, errorCode?: number, empty = false) {
    super(text)
    this.errorCode = errorCode
    this.empty = empty
  }
}

export function refuse(text: string, errorCode?: number): never {
  throw new Refusal(text, errorCode)
}

/** A refusal that is an HTTP 500 without a body (§1.4). */
export function refuseEmpty(): never {
  throw new Refusal('', undefined, true)
}

/** Real response MCP#45: the server asks to be tried again. */
export const hiccup = 'Failed to process request data, please try again shortly.'

/** In-band throttling, reported by several independent witnesses in 2026 (§2.10). */
export const throttled = 'Too many backtest requests; please slow down.'

/** The other text of throttling that public clients look for (§12). */
export const rateExceeded = 'Rate limit exceeded'
