/** SECURITY.md says of each secret setting what it opens and how it is changed, and of no setting that is not one. */

import { glob, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { secretsOf } from '../../src/config.ts'

describe('SECURITY.md', () => {
  it('lists every secret setting, what it opens and how it is changed', async () => {
    const settings = new Set<string>()
    for await (const file of glob('src/**/*.ts')) {
      for (const [, name = ''] of (await readFile(file, 'utf8')).matchAll(
        /^ {2}readonly ([A-Z][A-Z_]+)\?: string$/gm,
      )) {
        settings.add(name)
      }
    }
    const isSecret = (name: string) => secretsOf({ [name]: 'a-value-of-this-test' }).length > 0
    const rows = (await chapter('Secrets')).matchAll(/^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$/gm)
    const listed = Array.from(rows, ([, name = '']) => name)
    expect(listed.toSorted()).toEqual([...settings].filter(isSecret).toSorted())
    expect(listed.length).toBeGreaterThan(10)
  })

  it('says for how long what is stored is kept, as the code has it', async () => {
    const stored = await chapter('What is stored, and for how long')
    const retention = await readFile('src/workspace/ledger/retention.ts', 'utf8')
    for (const [, name = '', days = ''] of retention.matchAll(/^const (\w+)_DAYS = (\d+)$/gm)) {
      if (!name.startsWith('HOLDS')) expect(stored, name).toContain(`${days} days`)
    }
    const config = await readFile('src/config.ts', 'utf8')
    for (const [, name = '', days = ''] of config.matchAll(/'((?:RECORD|BACKUP)_DAYS)', (\d+)/g)) {
      expect(stored).toContain(`\`${name}\`, ${days}`)
    }
  })

  it('says how to report', async () => {
    expect(await chapter('Reporting')).toMatch(/Report a vulnerability/)
  })
})

async function chapter(heading: string): Promise<string> {
  const text = await readFile('SECURITY.md', 'utf8')
  return text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`)) ?? ''
}
