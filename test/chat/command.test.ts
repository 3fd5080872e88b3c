import { describe, expect, it } from 'vitest'
import { COMMANDS, readCommand } from '../../src/chat/command.ts'
import { helpText } from '../../src/chat/help.ts'

describe('readCommand', () => {
  it('knows every command, in any case', () => {
    for (const name of COMMANDS) {
      expect(readCommand(`  ${name.toUpperCase()} x`)).toMatchObject({ ok: true, command: { name } })
    }
  })

  it('takes nothing for a call for help', () => {
    expect(readCommand('  ')).toMatchObject({ ok: true, command: { name: 'help', words: [] } })
  })

  const NEAR: readonly (readonly [word: string, close: string | null])[] = [
    ['statsu', 'status'],
    ['aprove', 'approve'],
    ['dleete', 'delete'],
    ['hodl', 'keep'],
    ['constructor', null],
    ['toString', null],
    ['xyzzyx', null],
  ]

  it.each(NEAR)('names the command nearest to %s', (word, close) => {
    expect(readCommand(word)).toEqual({ ok: false, word, close })
  })
})

describe('helpText', () => {
  it('has a line for every command', () => {
    expect(helpText(null)).toMatchInlineSnapshot(`
      "/sweep plan: what a sweep would do now; changes nothing
      /sweep why <project>: why a project is kept, protected, marked or due
      /sweep keep <project> [30d | forever | until 2027-01-31]: nothing happens to it until then (30 days unless you say)
      /sweep release <project>: ends a hold
      /sweep update <project> name | description | <parameter> <value>: renames it, describes it, or sets a parameter
      /sweep delete <project or directory>: deletes it, or everything inside; asks first
      /sweep run [rule …]: sweeps now, with all rules or these
      /sweep approve [plan]: shows the plan that waits; with the start of its hash: approves it
      /sweep refuse: refuses the plan that waits: all of it stays
      /sweep undo <run or project>: takes back what a run did, or brings a deleted project back
      /sweep baseline [hash]: shows which projects are missing from the list; with the start of its hash: accepts that
      /sweep status: is it well, what waits, what ran last
      /sweep pause: stops acting by rules and deleting before the next such call
      /sweep resume: goes on after a pause
      /sweep help [command]: this
      A project is its full name, with or without quotes, or its id."
    `)
  })

  it('says more of one', () => {
    expect(helpText('delete')).toMatchInlineSnapshot(`
      "/sweep delete <project or directory>: deletes it, or everything inside; asks first.
      You are shown what exactly would go, and nothing happens before you press the button. A directory is what is inside it, at any depth; end it with "/" where a project has the same name. Everything is copied first, and stays in the Recycle Bin for 30 days."
    `)
  })
})
