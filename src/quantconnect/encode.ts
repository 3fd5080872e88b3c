/** How a request is written down. Pure. */

import type { Fields } from './answer.ts'
import type { Mutation } from './permit.ts'

export interface Request {
  readonly path: string
  readonly contentType: string
  readonly body: string
}

/**
 * Who edits. QuantConnect compares it with the lock of a project that somebody has open, and refuses the change; a change
 * without it goes through that lock, which is what `lean cloud push --force` does. So every change names us.
 */
const EDITOR = { codeSourceId: 'leansweep' }

/** Reads are POST with JSON, the documented form of every endpoint. */
export function encodeRead(path: string, fields: Fields): Request {
  return json(path, fields)
}

/** Exactly the documented fields of each endpoint, whatever else the mutation may hold. */
export function encodeMutation(mutation: Mutation): Request {
  switch (mutation.endpoint) {
    case 'projects/create': {
      const { endpoint, name, language, organizationId } = mutation
      return json(endpoint, { name, language, ...(organizationId === undefined ? {} : { organizationId }) })
    }
    case 'projects/update':
      return encodeUpdate(mutation)
    case 'projects/delete':
      return json(mutation.endpoint, { projectId: mutation.projectId })
    case 'files/create':
    case 'files/update': {
      const { endpoint, projectId, name, content } = mutation
      return json(endpoint, { projectId, name, content, ...EDITOR })
    }
  }
}

/**
 * JSON for the documented name and description. Parameters and libraries are only proven in the form encoding that lean-cli
 * sends (lean/components/api/project_client.py): `parameters[0][key]=…`, an empty `parameters=` to clear the set, `libraries[0]=…`.
 */
function encodeUpdate(mutation: Mutation & { endpoint: 'projects/update' }): Request {
  const { endpoint, projectId, name, description, parameters, libraries } = mutation
  const texts = { ...(name === undefined ? {} : { name }), ...(description === undefined ? {} : { description }) }
  if (parameters === undefined && libraries === undefined) return json(endpoint, { projectId, ...texts, ...EDITOR })

  const form = new URLSearchParams({ projectId: String(projectId), ...texts, ...EDITOR })
  for (const [index, { key, value, more = {} }] of (parameters ?? []).entries()) {
    form.append(`parameters[${index}][key]`, key)
    form.append(`parameters[${index}][value]`, value)
    for (const [field, given] of Object.entries(more)) form.append(`parameters[${index}][${field}]`, String(given))
  }
  if (parameters?.length === 0) form.append('parameters', '')
  for (const [index, id] of (libraries ?? []).entries()) form.append(`libraries[${index}]`, String(id))
  return { path: endpoint, contentType: 'application/x-www-form-urlencoded', body: form.toString() }
}

function json(path: string, fields: Fields): Request {
  return { path, contentType: 'application/json', body: JSON.stringify(fields) }
}
