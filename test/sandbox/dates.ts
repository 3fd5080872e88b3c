/**
 * Dates on the wire (§3.3): UTC without a zone, `2025-11-10 13:00:06`; the docs' examples show ISO with milliseconds.
 * Inside the sandbox every time is a number of milliseconds.
 */
export type DateForm = 'spaced' | 'iso'

export function showDate(ms: number, form: DateForm): string {
  const iso = new Date(ms).toISOString()
  return form === 'iso' ? iso : iso.slice(0, 19).replace('T', ' ')
}

/** Reads a date as people hand it to the sandbox: milliseconds, ISO, or the spaced form as UTC. */
export function readDate(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value !== 'string') return undefined
  const spaced = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?$/.exec(value)
  if (spaced) return valid(Date.parse(`${spaced[1]}T${spaced[2]}${spaced[3] ?? 'Z'}`))
  return /^\d{4}-\d\d-\d\d$/.test(value) ? valid(Date.parse(`${value}T00:00:00Z`)) : undefined
}

function valid(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : ms
}
