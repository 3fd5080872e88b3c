/**
 * One API request in any encoding its clients use (§2.0): GET with a query, JSON, urlencoded with PHP nesting, multipart,
 * no body at all; double and trailing slashes; credentials in headers or in the query (§1.1).
 */
import type { IncomingHttpHeaders } from 'node:http'
import { parseForm } from './forms.ts'
import type { Param, Params } from './params.ts'

export interface ApiRequest {
  readonly method: string
  /** The path as it came, such as `/api/v2//projects/read`. */
  readonly url: string
  /** Its name, such as `projects/read`. */
  readonly endpoint: string
  /** Where the world is, such as `http://127.0.0.1:5612/w/my-test`. */
  readonly base: string
  readonly params: Params
  readonly authorization: string | undefined
  readonly timestamp: string | undefined
  /** False when the body was said to be JSON and is not. */
  readonly readable: boolean
  /** Whether the body was JSON; some fields are only proven in forms (§10.9). */
  readonly json: boolean
  readonly bytes: number
}

export async function decodeRequest(
  method: string,
  url: string,
  rest: string,
  headers: IncomingHttpHeaders,
  body: Uint8Array,
): Promise<ApiRequest> {
  const [path = '', ...query] = rest.split('?')
  const { authorization, timestamp, ...asked } = parseForm(new URLSearchParams(query.join('?')))
  const sent = await decodeBody(headers['content-type'] ?? '', body)
  return {
    method,
    url: url.split('?')[0] ?? url,
    endpoint: path.split('/').filter(Boolean).join('/'),
    base: `http://${headers.host ?? ''}${/^\/w\/[^/?]+/.exec(url)?.[0] ?? ''}`,
    params: { ...asked, ...sent },
    authorization: headers.authorization ?? (typeof authorization === 'string' ? `Basic ${authorization}` : undefined),
    timestamp: header(headers.timestamp) ?? (typeof timestamp === 'string' ? timestamp : undefined),
    readable: sent !== undefined,
    json: isJson(headers['content-type'] ?? '', body),
    bytes: body.length,
  }
}

/** The fields of a body, or undefined when it can't be read. */
async function decodeBody(type: string, body: Uint8Array): Promise<Params | undefined> {
  if (body.length === 0) return {}
  if (type.includes('multipart/form-data')) return decodeMultipart(type, body)
  const written = new TextDecoder().decode(body)
  return isJson(type, body) ? decodeJson(written) : parseForm(new URLSearchParams(written))
}

/** By its content type; without one, by its first character. */
function isJson(type: string, body: Uint8Array): boolean {
  return type.includes('json') || (type === '' && body[0] === 0x7b)
}

function decodeJson(written: string): Params | undefined {
  try {
    const value: unknown = JSON.parse(written)
    return typeof value === 'object' && value !== null ? (value as Params) : {}
  } catch {
    return undefined
  }
}

async function decodeMultipart(type: string, body: Uint8Array): Promise<Params | undefined> {
  try {
    const form = await new Response(Buffer.from(body), { headers: { 'content-type': type } }).formData()
    const fields: [string, Param][] = []
    for (const [key, value] of form) {
      fields.push([key, typeof value === 'string' ? value : new Uint8Array(await value.arrayBuffer())])
    }
    return parseForm(fields)
  } catch {
    return undefined
  }
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
