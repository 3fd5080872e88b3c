/** Each mutant still applies, and what results still is TypeScript of this program: all of them at once, in a copy. */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { MUTANTS } from './mutants.ts'

describe('mutants', () => {
  it('have each an id of its own', () => {
    expect(new Set(MUTANTS.map(({ id }) => id)).size).toBe(MUTANTS.length)
  })

  it('apply, each at exactly one place, and ask tests that there are', async () => {
    const wrong: string[] = []
    for (const { id, file, find, by, tests } of MUTANTS) {
      const places = (await readFile(file, 'utf8')).split(find).length - 1
      if (places !== 1 || find === by) wrong.push(`${id}: its text is there ${places} times in ${file}`)
      wrong.push(...tests.filter((name) => !existsSync(name)).map((name) => `${id}: there is no ${name}`))
    }
    expect(wrong).toEqual([])
  })

  it('leave types whole', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leansweep-mutants-'))
    try {
      for (const name of ['src', 'test', 'tsconfig.json', 'package.json', 'policy.toml'])
        await cp(name, join(folder, name), { recursive: true })
      await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'))
      // Those that are about the same text take turns: as many rounds as it needs.
      let left = MUTANTS
      while (left.length > 0) {
        const later: (typeof MUTANTS)[number][] = []
        for (const mutant of left) {
          const path = join(folder, mutant.file)
          const text = await readFile(path, 'utf8')
          if (text.split(mutant.find).length === 2)
            await writeFile(
              path,
              text.replace(mutant.find, () => mutant.by),
            )
          else later.push(mutant)
        }
        const tsc = join(process.cwd(), 'node_modules', 'typescript', 'bin', 'tsc')
        const said = await promisify(execFile)(process.execPath, [tsc, '--noEmit', '-p', 'tsconfig.json'], {
          cwd: folder,
        }).then(
          () => '',
          (error: { stdout: string }) => error.stdout,
        )
        expect(said).toBe('')
        for (const file of new Set(left.map((mutant) => mutant.file))) await cp(file, join(folder, file))
        if (later.length === left.length) throw new Error(`They never apply: ${later.map(({ id }) => id).join(', ')}`)
        left = later
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
