/** `POST /hooks/github`: a deleted branch takes its directory along, and nothing else does anything. */

import { sign } from '@octokit/webhooks-methods'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { ask, GITHUB_SECRET } from '../support/door.ts'
import { DELETE_OLD, NO_CAPS, stale, staleMany } from '../support/policies.ts'
import { problemOf, rows } from '../support/rows.ts'
import { delivery } from '../support/signed.ts'
import { makeWorld, type World } from '../support/world.ts'

const ON = `${NO_CAPS}
[[on]]
event = "delete"
repository = "team/algos"
do = "directory.delete"
directory = "CI/{repository}/{branch}"
`

function deleted(branch: string, more: object = {}): object {
  const repository = { id: 186853002, full_name: 'team/algos' }
  return { ref: branch, ref_type: 'branch', pusher_type: 'user', repository, sender: { login: 'octocat' }, ...more }
}

let logs: readonly MockInstance[]

beforeEach(() => {
  logs = [
    vi.spyOn(console, 'warn').mockImplementation(() => undefined),
    vi.spyOn(console, 'log').mockImplementation(() => undefined),
  ]
})
afterEach(() => {
  for (const log of logs) log.mockRestore()
})

/** Everything that was logged. */
function logged(): string {
  return logs
    .flatMap((log) => log.mock.calls.flat())
    .join('\n')
    .replaceAll(/ \[request [0-9a-f-]{36}\]/g, '')
}

/** A paused world, so that what arrives can be looked at before it is done. */
async function paused(policy = ON): Promise<World> {
  const world = await makeWorld(policy, [stale('CI/team/algos/feature/x')])
  await world.stub.pause('the test')
  return world
}

describe('a deleted branch', () => {
  it('is a command to delete its directory, and the id of the run is the hash of what was signed', async () => {
    const world = await paused()
    const payload = JSON.stringify(deleted('feature/x'))
    const answer = await delivery(world, 'delete', payload)
    expect(answer.status).toBe(202)
    const { run, url } = (await answer.json()) as { run: string; url: string }
    expect(url).toBe(`https://localhost/api/runs/${run}`)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(payload)))
    const id = `github:${digest.toHex()}`
    expect(await rows(world, id)).toEqual([
      {
        trigger: 'github',
        actor: 'octocat',
        request: {
          kind: 'command',
          mode: 'act',
          command: { type: 'directory.delete', directory: 'CI/team/algos/feature/x' },
        },
      },
    ])
  })

  it('may come as a form', async () => {
    const world = await paused()
    const form = new URLSearchParams({ payload: JSON.stringify(deleted('feature/x')) }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await delivery(world, 'delete', form, { headers })).status).toBe(202)
    expect(await rows(world)).toHaveLength(1)
  })

  it('G14 delivered again is the same run: by hand, under another id, at the same instant', async () => {
    const world = await paused()
    const deliveries = await Promise.all(
      Array.from({ length: 6 }, () => delivery(world, 'delete', deleted('feature/x'))),
    )
    const runs = await Promise.all(deliveries.map(async (answer) => ((await answer.json()) as { run: string }).run))
    expect(new Set(runs).size).toBe(1)
    expect(await rows(world)).toHaveLength(1)
  })

  it('G14 delivered again after the policy has changed its mind is the run it was, and nothing new', async () => {
    const world = await paused()
    const first = await (await delivery(world, 'delete', deleted('feature/x'))).json()
    world.set({ policy: ON.replace('"CI/{repository}', '"Research/{repository}') })
    const again = await delivery(world, 'delete', deleted('feature/x'))
    expect([again.status, await again.json()]).toEqual([202, first])
    expect(await rows(world)).toHaveLength(1)
  })

  it('is a run for each directory where several [[on]] are for it', async () => {
    const world = await paused(`${ON}
[[on]]
event = "delete"
do = "directory.delete"
directory = "Review/{branch}"
`)
    const { run, runs } = (await (await delivery(world, 'delete', deleted('feature'))).json()) as {
      run: string
      runs: readonly { run: string }[]
    }
    expect(runs.map((one) => one.run)).toEqual([run, expect.not.stringMatching(run)])
    const directories = (await rows(world)).map(({ request }) => request.kind === 'command' && request.command)
    expect(directories).toEqual([
      { type: 'directory.delete', directory: 'CI/team/algos/feature' },
      { type: 'directory.delete', directory: 'Review/feature' },
    ])
  })

  it.each(['v1.2', '../Production', 'a b ', 'ünder'])('called %j is refused with the reason', async (branch) => {
    const world = await paused()
    const { detail } = await problemOf(await delivery(world, 'delete', deleted(branch)), 422)
    expect(detail).toContain(`The branch "${branch}" is no directory as it stands: `)
    expect(await rows(world)).toEqual([])
  })

  it('cannot be judged while the policy cannot be read: 503, so that it can be delivered again', async () => {
    const world = await paused('rule = [')
    const { detail } = await problemOf(await delivery(world, 'delete', deleted('feature/x')), 503)
    expect(detail).toMatch(/^The policy cannot be used\./)
  })
})

