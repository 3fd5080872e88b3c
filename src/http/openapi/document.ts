/** The OpenAPI 3.1 document of the API, made from the operations themselves. */

import type { Operation, Success } from '../api/operation.ts'
import { OPERATIONS } from '../api/operations.ts'
import { Problem } from '../api/shapes.ts'
import { type Converter, createConverter, type JsonSchema } from './json-schema.ts'

export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: { readonly [key: string]: unknown }
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: { readonly [path: string]: { readonly [method: string]: Described } }
  readonly components: {
    readonly schemas: { readonly [name: string]: JsonSchema }
    readonly responses: { readonly [name: string]: Response }
    readonly securitySchemes: object
  }
}

export interface Described {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly security: readonly { readonly bearer: readonly string[] }[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: { readonly [status: string]: Response | { readonly $ref: string } }
}

interface Parameter {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

interface Response {
  readonly description: string
  readonly content?: Content
}

/** By media type. */
export type Content = { readonly [type: string]: { readonly schema: JsonSchema } }

/** What holds for all operations, for people. */
export const GENERAL = [
  'Send "Authorization: Bearer <ADMIN_TOKEN>", or a READ_TOKEN to look only; or be signed in by Cloudflare Access as a person of the policy.',
  'Every error is problem+json (RFC 9457): what happened, why, what to do.',
  'Times are ISO 8601, UTC. Bodies are JSON of at most 64 KiB; unknown keys are refused, with the nearest valid one, and so are keys that come twice.',
  'Each answer has an X-Request-Id, which the log names too; RateLimit-Policy says how often one may ask, RateLimit what is left once that is less than half, and Retry-After when to come again.',
  'With an Idempotency-Key a repeated request is the same run, for 400 days; with another body it is refused.',
  'Other sites are given no leave to call (no CORS).',
]

/** The document of the operations. It names no host: anybody may ask for it, and nothing of a request is repeated (G29). */
export function openApiDocument(operations: readonly Operation[] = OPERATIONS): OpenApi {
  const converter = createConverter()
  const problem = converter.convert(Problem, 'answer')
  const paths: { [path: string]: { readonly [method: string]: Described } } = {}
  for (const operation of operations) {
    const described = { [operation.method.toLowerCase()]: describe(operation, converter) }
    paths[operation.path] = { ...paths[operation.path], ...described }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'leansweep',
      version: '1.0.0',
      description: GENERAL.join('\n\n'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(({ topic }) => topic))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(converter.named),
      responses: { Problem: answerWith('What happened, why, and what to do.', problem, 'application/problem+json') },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  }
}

function describe(operation: Operation, converter: Converter): Described {
  const { id, topic, summary, details, needs, body, mayBeEmpty } = operation
  return {
    operationId: id,
    tags: [topic],
    summary,
    ...(details === undefined ? {} : { description: details }),
    security: needs === 'none' ? [] : [{ bearer: [needs] }],
    parameters: parametersOf(operation, converter),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: mayBeEmpty !== true,
            content: { 'application/json': { schema: converter.convert(body, 'request') } },
          },
        }),
    responses: responsesOf(operation, converter),
  }
}

function parametersOf({ params, query, submits }: Operation, converter: Converter): readonly Parameter[] {
  const path = Object.entries(params ?? {}).map(([name, schema]) => {
    return parameter('path', name, true, converter.convert(schema, 'request'))
  })
  const asked = Object.entries(query ?? {}).map(([name, schema]) => {
    return parameter('query', name, schema.type !== 'optional', converter.convert(schema, 'request'))
  })
  if (submits !== true) return [...path, ...asked]
  const description = 'Up to 200 visible ASCII characters, with or without quotation marks.'
  return [...path, ...asked, parameter('header', 'Idempotency-Key', false, { type: 'string', description })]
}

function parameter(place: Parameter['in'], name: string, required: boolean, schema: JsonSchema): Parameter {
  const { description, ...rest } = schema
  return { in: place, name, required, ...(description === undefined ? {} : { description }), schema: rest }
}

function responsesOf(operation: Operation, converter: Converter): Described['responses'] {
  const told = Object.entries(operation.answers).map(([status, answer]) => {
    return [status, typeof answer === 'string' ? problemThat(answer) : success(answer, converter)]
  })
  return {
    ...Object.fromEntries(implied(operation).map((status) => [status, PROBLEM])),
    ...(operation.tagged === true ? { 304: NOT_MODIFIED } : {}),
    ...Object.fromEntries(told),
  }
}

/** What the checks before a handler may answer. */
function implied({ needs, body }: Operation): readonly string[] {
  return [
    '400',
    '403',
    ...(needs === 'none' ? ['429'] : ['401', '429', '503']),
    ...(body === undefined ? [] : ['413', '415', '422']),
    '500',
  ]
}

const NOT_MODIFIED: Response = { description: 'If-None-Match names the ETag it still has.' }

const PROBLEM = { $ref: '#/components/responses/Problem' }

function problemThat(means: string): Response {
  return answerWith(means, { $ref: '#/components/schemas/Problem' }, 'application/problem+json')
}

function success({ means, shape, type = 'application/json' }: Success, converter: Converter): Response {
  return shape === null ? { description: means } : answerWith(means, converter.convert(shape, 'answer'), type)
}

function answerWith(description: string, schema: JsonSchema, type: string): Response {
  return { description, content: { [type]: { schema } } }
}
