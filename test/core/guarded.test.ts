/** G6: what a short list stands against. */

import { expect, it } from 'vitest'
import type { Command } from '../../src/core/command/command.ts'
import { isGuarded } from '../../src/core/command/guarded.ts'

it.each<[Command['type'] | 'undo' | 'rules', boolean]>([
  ['rules', true],
  ['project.delete', true],
  ['directory.delete', true],
  ['project.update', false],
  ['project.hold', false],
  ['project.release', false],
  ['project.restore', false],
  ['undo', false],
])('G6 the shrink guard stands against %s: %s', (what, guarded) => {
  const asked =
    what === 'rules' ? null : what === 'undo' ? { kind: what } : { kind: 'command' as const, command: { type: what } }
  expect(isGuarded(asked)).toBe(guarded)
})
