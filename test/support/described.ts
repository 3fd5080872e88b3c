/** Holds every answer of the API against its description: the OpenAPI document, and the very schemas it is made from. */

import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js'
import * as v from 'valibot'
import type { Operation } from '../../src/http/api/operation.ts'
import { OPERATIONS } from '../../src/http/api/operations.ts'
import { Problem } from '../../src/http/api/shapes.ts'
import { type Content, openApiDocument } from '../../src/http/openapi/document.ts'

const { components, paths } = openApiDocument()
const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema({ $id: 'api', components })
const compiled = new Map<string, ValidateFunction>()

/** Throws when an answer of an operation is not as described; what is no operation is let through. */
export async function checkDescribed(method: string, path: string, answer: Response): Promise<void> {
  const operation = operationAt(method, path)
  if (operation === undefined) return
  const where = `${method} ${path} answered ${answer.status}`
  const response = responseOf(operation, answer.status)
  if (response === undefined) throw new Error(`${where}, which its description does not know.`)
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? ''
  const body = await answer.clone().text()
  if (response.content === undefined) {
    if (body !== '') throw new Error(`${where} with a body, and its description has none.`)
    return
  }
  const schema = response.content[type]?.schema
  if (schema === undefined) throw new Error(`${where} as "${type}", which its description does not know.`)
  if (method === 'HEAD') return
  const value: unknown = type.endsWith('json') ? JSON.parse(body) : body
  const valid = validator(`${operation.id} ${answer.status}`, schema)
  if (!valid(value)) throw new Error(`${where}, not as described: ${ajv.errorsText(valid.errors)}`)
  const shape = exactShape(operation, answer.status)
  const exact = shape === null ? null : v.safeParse(shape, value)
  if (exact !== null && !exact.success) {
    throw new Error(`${where}, not exactly as described: ${v.getDotPath(exact.issues[0])} ${exact.issues[0].message}`)
  }
}

function operationAt(method: string, path: string): Operation | undefined {
  const wanted = path.split('?')[0] ?? ''
  const asked = method === 'HEAD' ? 'GET' : method
  return OPERATIONS.find((one) => {
    const pattern = new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    return one.method === asked && pattern.test(wanted)
  })
}

function responseOf({ path, method }: Operation, status: number): { readonly content?: Content } | undefined {
  const response = paths[path]?.[method.toLowerCase()]?.responses[status]
  return response !== undefined && '$ref' in response ? components.responses.Problem : response
}

function validator(key: string, schema: object): ValidateFunction {
  const known = compiled.get(key)
  if (known !== undefined) return known
  const inApi = JSON.stringify(schema).replaceAll('#/components', 'api#/components')
  const made = ajv.compile(JSON.parse(inApi))
  compiled.set(key, made)
  return made
}

/** The schema itself, which takes no field more; a problem's where nothing else is declared. */
function exactShape({ answers }: Operation, status: number): v.GenericSchema | null {
  const answer = answers[status]
  return typeof answer === 'object' ? answer.shape : Problem
}
