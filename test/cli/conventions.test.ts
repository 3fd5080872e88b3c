/** What all commands have in common: --help, --json, exit codes, errors that say what to do. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Folder, inventory, makeFolder, POLICY, project, run } from './support.ts'

let folder: Folder
let policy: string
let empty: string

beforeAll(async () => {
  folder = await makeFolder()
  policy = await folder.write('policy.toml', POLICY)
  empty = await folder.write('inventory.json', inventory([project(1, 'New/a')]))
  await folder.write('series/1.json', inventory([project(1, 'New/a')]))
})

afterAll(() => folder.remove())

/** Arguments with which each command has nothing to say. */
const clean: { readonly [command: string]: () => readonly string[] } = {
  check: () => [policy],
  plan: () => ['--policy', policy, '--inventory', empty],
  why: () => ['New/a', '--policy', policy, '--inventory', empty],
  diff: () => [policy, policy, '--inventory', empty],
  backtest: () => ['--policy', policy, '--inventories', `${folder.path}/series`],
}

describe.each(Object.keys(clean))('npm run %s', (command) => {
  it('has help that explains its exit codes, on stdout', async () => {
    const { code, out, err } = await run(command, ['--help'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/Exit codes: 0 .*, 1 .*, 2 .*/)
    expect(out).toContain('--json')
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  })

  it('ends with 0 when there is nothing to say, in words and as JSON', async () => {
    const args = clean[command]?.() ?? []
    const words = await run(command, args)
    expect([words.code, words.err.replace(/^(Looking|Replaying).*\n/gm, '')]).toEqual([0, ''])
    const json = await run(command, [...args, '--json'])
    expect(json.code).toBe(0)
    expect(json.json()).toBeTypeOf('object')
  })

  it('ends with 2 and its help for an option it does not know, and names the nearest', async () => {
    const { code, out, err } = await run(command, ['--jsn'])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^Unknown option '--jsn'\. Did you mean --json\?\n\n/)
    expect(err).toContain('Exit codes:')
  })

  it('ends with 2 and the reason for a policy that is not there', async () => {
    const args = (clean[command]?.() ?? []).map((arg) => (arg === policy ? `${folder.path}/none.toml` : arg))
    const { code, out, err } = await run(command, args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^The policy .*none\.toml could not be read: it is not there\.$/m)
    expect(err).not.toContain('Exit codes:')
    const folderArgs = (clean[command]?.() ?? []).map((arg) => (arg === policy ? folder.path : arg))
    expect((await run(command, folderArgs)).err).toMatch(/^The policy .* could not be read: it is a folder\.$/m)
  })
})

describe.each(['plan', 'why', 'diff', 'backtest'])('npm run %s with a policy that is refused', (command) => {
  it('says all that is wrong, with the file and the line', async () => {
    const broken = await folder.write('broken.toml', POLICY.replace('idle', 'idel').replace('"14d"', '"2h"'))
    const args = (clean[command]?.() ?? []).map((arg) => (arg === policy ? broken : arg))
    const { code, err } = await run(command, args)
    expect(code).toBe(2)
    expect(err).toMatch(/^The policy .*broken\.toml cannot be used:\n/)
    expect(err).toMatch(/broken\.toml line 9, rule "old", key "when\.idel": .*Did you mean "idle"\?/)
  })
})

describe.each(['plan', 'why', 'diff'])('npm run %s', (command) => {
  it('takes one source, not two', async () => {
    const { code, err } = await run(command, [...(clean[command]?.() ?? []), '--worker', 'http://127.0.0.1:1'])
    expect(code).toBe(2)
    expect(err).toMatch(/^--inventory and --worker are two sources; give one\./)
  })
})

describe('arguments that make no sense', () => {
  it.each([
    ['plan', ['extra'], '"extra" is not expected here.'],
    ['check', ['a.toml', 'b.toml'], 'One policy at a time: "b.toml" is not expected here.'],
    ['why', [], 'Which project? Give its name or its id.'],
    ['diff', ['a.toml'], 'Two policies are compared: the old one and the new one.'],
    ['diff', ['a.toml', 'b.toml', 'c.toml'], '"c.toml" is not expected here.'],
    ['backtest', [], 'Give one source of stored inventories: --inventories FOLDER or --worker URL.'],
    ['backtest', ['--days', 'many'], '--days takes a whole number above 0, not "many".'],
    ['plan', ['--policy', 'a.toml', '--worker', 'https://w.example'], 'The Worker plans by its own policy'],
    ['why', ['a', '--policy', 'a.toml', '--worker', 'https://w.example'], 'The Worker explains by its own policy'],
  ])('%s %j', async (command, args, message) => {
    const { code, out, err } = await run(command, args)
    expect([code, out]).toEqual([2, ''])
    expect(err.startsWith(message)).toBe(true)
    expect(err).toContain('Exit codes:')
  })
})
