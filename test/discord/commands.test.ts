/** `/sweep` as it is registered, and the line that a subcommand and its options stand for. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMMANDS, readCommand } from '../../src/chat/command.ts'
import { commandList, lineOf, SUBCOMMANDS } from '../../src/discord/commands.ts'
import { commandProblems } from '../support/discord-commands.ts'

function line(name: string, options: { readonly [name: string]: string } = {}): string | null {
  return lineOf(name, new Map(Object.entries(options)))
}

/** The words that a chat reads from the line, behind the command's name. */
function words(text: string | null): readonly string[] {
  const read = readCommand(text ?? '')
  return read.ok ? read.command.words.map((word) => word.text) : []
}

describe('the list of commands', () => {
  it('has a subcommand for each command of the chats, and no other', () => {
    expect(Object.keys(SUBCOMMANDS)).toEqual(COMMANDS)
  })

  it('is one that Discord takes', () => {
    for (const where of ['everywhere', 'in one server'] as const) {
      expect(commandProblems(commandList(where))).toEqual([])
    }
  })

  it('is seen by administrators only until they let others, and by nobody in direct messages', () => {
    const [everywhere, ...others] = commandList('everywhere')
    expect(others).toEqual([])
    expect(everywhere).toMatchObject({ name: 'sweep', default_member_permissions: '0', contexts: [0] })
    expect(commandList('in one server')[0]).toMatchObject({ name: 'sweep', default_member_permissions: '0' })
    expect(commandList('in one server')[0]).not.toHaveProperty('contexts')
  })
})

describe('the line of a subcommand', () => {
  it.each<[string, { readonly [name: string]: string }, string]>([
    ['plan', {}, 'plan'],
    ['why', { project: 'Research/a b' }, 'why "Research/a b"'],
    ['keep', { project: '23456007' }, 'keep "23456007"'],
    ['keep', { until: ' 30d ', project: 'a' }, 'keep "a" 30d'],
    ['keep', { project: 'a', until: 'until 2027-01-31' }, 'keep "a" until 2027-01-31'],
    ['update', { project: 'a', what: 'Name', value: 'b c' }, 'update "a" Name "b c"'],
    ['update', { project: 'a', what: 'lookback', value: '30' }, 'update "a" parameter "lookback" "30"'],
    ['update', { project: 'a', what: 'description', value: '""' }, 'update "a" description ""'],
    ['delete', { target: 'Research/old/' }, 'delete "Research/old/"'],
    ['run', { rules: 'one two' }, 'run one two'],
    ['run', {}, 'run'],
    ['approve', { plan: '1f3a9c0d' }, 'approve 1f3a9c0d'],
    ['help', { command: 'keep' }, 'help keep'],
    ['status', { project: 'an option of another' }, 'status'],
  ])('%s %j', (name, options, expected) => {
    expect(line(name, options)).toBe(expected)
  })

  it.each(['', 'sweep', 'toString', '__proto__', 'PLAN'])('%j is not one of ours', (name) => {
    expect(line(name)).toBeNull()
  })

  it.each<[string, string]>([
    ['"Research/a b"', 'Research/a b'],
    ["'Research/a b'", 'Research/a b'],
    ['the "best" one', 'the "best" one'],
    ['5" wide and 3" high', '5" wide and 3" high'],
    [`it's "one" of Ann's 'two' `, `it's "one" of Ann's 'two'`],
    ['ends with "', 'ends with "'],
  ])('holds the name %s together', (given, name) => {
    expect(words(line('keep', { project: given, until: '30d' }))).toEqual([name, '30d'])
  })

  it('is read back as it was given, for any name and value', () => {
    const sign = fc.constantFrom(...'"\'`“”«» ab/-1', "'s ", '" ')
    const text = fc
      .array(sign, { minLength: 1, maxLength: 20 })
      .map((signs) => signs.join('').trim())
      // One pair of quotes around it is taken off, and a text that holds all kinds of them before blanks can't be held together.
      .filter(
        (one) =>
          one !== '' &&
          !/^(["'`]).*\1$/s.test(one) &&
          !['"', "'", '`', '»'].every((mark) => new RegExp(`${mark}\\s`).test(one)),
      )
    fc.assert(
      fc.property(text, text, (project, value) => {
        expect(words(line('update', { project, what: 'key', value }))).toEqual([project, 'parameter', 'key', value])
      }),
      { numRuns: 2_000 },
    )
  })
})
