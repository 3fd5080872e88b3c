/** The Worker's doors with the settings of one world. */

import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { Env } from '../../src/env.ts'
import worker from '../../src/index.ts'
import type { World } from './world.ts'

export const TOKEN = 'dev-admin-token'

export interface Asking {
  readonly method?: string
  readonly body?: BodyInit | object
  /** The bearer; null sends none. */
  readonly bearer?: string | null
  readonly headers?: { readonly [name: string]: string }
  /** Settings that are otherwise; undefined takes one away. */
  readonly env?: { readonly [name: string]: string | undefined }
}

/** Sends a request to the Worker as the world's organisation. */
export function ask(world: Pick<World, 'name' | 'sandbox'>, path: string, asking: Asking = {}): Promise<Response> {
  const { method = 'GET', body, bearer = TOKEN, headers = {} } = asking
  const isPlain = typeof body === 'object' && Object.getPrototypeOf(body) === Object.prototype
  const request = new Request(`https://leansweep.example${path}`, {
    method,
    headers: {
      'cf-connecting-ip': someAddress(),
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isPlain ? JSON.stringify(body) : (body as BodyInit) }),
  })
  const settings = {
    ...(env as unknown as Env),
    QC_USER_ID: '123',
    QC_API_TOKEN: 'abc',
    QC_ORGANIZATION_ID: world.name,
    ADMIN_TOKEN: TOKEN,
    QC_API_URL: `${world.sandbox}/api/v2`,
    ...asking.env,
  } as Env
  return Promise.resolve(worker.fetch(request as never, settings, createExecutionContext()))
}

/** A network nobody has used: failures are counted per address, and no test should wait for those of another. */
function someAddress(): string {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint16Array(2))
  return `2001:db8:${a.toString(16)}:${b.toString(16)}::1`
}
