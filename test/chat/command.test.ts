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
    expect(helpText(null)).toMatchInlineSnapshot()
  })

  it('says more of one', () => {
    expect(helpText('delete')).toMatchInlineSnapshot()
  })
})
