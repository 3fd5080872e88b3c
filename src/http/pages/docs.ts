/** The API's description for people to read: the same document that programs get, as a page. */

import { html } from 'hono/html'
import { type Content, type Described, GENERAL, type OpenApi } from '../openapi/document.ts'
import type { JsonSchema } from '../openapi/json-schema.ts'
import { type Html, layout, table } from './layout.ts'

export function docsPage({ tags, paths, components }: OpenApi): Html {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const body = html`<p>For programs the same is at <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
    <ul>${GENERAL.map((sentence) => html`<li>${sentence}</li>`)}</ul>
    ${tags.map(
      ({ name }) => html`<h2>${name}</h2>
        ${all.filter(({ operation }) => operation.tags.includes(name)).map(({ method, path, operation }) => shown(method, path, operation))}`,
    )}
    <h2>Shapes</h2>
    ${Object.entries(components.schemas).map(
      ([name, schema]) => html`<h3 id="${name}">${name}</h3>${fields(name, schema)}`,
    )}`
  return layout({ title: 'API', place: '/docs' }, body)
}

function shown(method: string, path: string, operation: Described): Html {
  const { operationId, summary, description, parameters, requestBody, responses, security } = operation
  const right = security[0]?.bearer[0]
  return html`<section aria-labelledby="${operationId}">
    <h3 id="${operationId}"><code>${method} ${path}</code></h3>
    <p>${summary}. ${description ?? ''} <span class="quiet">${right === undefined ? 'Needs no token.' : `Needs the right to ${right}.`}</span></p>
    ${table(
      'Parameters',
      ['Name', 'Where', 'What'],
      parameters.map((one) => [
        html`<code>${one.name}</code>`,
        one.in,
        html`${typeText(one.schema)}${one.required ? '' : ', optional'}. ${one.description ?? ''}`,
      ]),
    )}
    ${requestBody === undefined ? '' : fields(requestBody.required ? 'Body' : 'Body, may be left out', schemaOf(requestBody.content))}
    ${table(
      'Answers',
      ['Status', 'What', 'Shape'],
      Object.entries(responses).flatMap(([status, response]) =>
        '$ref' in response ? [] : [[status, response.description, typeText(schemaOf(response.content))]],
      ),
    )}
  </section>`
}

function schemaOf(content: Content = {}): JsonSchema {
  return Object.values(content)[0]?.schema ?? NOTHING
}

const NOTHING: JsonSchema = { type: 'nothing' }

function fields(title: string, schema: JsonSchema): Html | '' {
  const { properties, required = [], description = '' } = schema
  if (properties === undefined) return html`<p>${typeText(schema)}. ${description}</p>`
  return table(
    title,
    ['Field', 'Type', 'What'],
    Object.entries(properties).map(([name, field]) => [
      html`<code>${name}</code>${required.includes(name) ? '' : ' (optional)'}`,
      typeText(field),
      field.description ?? '',
    ]),
  )
}

function typeText(schema: JsonSchema): Html {
  const { $ref, type, format, anyOf, items, properties, additionalProperties } = schema
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? ''
    return html`<a href="#${name}">${name}</a>`
  }
  if (anyOf !== undefined) return html`${anyOf.map((one, i) => html`${i === 0 ? '' : ' or '}${typeText(one)}`)}`
  if (items !== undefined) return html`list of ${typeText(items)}`
  if (schema.const !== undefined) return html`"${String(schema.const)}"`
  if (schema.enum !== undefined) return html`${schema.enum.map((one) => `"${one}"`).join(', ')}`
  if (properties !== undefined) return html`{ ${Object.keys(properties).join(', ')} }`
  if (additionalProperties) return html`object of ${typeText(additionalProperties)}`
  return html`${format ?? type ?? 'anything'}`
}
