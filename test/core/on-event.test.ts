/** `[[on]]`: which directories a deleted branch means, and which names mean none. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { directoryProblem } from '../../src/core/command/command-delete.ts'
import { type BranchDeleted, meaningOf } from '../../src/core/command/on-event.ts'
import type { OnEvent } from '../../src/core/policy/policy.ts'

function on(directory: string, repository: string | null = null): OnEvent {
  return { event: 'delete', repository, do: 'directory.delete', directory }
}

const USUAL = on('CI/{repository}/{branch}')

function meant(branch: Partial<BranchDeleted>, ...rules: readonly OnEvent[]) {
  const all = rules.length === 0 ? [USUAL] : rules
  const meaning = meaningOf(all, { repository: 'team/algos', branch: 'feature', ...branch })
  return meaning.ok ? meaning.directories : meaning.why
}

describe('a deleted branch', () => {
  it('means the directory of its repository and its name, slashes included', () => {
    expect(meant({})).toEqual(['CI/team/algos/feature'])
    expect(meant({ branch: 'feature/x/y' })).toEqual(['CI/team/algos/feature/x/y'])
    expect(meant({ branch: 'live' })).toEqual(['CI/team/algos/live'])
  })

  it('means nothing where no [[on]] is for its repository, whose case does not matter', () => {
    expect(meant({}, on('CI/{branch}', 'team/other'))).toEqual([])
    expect(meant({}, on('CI/{branch}', 'team/Algos'))).toEqual(['CI/feature'])
    expect(meant({}, on('CI/{branch}', 'team/algos'))).toEqual(['CI/feature'])
  })

  it('means every directory of the [[on]] that are for it, each once', () => {
    const rules = [USUAL, on('Review/{branch}', 'team/algos'), on('CI/{repository}/{branch}', 'team/algos')]
    expect(meant({}, ...rules)).toEqual(['CI/team/algos/feature', 'Review/feature'])
  })

  it.each([
    'v1.2',
    'release/1.2',
    'a//b',
    '/a',
    'a/',
    '..',
    '../Production',
    'a/../b',
    '.',
    'a b ',
    'a*',
    'a?',
    'a\\b',
    'ünder',
    'a:b',
    'a\nb',
    'con',
    'x/bin/y',
    '',
    '$&',
    '{repository}',
  ])('called %j is refused as it stands, never rewritten', (branch) => {
    expect(meant({ branch })).toMatch(/^The branch ".*" is no directory as it stands: .+\.$/s)
  })

  it('of a repository whose name is no directory is refused where the repository is part of it, and only there', () => {
    expect(meant({ repository: 'team/algos.py' })).toMatch(/^The repository "team\/algos\.py" is no directory/)
    expect(meant({ repository: 'team/algos.py' }, on('CI/{branch}'))).toEqual(['CI/feature'])
  })

  it("never means one of QuantConnect's own places", () => {
    expect(meant({ repository: 'library/x' }, on('{repository}/{branch}'))).toMatch(/QuantConnect's own library folder/)
  })

  it('whatever it is called: its directory is inside the one that was written down, and could be deleted', () => {
    const name = fc.oneof(fc.string(), fc.stringMatching(/^[-_a-zA-Z0-9 /.]{0,20}$/))
    fc.assert(
      fc.property(name, name, (repository, branch) => {
        const meaning = meaningOf([USUAL], { repository, branch })
        if (!meaning.ok) return
        const [directory = ''] = meaning.directories
        expect(directory).toBe(`CI/${repository}/${branch}`)
        expect(directory.split('/').some((part) => part === '' || part === '.' || part === '..')).toBe(false)
        expect(directoryProblem(directory)).toBeNull()
      }),
      { numRuns: 2_000 },
    )
  })
})
