/** The API's description: valid by another author's validator, and as the official converter would write it. */

import { Validator } from '@seriousme/openapi-schema-validator'
import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { OPERATIONS } from '../../../src/http/api/operations.ts'
import { createApp } from '../../../src/http/app.ts'
import { openApiDocument } from '../../../src/http/openapi/document.ts'
import { createConverter, type JsonSchema } from '../../../src/http/openapi/json-schema.ts'

const document = openApiDocument()

describe('the OpenAPI document', () => {
  it('is valid by an independent validator', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)))
    expect(result).toMatchObject({ valid: true })
  })

  it('describes every route of the API, and none that there is not', () => {
    const routes = createApp()
      .routes.filter(({ method, path }) => path.startsWith('/api/') && method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`)
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    expect(described.filter((one) => one.includes('/api/')).sort()).toEqual(routes.sort())
  })

  it('gives every operation a name of its own, and every parameter of its address', () => {
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length)
    for (const { path, params = {} } of OPERATIONS) {
      expect([path, Object.keys(params)]).toEqual([path, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)])
    }
  })

  const shapes = OPERATIONS.flatMap(({ id, body, params, query, answers }) => [
    ...(body === undefined ? [] : [[`the body of ${id}`, body, 'request'] as const]),
    ...Object.entries({ ...params, ...query }).map(
      ([name, schema]) => [`${name} of ${id}`, schema, 'request'] as const,
    ),
    ...Object.entries(answers).flatMap(([status, answer]) =>
      typeof answer === 'string' || answer.shape === null
        ? []
        : [[`${status} of ${id}`, answer.shape, 'answer'] as const],
    ),
  ])

  it.each(shapes)('says of %s what the official converter says', (_what, schema, use) => {
    expect(ours(schema, use)).toEqual(theirs(schema, use))
  })

  it('refuses to describe what it does not know', () => {
    const { convert } = createConverter()
    expect(() => convert(v.date(), 'answer')).toThrow('A schema of type "date" has no place')
    expect(() => convert(v.pipe(v.string(), v.emoji()), 'answer')).toThrow('A check of type "emoji" has no place')
  })
})

/** With references followed, so that it stands alone. */
function ours(schema: v.GenericSchema, use: 'request' | 'answer'): unknown {
  const { convert, named } = createConverter()
  const converted = convert(schema, use)
  return follow(converted)

  function follow(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(follow)
    if (typeof value !== 'object' || value === null) return value
    const { $ref, ...rest } = value as JsonSchema
    const meant = $ref === undefined ? {} : named.get($ref.replace('#/components/schemas/', ''))
    const all = { ...meant, ...rest }
    return Object.fromEntries(Object.entries(all).map(([key, inner]) => [key, follow(inner)]))
  }
}

/** Without what we leave out on purpose: titles (names of schemas here), and the closed door to more fields in answers. */
function theirs(schema: v.GenericSchema, use: 'request' | 'answer'): unknown {
  const { $schema: _, ...made } = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' })
  return reduce(made)

  function reduce(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(reduce)
    if (typeof value !== 'object' || value === null) return value
    const kept = Object.entries(value).filter(([key, inner]) => !(key === 'title' && typeof inner === 'string'))
    const told = kept.filter(([key]) => key !== 'propertyNames') // names are always texts
    const open = told.filter(([key, inner]) => use === 'request' || key !== 'additionalProperties' || inner !== false)
    return Object.fromEntries(open.map(([key, inner]) => [key, reduce(inner)]))
  }
}
