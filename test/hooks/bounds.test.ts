/** How much a command may hold: what is at a bound is taken, one more of it is refused, whoever sends it. */

import { describe, expect, it } from 'vitest'
import { readAlgorithmMessage } from '../../src/hooks/algorithm-message.ts'
import { readCommand } from '../../src/hooks/commands.ts'
import { commandBody } from '../support/signed.ts'

const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, '1']))

/** The parts of an update at each bound, and a little beyond it. */
const UPDATES: readonly (readonly [what: string, most: number, make: (size: number) => object])[] = [
  ['a description', 20_000, (size) => ({ description: 'd'.repeat(size) })],
  ['parameters', 200, (size) => ({ parameters: keys(size) })],
  ['the name of a parameter', 200, (size) => ({ parameters: { ['k'.repeat(size)]: '1' } })],
  ['the value of a parameter', 2_000, (size) => ({ parameters: { k: 'v'.repeat(size) } })],
]

type Row = readonly [what: string, most: number, make: (size: number) => readonly [string, object]]

const COMMANDS: readonly Row[] = [
  ...UPDATES.map(
    ([what, most, make]): Row => [what, most, (size) => ['project.update', { projectId: 7, ...make(size) }]],
  ),
  ['a new name', 400, (size) => ['project.update', { projectId: 7, name: 'n'.repeat(size) }]],
  ['a project', 400, (size) => ['project.delete', { project: 'n'.repeat(size) }]],
  ['a directory', 400, (size) => ['directory.delete', { directory: 'n'.repeat(size) }]],
  ['the id of a rule', 200, (size) => ['sweep.run', { mode: 'report', rules: ['r'.repeat(size)] }]],
  ['rules', 100, (size) => ['sweep.run', { mode: 'report', rules: Array.from({ length: size }, (_, n) => `r${n}`) }]],
]

describe('a command of a hook', () => {
  it.each(COMMANDS)('takes %s up to %i and no more', (_, most, make) => {
    const read = (size: number) => {
      const [type, data] = make(size)
      return readCommand(JSON.parse(commandBody(type, data)))
    }
    expect(read(most)).toMatchObject({ ok: true })
    const refused = read(most + 1)
    expect(refused).toMatchObject({ ok: false })
    expect(JSON.stringify(refused).length).toBeLessThan(500)
  })
})

describe('a message of an algorithm', () => {
  it.each(UPDATES)('takes %s up to %i and no more', (_, most, make) => {
    const read = (size: number) => readAlgorithmMessage({ projectId: 7, ...make(size) })
    expect(read(most)).toMatchObject({ kind: 'update' })
    expect(read(most + 1)).toMatchObject({ kind: 'refused' })
  })
})
