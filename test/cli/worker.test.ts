/** The commands against a running Worker: the built one in the real runtime, with a sandbox beside it. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Serving, serve } from '../../src/cli/serve.ts'
import { workerApi } from '../../src/cli/worker-api.ts'
import { DAY, type Folder, makeFolder, POLICY, run } from './support.ts'

const TOKEN = { ADMIN_TOKEN: 'dev-admin-token' }

let folder: Folder
let policy: string
let serving: Serving
let firstTick: number

beforeAll(async () => {
  folder = await makeFolder()
  policy = await folder.write('policy.toml', POLICY)
  serving = await serve({ port: 0, sandboxPort: 0, policy, projects: 0, seed: 7 })
  const old = { created: Date.now() - 400 * DAY, modified: Date.now() - 200 * DAY }
  const workspace = [{ name: 'Old/a', ...old }, { name: 'Old/b', ...old, description: '[keep]' }, { name: 'New/c' }]
  await fetch(`${serving.sandbox}/_sandbox/reset`, { method: 'POST', body: JSON.stringify({ workspace }) })
  const api = workerApi(serving.worker, TOKEN.ADMIN_TOKEN)
  firstTick = Math.ceil(Date.now() / 3_600_000) * 3_600_000
  await api.tick(firstTick)
  await api.tick(firstTick + DAY)
}, 60_000)

afterAll(async () => {
  await serving?.stop()
  await folder?.remove()
})

function ask(command: string, ...args: readonly string[]) {
  return run(command, [...args, '--worker', serving.worker], TOKEN)
}

describe('commands that ask a Worker', () => {
  it('plan shows what it would do, and what it has marked, by its own marks', async () => {
    const { code, out } = await ask('plan')
    expect(code).toBe(1)
    const due = new Date(firstTick + 14 * DAY).toISOString().slice(0, 16).replace('T', ' ')
    expect(out).toMatch(new RegExp(`^Old/a .* marked {2}old .*The grace of rule "old" ends ${due} UTC\\.$`, 'm'))
    expect(out).toContain('1 kept + 0 protected + 1 held + 0 not judged + 1 marked + 0 due = 3 projects')
    const { json } = await ask('plan', '--json')
    expect(json()).toMatchObject({
      items: [],
      marked: [{ name: 'Old/a', rule: 'old', due: new Date(firstTick + 14 * DAY).toISOString() }],
    })
  })

  it('why finds the project by its name, and knows since when it is marked', async () => {
    const { code, out } = await ask('why', 'Old/a')
    expect(code).toBe(1)
    const since = new Date(firstTick).toISOString().slice(0, 16).replace('T', ' ')
    expect(out).toContain(`Mark: since ${since} UTC by rule "old".`)
    expect((await ask('why', 'Old/b')).out).toContain('Its description holds it for ever.')
    expect((await ask('why', 'Old/x')).code).toBe(2)
  })

  it('check, diff and plan look at its last survey', async () => {
    const other = await folder.write('other.toml', POLICY.replace('>90d', '>300d'))
    const { code, out } = await ask('diff', policy, other)
    expect(code).toBe(1)
    expect(out).toMatch(/^Old\/a .* -old /m)
    const odd = await folder.write('odd.toml', `${POLICY}\n[protect]\npaths = ["Nowhere/**"]\n`)
    expect((await ask('check', odd)).out).toContain('"Nowhere/**" protects no project today')
    const address = `${serving.worker}/api/inventory`
    const file = await run('plan', ['--policy', policy, '--inventory', address, '--json'], TOKEN)
    expect(file.json()).toMatchObject({ counts: { inventory: 3, marked: 1, held: 1 } })
  })

  it('backtest replays what it has stored', async () => {
    const daily = await folder.write('daily.toml', POLICY.replace('"14d"', '"24h"'))
    const { code, json } = await ask('backtest', '--policy', daily, '--json')
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      inventories: 2,
      from: new Date(firstTick).toISOString(),
      counts: { gone: 1, regretted: 0 },
      gone: [{ name: 'Old/a', at: new Date(firstTick + DAY).toISOString() }],
    })
  })

  it('end with 2 for a wrong token, which they do not print, and for a missing one', async () => {
    for (const command of ['plan', 'why', 'diff', 'check', 'backtest']) {
      const words = command === 'why' ? ['Old/a'] : command === 'diff' ? [policy, policy] : []
      const args = [...words, '--worker', serving.worker, '--env', '/dev/null']
      const wrong = await run(command, args, { ADMIN_TOKEN: 'a-wrong-secret' })
      expect([wrong.code, wrong.out]).toEqual([2, ''])
      expect(wrong.err).toMatch(/answered 401: Send the admin token/)
      expect(wrong.err).not.toContain('a-wrong-secret')
      const missing = await run(command, args)
      expect([missing.code, missing.out]).toEqual([2, ''])
      expect(missing.err).toMatch(/ADMIN_TOKEN is missing; the Worker asks for it\./)
    }
  })

  it('plan says so when there is nothing to do', async () => {
    const old = { created: Date.now() - 400 * DAY, modified: Date.now() - 200 * DAY }
    const workspace = [{ name: 'Old/b', ...old, description: '[keep]' }, { name: 'New/c' }, { name: 'New/d' }]
    await fetch(`${serving.sandbox}/_sandbox/reset`, { method: 'POST', body: JSON.stringify({ workspace }) })
    const { code, out } = await ask('plan')
    expect(code).toBe(0)
    expect(out).toContain('\nNothing is due, nothing is marked, and all could be judged.\n')
    expect(out).not.toContain('Project')
  })

  it('send the token neither in the open nor to any other address', async () => {
    const open = await run('plan', ['--worker', 'http://leansweep.example'], TOKEN)
    expect(open.code).toBe(2)
    expect(open.err).toMatch(/^http:\/\/leansweep\.example is not https, and the admin token would be sent there/)
    const nonsense = await run('plan', ['--worker', 'leansweep'], TOKEN)
    expect(nonsense.err).toMatch(/^"leansweep" is not the address of a Worker/)
    const silent = await run('plan', ['--worker', 'http://127.0.0.1:1'], TOKEN)
    expect([silent.code, silent.err.includes('does not answer: ')]).toEqual([2, true])
    const elsewhere = await run('plan', ['--inventory', `${serving.sandbox}/_sandbox/state`, '--nothing-live'], TOKEN)
    expect([0, 1]).toContain(elsewhere.code)
  })
})
