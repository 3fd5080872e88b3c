/** Each secret that lets somebody in may have two values while it is changed: both are good, and the old one is not once it is gone. */

import * as noble from '@noble/ed25519'
import { beforeAll, describe, expect, it } from 'vitest'
import { signedBy } from '../support/discord-person.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { delivery, hook } from '../support/signed.ts'
import { signSlack } from '../support/slack.ts'
import { makeWorld, type World } from '../support/world.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const seconds = () => String(Math.floor(Date.now() / 1_000))

interface Secret {
  readonly old: string
  readonly next: string
  /** What is set for it; the secret itself where left out. */
  readonly settingOf?: (secret: string) => Promise<string>
  /** A request that proves itself with this secret; its status. */
  readonly use: (secret: string, env: { readonly [name: string]: string }) => Promise<number>
}

let world: World
beforeAll(async () => {
  world = await makeWorld(DELETE_OLD, staleMany(1))
})

async function mac(secret: string, text: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', utf8(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(text))).toHex()
}

const SECRETS: { readonly [setting: string]: Secret } = {
  ADMIN_TOKEN: {
    old: 'the-old-admin-token',
    next: 'the-new-admin-token',
    use: async (bearer, env) => (await ask(world, '/api/holds', { bearer, env })).status,
  },
  READ_TOKEN: {
    old: 'the-old-reading-token',
    next: 'the-new-reading-token',
    use: async (bearer, env) => (await ask(world, '/api/holds', { bearer, env })).status,
  },
  STANDARD_WEBHOOKS_SECRET: {
    old: `whsec_${btoa('an old secret of 32 bytes, so long')}`,
    next: `whsec_${btoa('a new secret of 32 bytes, so long.')}`,
    use: async (secret, env) => (await hook(world, 'sweep.run', { mode: 'report' }, { secret, env })).status,
  },
  GITHUB_SECRET: {
    old: 'the old secret of GitHub',
    next: 'the new secret of GitHub',
    use: async (secret, env) => (await delivery(world, 'ping', { zen: 'x' }, { secret, env })).status,
  },
  QUANTCONNECT_SECRET: {
    old: 'the old secret of algorithms',
    next: 'the new secret of algorithms',
    use: async (secret, env) => {
      const bearer = await mac(secret, '7')
      const body = { projectId: 7, sweep: 'report' }
      return (await ask(world, '/hooks/quantconnect', { method: 'POST', bearer, body, env })).status
    },
  },
  SLACK_SIGNING_SECRET: {
    old: '0123456789abcdef0123456789abcdef',
    next: 'fedcba9876543210fedcba9876543210',
    use: async (secret, env) => {
      const [timestamp, body] = [seconds(), '{"type":"url_verification","challenge":"x"}']
      const signature = await signSlack(secret, timestamp, utf8(body))
      const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }
      return (await ask(world, '/slack/events', { method: 'POST', bearer: null, body, headers, env })).status
    },
  },
  DISCORD_PUBLIC_KEY: {
    old: '01'.repeat(32),
    next: '02'.repeat(32),
    settingOf: async (seed) => (await noble.getPublicKeyAsync(Uint8Array.fromHex(seed))).toHex(),
    use: async (seed, env) => {
      const [timestamp, body] = [seconds(), '{"type":1}']
      const signature = await signedBy(seed, timestamp, utf8(body))
      const headers = { 'x-signature-timestamp': timestamp, 'x-signature-ed25519': signature }
      return (await ask(world, '/discord/interactions', { method: 'POST', bearer: null, body, headers, env })).status
    },
  },
}

describe('while it is changed, a secret has two values', () => {
  it.each(Object.entries(SECRETS))('%s', async (name, { old, next, use, settingOf = async (same) => same }) => {
    const [first, second] = [await settingOf(next), await settingOf(old)]
    const during = { [name]: `${first}, ${second}` }
    expect(await use(next, during)).toBeLessThan(300)
    expect(await use(old, during)).toBeLessThan(300)
    expect(await use(next, { [name]: first })).toBeLessThan(300)
    expect(await use(old, { [name]: first })).toBe(401)
  })
})
