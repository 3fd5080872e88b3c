/** Counts the API calls somebody may make, so that no slice of work passes the platform's limit of sub-requests. */

export interface Meter {
  /** HTTP attempts so far, retries included. */
  readonly used: number
  /** HTTP attempts that may still be made. */
  readonly left: number
  /** Takes one attempt; false when none is left, and then nothing may be sent. */
  spend(): boolean
}

/** A meter that counts on two: what it takes is taken from both. */
export function withinBoth(one: Meter, other: Meter): Meter {
  let used = 0
  return {
    get used() {
      return used
    },
    get left() {
      return Math.min(one.left, other.left)
    },
    spend() {
      if (one.left < 1 || other.left < 1) return false
      used += 1
      return one.spend() && other.spend()
    },
  }
}

/** A meter with an allowance of `limit` HTTP attempts. */
export function createMeter(limit: number): Meter {
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new TypeError('A meter needs a whole number of calls, 0 or more.')
  let used = 0
  return {
    get used() {
      return used
    },
    get left() {
      return limit - used
    },
    spend() {
      if (used >= limit) return false
      used += 1
      return true
    },
  }
}
