/** Checks what stands in an address: its parameters and its query, against their schemas. */

import * as v from 'valibot'
import { notAKey } from '../body.ts'
import { problem } from '../problem.ts'
import type { DoorContext } from './operation.ts'

export type Checked =
  | { readonly ok: true; readonly values: { readonly [name: string]: unknown } }
  | { readonly ok: false; readonly response: Response }

/**
 * The query, whose unknown keys are refused: a misspelt one would silently do nothing. `isPublic`: anybody may have sent
 * it, and nothing of it is repeated (G29).
 */
export function checkQuery(c: DoorContext, entries: v.ObjectEntries, isPublic: boolean): Checked {
  const query = c.req.query()
  const unknown = Object.keys(query).find((name) => !Object.hasOwn(entries, name))
  if (unknown === undefined) return checkAll(c, entries, query)
  const keys = Object.keys(entries)
  const detail = isPublic
    ? `This address does not take that query parameter. ${keys.length === 0 ? 'There is none.' : `Known: ${keys.join(', ')}.`}`
    : notAKey(unknown, 'a query parameter of this address', keys)
  return { ok: false, response: problem(c, 400, { title: 'Unknown query parameter', detail }) }
}

export function checkAll(
  c: DoorContext,
  entries: v.ObjectEntries,
  given: { readonly [name: string]: string | undefined },
): Checked {
  const values: { [name: string]: unknown } = {}
  for (const [name, schema] of Object.entries(entries)) {
    const result = v.safeParse(schema, typed(given[name], schema))
    if (!result.success) {
      const detail = `"${name}" ${result.issues[0].message}.`
      return { ok: false, response: problem(c, 400, { title: `Bad ${name}`, detail }) }
    }
    values[name] = result.output
  }
  return { ok: true, values }
}

/** Digits are a number where the schema wants one. */
function typed(text: string | undefined, schema: v.GenericSchema): unknown {
  const inner = 'wrapped' in schema ? (schema.wrapped as v.GenericSchema) : schema
  return inner.type === 'number' && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text
}
