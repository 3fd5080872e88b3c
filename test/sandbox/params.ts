/**
 * Reading request fields the way PHP does: a number may arrive as a string, a boolean as `True`, a list as a list, as
 * `a[0]=…` or as a repeated key; unknown keys are never looked at (§2.0).
 */
import { refuse } from './refusal.ts'

export type Param = string | number | boolean | null | Uint8Array | readonly Param[] | Params

export interface Params {
  readonly [key: string]: Param
}

/** A text, or undefined when the field is missing or null. */
export function text(params: Params, name: string): string | undefined {
  const value = scalar(params[name])
  if (value === undefined || value === null) return undefined
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  return typeof value === 'object' ? undefined : String(value)
}

/** A text that must be there and not empty: `Required parameter compileId is empty` (§2.0). */
export function requiredText(params: Params, name: string): string {
  return text(params, name) || refuse(`Required parameter ${name} is empty`)
}

/** An integer by PHP's `intval`: what can't be read is 0. Undefined when missing or empty. */
export function integer(params: Params, name: string): number | undefined {
  const value = text(params, name)
  if (value === undefined || value === '') return undefined
  const number = Number.parseInt(value, 10)
  return Number.isNaN(number) ? 0 : number
}

/** An integer that must be there. PHP's `empty()` takes 0 for missing. */
export function requiredInteger(params: Params, name: string): number {
  return integer(params, name) || refuse(`Required parameter ${name} is empty`)
}

/** A boolean; forms carry `True`, `true` or `1` (§2.0). */
export function flag(params: Params, name: string): boolean | undefined {
  const value = text(params, name)
  return value === undefined ? undefined : ['1', 'true'].includes(value.toLowerCase())
}

/** A list in any of its forms; `parameters=` (empty text) is the empty list; undefined when missing. */
export function list(params: Params, name: string): readonly Param[] | undefined {
  const value = params[name]
  if (value === undefined || value === null) return undefined
  if (value === '') return []
  if (isList(value)) return value
  return isParams(value) ? Object.values(value) : [value]
}

/** A map from names to values; a list of one is a map with numbered keys, as in PHP. */
export function map(params: Params, name: string): Params | undefined {
  const value = params[name]
  if (isList(value)) return Object.fromEntries(value.map((item, index) => [String(index), item]))
  return isParams(value) ? value : undefined
}

export function isParams(value: Param | undefined): value is Params {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Uint8Array)
}

function isList(value: Param | undefined): value is readonly Param[] {
  return Array.isArray(value)
}

/** PHP keeps the last of a repeated key. */
function scalar(value: Param | undefined): Param | undefined {
  return isList(value) ? value.at(-1) : value
}
