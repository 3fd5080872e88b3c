/**
 * The API against requests that are made from its own document, as it is served: addresses, queries and bodies that fit it,
 * and the same with one part put out of shape. Nothing is an error of ours and every answer is as it is described (`ask` checks
 * that). `npm run test:soak` sends 5,000.
 */

import fc from 'fast-check'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import type { JsonSchema } from '../../src/http/openapi/json-schema.ts'
import { idOf } from '../support/asking.ts'
import { ask } from '../support/door.ts'
import type {} from '../support/node/soak.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { makeWorld, type World } from '../support/world.ts'

const { pairs } = inject('soak')
const RUNS = pairs > 100 ? 5_000 : 400

interface Described {
  readonly operationId: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema: JsonSchema
  }[]
  readonly requestBody?: { readonly content: { readonly [type: string]: { readonly schema: JsonSchema } } }
}

interface Document {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Described } }
  readonly components?: { readonly schemas?: { readonly [name: string]: JsonSchema } }
}

let world: World
let document: Document
let known: { readonly run: string; readonly project: number }

beforeAll(async () => {
  world = await makeWorld(DELETE_OLD, [...staleMany(2), { name: 'Work/a', description: 'Mine.' }])
  const { id } = await world.tick(Date.now())
  known = { run: id, project: await idOf(world, 'Work/a') }
  await world.stub.pause('the test')
  document = (await (await ask(world, '/openapi.json')).json()) as Document
})

/** Values that fit a schema. What a pattern wants is made of what matches those that the document has. */
function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  const given = schema as JsonSchema & {
    readonly $ref?: string
    readonly anyOf?: readonly JsonSchema[]
    readonly oneOf?: readonly JsonSchema[]
    readonly allOf?: readonly JsonSchema[]
    readonly type?: string | readonly string[]
    readonly properties?: { readonly [name: string]: JsonSchema }
    readonly required?: readonly string[]
    readonly additionalProperties?: JsonSchema | boolean
    readonly items?: JsonSchema
    readonly pattern?: string
    readonly format?: string
  }
  if (given.$ref !== undefined) {
    return fitting(document.components?.schemas?.[given.$ref.split('/').at(-1) ?? ''] ?? {})
  }
  const choices = given.anyOf ?? given.oneOf
  if (choices !== undefined) return fc.oneof(...choices.map(fitting))
  if (given.const !== undefined) return fc.constant(given.const)
  if (given.enum !== undefined) return fc.constantFrom(...given.enum)
  const [type] = [given.type].flat()
  switch (type) {
    case 'object': {
      const { properties = {}, required = [], additionalProperties } = given
      const fields = fc.record(
        Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, fitting(one)])),
        { requiredKeys: required.filter((name) => name in properties) },
      )
      if (typeof additionalProperties !== 'object') return fields
      const more = fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), fitting(additionalProperties), {
        maxKeys: 3,
        minKeys: 1,
      })
      return fc.tuple(fields, more).map(([own, others]) => ({ ...others, ...own }))
    }
    case 'array':
      return fc.array(fitting(given.items ?? {}), { minLength: given.minItems ?? 0, maxLength: 3 })
    case 'integer':
    case 'number':
      return fc.integer({ min: given.minimum ?? 0, max: given.maximum ?? 2 ** 40 })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return texts(given.pattern, given.format, given.maxLength)
  }
}

function texts(pattern: string | undefined, format: string | undefined, most = 200): fc.Arbitrary<unknown> {
  if (format === 'date') return fc.constantFrom('2099-01-31', '2099-12-31')
  if (format === 'date-time') return fc.constantFrom('2099-01-31T00:00:00Z')
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return fc.oneof(
    fc.string({ maxLength: Math.min(most, 60), unit: 'grapheme' }),
    fc.constantFrom('Work/a', 'old', 'a'.repeat(most), known.run, String(known.project)),
  )
}

/** One part of it is something else. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    2 ** 53,
    1e300,
    '',
    ' ',
    '\u0000',
    '\ud800',
    '../..',
    '[keep]',
    [],
    {},
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constant('k'.repeat(25_000)),
)

interface Sent {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

function requestsOf(path: string, method: string, { parameters = [], requestBody }: Described): fc.Arbitrary<Sent> {
  const body = Object.values(requestBody?.content ?? {})[0]?.schema
  return fc
    .record({
      values: fc.tuple(...parameters.map(({ schema, required = false }) => maybe(fitting(schema), required))),
      spoilt: fc.option(fc.nat(parameters.length), { freq: 3 }),
      odd,
      body: body === undefined ? fc.constant(undefined) : fitting(body),
      key: fc.constantFrom('nothing', 'mode', 'name', 'description', 'parameters', 'rules', 'until', '__proto__'),
      ours: fc.boolean(),
    })
    .map(({ values, spoilt, odd: strange, body: fits, key, ours }) => {
      let where = path
      const query: string[] = []
      for (const [n, parameter] of parameters.entries()) {
        const isOwn = ours && parameter.in === 'path'
        const usual = isOwn ? (parameter.name === 'id' ? known.run : known.project) : values[n]
        const value = spoilt === n ? strange : usual
        if (value === undefined) continue
        const text = encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed())
        if (parameter.in === 'path') where = where.replace(`{${parameter.name}}`, text || '%20')
        else if (parameter.in === 'query') query.push(`${parameter.name}=${text}`)
      }
      const isSpoilt = spoilt === parameters.length && typeof fits === 'object' && fits !== null
      return {
        method: method.toUpperCase(),
        path: `${where.replaceAll(/\{\w+\}/g, 'x')}${query.length === 0 ? '' : `?${query.join('&')}`}`,
        body: isSpoilt ? { ...fits, [key]: strange } : fits,
      }
    })
}

function maybe(values: fc.Arbitrary<unknown>, required: boolean): fc.Arbitrary<unknown> {
  return required ? values : fc.option(values, { nil: undefined })
}

describe(`the API, by its own document, ${RUNS} times`, { timeout: 60_000 + RUNS * 200 }, () => {
  it('answers each request that is made of it, and as it says', async () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { operationId }]) => operationId !== undefined && !['pause', 'resume'].includes(operationId))
        .map(([method, operation]) => requestsOf(path, method, operation)),
    )
    expect(operations.length).toBeGreaterThan(20)
    const statuses = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(fc.oneof(...operations), async ({ method, path, body }) => {
        const withBody = method === 'GET' || body === undefined ? {} : { body: JSON.stringify(body) }
        const answer = await ask(world, path, { method, ...withBody })
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        if (answer.status === 503) expect(path).toMatch(/^\/health/)
        else expect(answer.status).toBeLessThan(500)
      }),
      { numRuns: RUNS },
    )
    for (const status of [200, 202, 400, 404, 422]) expect([status, statuses.get(status) ?? 0]).not.toContain(0)
  })
})