describe('what does nothing', () => {
  it('a ping is answered 200', async () => {
    const world = await paused()
    const answer = await delivery(world, 'ping', { zen: 'Keep it logically awesome.', hook_id: 1 })
    expect([answer.status, await answer.json()]).toEqual([200, { pong: true }])
  })

  it.each([
    ['push', { ref: 'refs/heads/feature', deleted: true }, /Only the event "delete"/],
    ['delete', deleted('v1', { ref_type: 'tag' }), /not a tag/],
    ['delete', deleted('feature', { repository: { full_name: 'team/other' } }), /No \[\[on\]\] of the policy/],
  ])('%s %j is ignored with the reason', async (event, payload, why) => {
    const world = await paused()
    const answer = await delivery(world, event, payload)
    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({ ignored: expect.stringMatching(why) })
    expect(await rows(world)).toEqual([])
  })

  it('the signed body of another event under the name of this one is refused', async () => {
    const world = await paused()
    await problemOf(await delivery(world, 'delete', deleted('feature', { master_branch: 'main' })), 422)
    await problemOf(await delivery(world, 'delete', { action: 'opened' }), 422)
    expect(await rows(world)).toEqual([])
  })

  it('a signed body that cannot be read is 400, of another type 415, too large 413', async () => {
    const world = await paused()
    await problemOf(await delivery(world, 'delete', '{'), 400)
    await problemOf(await delivery(world, 'delete', '\ufeff{}'), 400)
    await problemOf(await delivery(world, 'delete', '{}', { headers: { 'content-type': 'text/plain' } }), 415)
    await problemOf(await delivery(world, 'delete', '{}'.padEnd(1_048_577)), 413)
  })
})

describe('who cannot prove anything', () => {
  it('hears one and the same, and nothing happens', async () => {
    const world = await paused()
    const body = JSON.stringify(deleted('feature/x'))
    const good = await sign(GITHUB_SECRET, body)
    const signatures = [
      {},
      { 'x-hub-signature-256': '' },
      { 'x-hub-signature-256': await sign('another secret altogether', body) },
      { 'x-hub-signature-256': await sign(GITHUB_SECRET, `${body} `) },
      { 'x-hub-signature-256': good.slice(0, -1) },
      { 'x-hub-signature-256': good.toUpperCase() },
      { 'x-hub-signature-256': `${good}, ${good}` },
      { 'x-hub-signature-256': good.replace('sha256=', '') },
      { 'x-hub-signature': good },
    ]
    const answers: string[] = []
    for (const signature of signatures) {
      const headers = { 'content-type': 'application/json', 'x-github-event': 'delete', ...signature } as never
      const answer = await ask(world, '/hooks/github', { method: 'POST', bearer: null, body, headers })
      answers.push(JSON.stringify(await problemOf(answer, 401)))
    }
    const other = await ask(world, '/hooks', { method: 'POST', bearer: null, body })
    expect(new Set([...answers, JSON.stringify(await problemOf(other, 401))]).size).toBe(1)
    expect(await rows(world)).toEqual([])
    expect(logged()).toContain('Not accepted (github): x-hub-signature-256 was made with another secret')
    expect(logged()).not.toContain(good.slice(10, 30))
  })

  it('hears that the door is closed while GITHUB_SECRET is not set', async () => {
    const answer = await delivery(await paused(), 'ping', {}, { env: { GITHUB_SECRET: undefined } })
    expect((await problemOf(answer, 503)).detail).toContain('GITHUB_SECRET is not set')
  })

  it('counts as the old one does while both secrets are set', async () => {
    const world = await makeWorld(DELETE_OLD, staleMany(1))
    const env = { GITHUB_SECRET: `the new secret of the tests, ${GITHUB_SECRET}` }
    expect((await delivery(world, 'ping', {}, { env })).status).toBe(200)
    expect((await delivery(world, 'ping', {}, { env, secret: 'the new secret of the tests' })).status).toBe(200)
    expect((await delivery(world, 'ping', {}, { secret: 'the new secret of the tests' })).status).toBe(401)
  })
})

it('the id of a delivery, which is not signed, is logged when it looks like one, and is good for nothing else', async () => {
  const world = await paused()
  const id = '72d3162e-cc78-11e3-81ab-4c9367dc0958'
  await delivery(world, 'ping', {}, { headers: { 'x-github-delivery': id } })
  expect(logged()).toBe(`GitHub delivery ${id}: ping.`)
  await delivery(world, 'ping', {}, { headers: { 'x-github-delivery': 'not one of theirs' } })
  expect(logged()).not.toContain('not one of theirs')
})
