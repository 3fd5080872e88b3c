/** Requests from people who may do nothing: each is refused, and nothing comes of it (G30). */

import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { Env } from '../../src/env.ts'
import worker from '../../src/index.ts'
import type { World } from '../support/world.ts'
import type { Witness } from './witness.ts'

const REQUESTS: readonly {
  readonly path: string
  readonly headers?: { readonly [name: string]: string }
  readonly body: object
}[] = [
  { path: '/api/runs', body: { mode: 'act' } },
  { path: '/api/runs', headers: { authorization: 'Bearer not the one' }, body: { mode: 'act' } },
  { path: '/api/pause', body: {} },
  { path: '/hooks', body: { type: 'sweep.run', timestamp: '2026-11-24T10:00:00Z', data: { mode: 'act' } } },
  {
    path: '/hooks',
    headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAA' },
    body: { type: 'directory.delete', timestamp: '2026-11-24T10:00:00Z', data: { directory: 'Dir/one' } },
  },
  { path: '/hooks/github', headers: { 'x-hub-signature-256': 'sha256=00' }, body: { ref: 'main', ref_type: 'branch' } },
  { path: '/slack/commands', headers: { 'x-slack-signature': 'v0=00' }, body: { text: 'pause' } },
  { path: '/discord/interactions', headers: { 'x-signature-ed25519': '00' }, body: { type: 1 } },
]

export async function strangers(world: World, witness: Witness): Promise<void> {
  const settings = {
    ...(env as unknown as Env),
    QC_USER_ID: '123',
    QC_API_TOKEN: 'abc',
    QC_ORGANIZATION_ID: world.name,
    ADMIN_TOKEN: 'dev-admin-token',
    QC_API_URL: `${world.sandbox}/api/v2`,
    STANDARD_WEBHOOKS_SECRET: 'whsec_jRLtAqRzb0X6QBvYy1Cdg5RrR1mUEmCPPMDCqMbmSzU=',
    GITHUB_SECRET: 'the secret of the sequences for GitHub',
  } as Env
  const before = await world.stub.runs(100, null).catch(() => null)
  for (const { path, headers = {}, body } of REQUESTS) {
    const request = new Request(`https://leansweep.example${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'cf-connecting-ip': `2001:db8::${crypto.randomUUID().slice(0, 4)}`,
        ...headers,
      },
      body: JSON.stringify(body),
    })
    const answer: Response = await worker.fetch(request as never, settings, createExecutionContext())
    if (answer.status < 400) witness.broken.push(`A stranger got ${answer.status} for ${path}`)
    await answer.body?.cancel()
  }
  const after = await world.stub.runs(100, null).catch(() => null)
  if (before !== null && after !== null && before.length !== after.length) {
    witness.broken.push('What a stranger sent became a run (G30)')
  }
}
