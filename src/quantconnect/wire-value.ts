/** Small readers for values as PHP sends them: numbers as text, `[]` and `{}` for the same nothing. */

export type Row = { readonly [key: string]: unknown }

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A positive whole number, as a number or in plain digits; else null. */
export function readId(value: unknown): number | null {
  const id = typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : value
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : null
}

/** A whole number from 0 on, as a number or in plain digits; else null. */
export function readCount(value: unknown): number | null {
  if (value === 0 || value === '0') return 0
  return readId(value)
}

/** The entries of a list, of an object used as a list, or of nothing at all; null when it is none of these. */
export function readEntries(value: unknown): readonly unknown[] | null {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  return isRow(value) ? Object.values(value) : null
}

/** Text as it is, a number or truth value as text, nothing as ""; null when it is none of these. */
export function readText(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}
