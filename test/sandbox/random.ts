/** Seeded randomness: the same seed gives the same workspace, ids and faults on every machine. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** An integer in [low, high], both included. */
  integer(low: number, high: number): number
  /** One of the values. */
  pick<T>(values: readonly T[]): T
  /** True with this probability. */
  chance(probability: number): boolean
  /** `digits` hexadecimal digits. */
  hex(digits: number): string
}

/** The mulberry32 generator: 32 bits of state, which is plenty for made-up workspaces. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0

  function bits(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  function next(): number {
    return bits() / 4_294_967_296
  }

  function integer(low: number, high: number): number {
    return low + Math.floor(next() * (high - low + 1))
  }

  function pick<T>(values: readonly T[]): T {
    return values[integer(0, values.length - 1)] as T
  }

  function hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += bits().toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }

  return { next, integer, pick, chance: (probability) => next() < probability, hex }
}

/** True with this probability, the same for the same numbers. */
export function chanceOf(probability: number, ...numbers: readonly number[]): boolean {
  return seededRandom(mixed(numbers)).chance(probability)
}

/** One seed made of several numbers. */
export function mixed(numbers: readonly number[]): number {
  return numbers.reduce((seed, each) => seededRandom(seed ^ Math.imul(each, 0x9e3779b1)).integer(0, 0xffffffff), 1)
}
