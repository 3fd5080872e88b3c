/**
 * From a valibot schema to the JSON Schema that OpenAPI 3.1 speaks: the kinds this API uses, and no others. It is made
 * while the Worker runs, so that the document can't be older than the checks; the official converter is five times as
 * large and is the second opinion in the tests.
 */

import type * as v from 'valibot'

export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly description?: string
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxLength?: number
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: { readonly [key: string]: JsonSchema }
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | false
}

/** A part of a schema, looked at as data. */
type Part = v.GenericSchema & { readonly [key: string]: unknown }
type Action = { readonly type: string; readonly requirement?: unknown; readonly [key: string]: unknown }

export interface Converter {
  /** `request`: unknown keys are refused, and the document says so. `answer`: more fields may come in later versions. */
  convert(schema: v.GenericSchema, use: 'request' | 'answer'): JsonSchema
  /** The schemas with a title met so far; others refer to them by it. */
  readonly named: ReadonlyMap<string, JsonSchema>
}

export function createConverter(): Converter {
  const named = new Map<string, JsonSchema>()

  function convert(schema: v.GenericSchema, use: 'request' | 'answer'): JsonSchema {
    const [base, ...actions] = ((schema as Part).pipe ?? [schema]) as [Part, ...Action[]]
    const title = actions.find(({ type }) => type === 'title')?.title as string | undefined
    const make = (): JsonSchema => {
      const what = base.pipe === undefined ? kind(base, use) : convert(base, use)
      return Object.assign({}, what, ...actions.map((action) => said(action, base.type === 'array')))
    }
    if (title === undefined) return make()
    if (!named.has(title)) named.set(title, make())
    return { $ref: `#/components/schemas/${title}` }
  }

  function kind(schema: Part, use: 'request' | 'answer'): JsonSchema {
    switch (schema.type) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
        return { type: schema.type }
      case 'literal':
        return { const: schema.literal }
      case 'picklist':
        return { type: typeof (schema.options as unknown[])[0], enum: schema.options as (string | number)[] }
      case 'array':
        return { type: 'array', items: convert(schema.item as Part, use) }
      case 'record':
        return { type: 'object', additionalProperties: convert(schema.value as Part, use) }
      case 'union':
        return { anyOf: (schema.options as Part[]).map((option) => convert(option, use)) }
      case 'nullable':
        return { anyOf: [convert(schema.wrapped as Part, use), { type: 'null' }] }
      case 'optional':
      case 'exact_optional':
        return {
          ...convert(schema.wrapped as Part, use),
          ...(schema.default === undefined ? {} : { default: schema.default }),
        }
      case 'strict_object':
        return object(schema.entries as { readonly [key: string]: Part }, use)
      default:
        throw new TypeError(`A schema of type "${schema.type}" has no place in the API's description.`)
    }
  }

  function object(entries: { readonly [key: string]: Part }, use: 'request' | 'answer'): JsonSchema {
    const keys = Object.keys(entries)
    return {
      type: 'object',
      properties: Object.fromEntries(keys.map((key) => [key, convert(entries[key] as Part, use)])),
      required: keys.filter((key) => !entries[key]?.type.endsWith('optional')),
      ...(use === 'request' ? { additionalProperties: false } : {}),
    }
  }

  return { convert, named }
}

/** What a check says of the value it checks. */
function said(action: Action, isList: boolean): JsonSchema {
  switch (action.type) {
    case 'description':
      return { description: action.description as string }
    case 'integer':
      return { type: 'integer' }
    case 'min_value':
      return { minimum: action.requirement as number }
    case 'max_value':
      return { maximum: action.requirement as number }
    case 'min_length':
      return { minItems: action.requirement as number } // of lists alone: a text is checked by a pattern
    case 'max_length':
      return isList ? { maxItems: action.requirement as number } : { maxLength: action.requirement as number }
    case 'iso_timestamp':
      return { format: 'date-time' }
    case 'iso_date':
      return { format: 'date' }
    case 'url':
      return { format: 'uri' }
    case 'regex':
      return { pattern: (action.requirement as RegExp).source }
    case 'title':
    case 'check':
      return {}
    default:
      throw new TypeError(`A check of type "${action.type}" has no place in the API's description.`)
  }
}
