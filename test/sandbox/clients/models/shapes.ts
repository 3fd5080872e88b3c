/** What the models of the two clients are written in: Python's pydantic, as far as answers go. Unknown fields are ignored. */
import * as v from 'valibot'

export const text = v.string()
export const flag = v.boolean()
export const real = v.number()
export const whole = v.pipe(v.number(), v.integer())

/** A date as pydantic takes it: a day, a time, and perhaps a zone. No year 0, and not empty. */
export const date = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{3}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/),
  v.check((value) => !Number.isNaN(Date.parse(value.slice(0, 10))), 'no such day'),
)

type Fields = { readonly [field: string]: v.GenericSchema }

/** An object of which every field may be missing or null, as the MCP server's models have it. */
export function loose(fields: Fields): v.GenericSchema {
  const entries = Object.entries(fields).map(([field, schema]) => [field, v.nullish(schema)])
  return v.pipe(plain, v.object(Object.fromEntries(entries)))
}

/** An object of these fields; what may be missing says so itself. */
export function strict(fields: Fields): v.GenericSchema {
  return v.pipe(plain, v.object(fields))
}

/** A list is no object, which JavaScript does not say by itself. */
const plain = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'not an object',
)

export function mapOf(schema: v.GenericSchema): v.GenericSchema {
  return v.pipe(plain, v.record(v.string(), schema))
}

/** Many fields of one type. */
export function fieldsOf(names: string, schema: v.GenericSchema): Fields {
  return Object.fromEntries(
    names
      .split(/\s+/)
      .filter(Boolean)
      .map((name) => [name, schema]),
  )
}
