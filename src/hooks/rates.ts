/** How often somebody may ask, as settings: every limit of requests in one place, with its default. */

export interface RateSettings {
  readonly READS_PER_MINUTE?: string
  readonly WRITES_PER_MINUTE?: string
  readonly REPORTS_PER_HOUR?: string
  readonly NOTIFY_WEB_PER_MINUTE?: string
  readonly HOOKS_PER_MINUTE?: string
  readonly WRONG_CREDENTIALS?: string
}

export interface Rates {
  /** Per identity: a token, a person, somebody in a chat. */
  readonly reads: number
  readonly writes: number
  /** Reports an identity may ask for in an hour; it has one at a time. */
  readonly reports: number
  /** Messages of one algorithm a minute. */
  readonly notifyWeb: number
  /** Signed requests a minute per secret. */
  readonly hooks: number
  /** Different wrong credentials that an address may send in five minutes. */
  readonly wrongCredentials: number
}

const DEFAULTS = {
  READS_PER_MINUTE: 120,
  WRITES_PER_MINUTE: 60,
  REPORTS_PER_HOUR: 6,
  NOTIFY_WEB_PER_MINUTE: 6,
  HOOKS_PER_MINUTE: 600,
  WRONG_CREDENTIALS: 20,
} as const satisfies { readonly [name in keyof RateSettings]-?: number }

const MOST = 1_000_000

/** Whatever is wrong is added to the problems. */
export function readRates(env: RateSettings, problems: string[]): Rates {
  const rate = (name: keyof RateSettings): number => {
    const text = env[name] ?? ''
    if (text === '') return DEFAULTS[name]
    const number = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
    if (number >= 1 && number <= MOST) return number
    problems.push(`${name} must be a whole number from 1 to ${MOST}.`)
    return DEFAULTS[name]
  }
  return {
    reads: rate('READS_PER_MINUTE'),
    writes: rate('WRITES_PER_MINUTE'),
    reports: rate('REPORTS_PER_HOUR'),
    notifyWeb: rate('NOTIFY_WEB_PER_MINUTE'),
    hooks: rate('HOOKS_PER_MINUTE'),
    wrongCredentials: rate('WRONG_CREDENTIALS'),
  }
}
