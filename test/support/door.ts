/** The Worker's doors with the settings of one world. */

import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { Env } from '../../src/env.ts'
import worker from '../../src/index.ts'
import { checkDescribed } from './described.ts'
import type { World } from './world.ts'

export const TOKEN = 'dev-admin-token'

/** Not those of development, which a deployed Worker refuses. */
export const WEBHOOK_SECRET = 'whsec_jRLtAqRzb0X6QBvYy1Cdg5RrR1mUEmCPPMDCqMbmSzU='
export const GITHUB_SECRET = 'the secret of the tests for GitHub'
export const QUANTCONNECT_SECRET = 'the secret of the tests for algorithms'

export interface Asking {
  readonly method?: string
  /** Scheme and host of the Worker's address. */
  readonly at?: string
  readonly body?: BodyInit | object
  /** The bearer; null sends none. */
  readonly bearer?: string | null
  readonly headers?: { readonly [name: string]: string }
  /** Whom Cloudflare Access has signed in: a person by email, or null for somebody without one. */
  readonly access?: { readonly email: string } | null
  /** Settings that are otherwise; undefined takes one away. */
  readonly env?: { readonly [name: string]: string | undefined }
}

/** Limits of requests out of the way; a test of their own has the defaults. */
export const NO_RATES = {
  READS_PER_MINUTE: '1000000',
  WRITES_PER_MINUTE: '1000000',
  NOTIFY_WEB_PER_MINUTE: '1000000',
  HOOKS_PER_MINUTE: '1000000',
} as const

const usual = new WeakMap<object, Env>()

/** The settings of a world's Worker: one object, as the platform hands the same environment to every request. */
export function usualSettings(world: Pick<World, 'name' | 'sandbox'>): Env {
  const known = usual.get(world)
  if (known !== undefined) return known
  const settings = {
    ...(env as unknown as Env),
    QC_USER_ID: '123',
    QC_API_TOKEN: 'abc',
    QC_ORGANIZATION_ID: world.name,
    ADMIN_TOKEN: TOKEN,
    QC_API_URL: `${world.sandbox}/api/v2`,
    STANDARD_WEBHOOKS_SECRET: WEBHOOK_SECRET,
    GITHUB_SECRET,
    QUANTCONNECT_SECRET,
    ...NO_RATES,
  } as Env
  usual.set(world, settings)
  return settings
}

/** Sends a request to the Worker as the world's organisation. What the API answers must be as it is described. */
export async function ask(
  world: Pick<World, 'name' | 'sandbox'>,
  path: string,
  asking: Asking = {},
): Promise<Response> {
  const { method = 'GET', at = 'https://localhost', body, bearer = TOKEN, headers = {} } = asking
  const isPlain = typeof body === 'object' && Object.getPrototypeOf(body) === Object.prototype
  const request = new Request(`${at}${path}`, {
    method,
    headers: {
      'cf-connecting-ip': someAddress(),
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isPlain ? JSON.stringify(body) : (body as BodyInit) }),
  })
  const settings = asking.env === undefined ? usualSettings(world) : ({ ...usualSettings(world), ...asking.env } as Env)
  const answer: Response = await worker.fetch(request as never, settings, contextOf(asking.access))
  await checkDescribed(method, new URL(request.url).pathname, answer)
  return answer
}

/** A context as the platform gives it; with Access in front, it says who is signed in. */
function contextOf(access: Asking['access']): ExecutionContext {
  const context = createExecutionContext()
  if (access === undefined) return context
  const said = { aud: 'test', getIdentity: () => Promise.resolve(access ?? undefined) }
  return new Proxy(context, { get: (target, key) => (key === 'access' ? said : Reflect.get(target, key, target)) })
}

/** A network nobody has used: failures are counted per address, and no test should wait for those of another. */
function someAddress(): string {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint16Array(2))
  return `2001:db8:${a.toString(16)}:${b.toString(16)}::1`
}
