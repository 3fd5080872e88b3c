/**
 * Dates on the wire (§3.3, §12): UTC without a zone, `2025-11-10 13:00:06`, or ISO with milliseconds, a `Z` or a numeric
 * offset; the forms differ by field. Inside the sandbox every time is a number of milliseconds.
 */
import { meant } from './nearest.ts'
import type { Switches } from './switches.ts'

/** `spaced`, `iso` (with milliseconds), `Z` (without), or a numeric offset such as `+0000`, `+00:00`, `-0500`. */
export type DateForm = string

/** One form for all fields, or one each: `{ "lastLiveDeployment": "+0000", "*": "spaced" }`. */
export type DateForms = DateForm | { readonly [field: string]: DateForm }

/** Every field that holds a date, with the list it is in where several lists have a field of that name. */
export const dateFields = [
  'projects.modified',
  'projects.created',
  'lastLiveDeployment',
  'files.modified',
  'backtests.created',
  'backtestStart',
  'backtestEnd',
  'launched',
  'stopped',
  'optimizations.created',
  'requested',
  'objects.modified',
  'objects.created',
  'versions.created',
] as const

export type DateField = (typeof dateFields)[number]

/** What stands in a field whose time never was, by the switch `noDate`. */
const never = { null: null, empty: '', zero: '0000-00-00 00:00:00' } as const

/** A time as the field shows it; null = it never was. */
export function showDate(switches: Switches, field: DateField, ms: number | null): string | null {
  if (ms === null) return never[switches.noDate]
  return inForm(ms, formOf(switches.dates, field))
}

function formOf(forms: DateForms, field: DateField): DateForm {
  if (typeof forms === 'string') return forms
  return forms[field] ?? forms[lastPart(field)] ?? forms['*'] ?? 'spaced'
}

function lastPart(field: string): string {
  return field.slice(field.indexOf('.') + 1)
}

function inForm(ms: number, form: DateForm): string {
  const iso = new Date(ms).toISOString()
  if (form === 'iso') return iso
  if (form === 'spaced') return iso.slice(0, 19).replace('T', ' ')
  if (form === 'Z') return `${iso.slice(0, 19)}Z`
  return `${new Date(ms + offsetOf(form)).toISOString().slice(0, 19)}${form}`
}

/** Milliseconds ahead of UTC. */
function offsetOf(form: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(form) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

/** What is wrong with a value of the switch `dates`; undefined = nothing. */
export function wrongForms(given: unknown): string | undefined {
  if (typeof given === 'string') return isForm(given) ? undefined : `"${given}" is no form of a date`
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'it is no form and no map of forms'
  const fields = ['*', ...dateFields, ...dateFields.map(lastPart)]
  for (const [field, form] of Object.entries(given)) {
    if (!fields.includes(field)) return `no field "${field}" holds a date${meant(field, fields)}`
    if (typeof form !== 'string' || !isForm(form)) return `"${String(form)}" is no form of a date`
  }
  return undefined
}

function isForm(form: string): boolean {
  return ['spaced', 'iso', 'Z'].includes(form) || /^[+-](0\d|1[0-4]):?[0-5]\d$/.test(form)
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
