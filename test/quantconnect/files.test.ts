import { describe, expect, it } from 'vitest'
import { isUnknown } from '../../src/core/evidence/project.ts'
import { readOnce } from './fake-api.ts'

describe('readFiles', () => {
  const file = {
    id: 1,
    projectId: 7,
    name: 'main.py',
    content: 'pass',
    modified: '2025-11-10 13:00:06',
    open: true,
    isLibrary: false,
  }
  const files = (...rows: unknown[]) =>
    readOnce({ success: true, files: rows, errors: [] }, (client, meter) => client.readFiles(7, meter))

  it('gives name, content and date of each file', async () => {
    const { result, sent } = await files(file, { ...file, name: 'lib/x.py', content: '' })
    const modified = Date.UTC(2025, 10, 10, 13, 0, 6)
    expect(result).toEqual({
      ok: true,
      value: [
        { name: 'main.py', content: 'pass', modified },
        { name: 'lib/x.py', content: '', modified },
      ],
    })
    expect(sent).toMatchObject({ path: 'files/read', body: '{"projectId":7}' })
  })

  it('leaves out the files of linked libraries, also one under a name of our own', async () => {
    const { result } = await files(file, { ...file, projectId: 99, isLibrary: true }, { isLibrary: true })
    expect(result.ok && result.value.map(({ name }) => name)).toEqual(['main.py'])
  })

  it('takes a file without isLibrary, id or projectId for our own', async () => {
    expect(await files({ name: 'a', content: '', modified: file.modified })).toMatchObject({
      result: { ok: true, value: [{ name: 'a' }] },
    })
  })

  it('may find none', async () => {
    expect((await files()).result).toEqual({ ok: true, value: [] })
  })

  it('says when it does not know how old a file is', async () => {
    const { result } = await files({ ...file, modified: null })
    expect(result.ok && isUnknown(result.value[0]?.modified)).toBe(true)
  })

  it.each<[string, unknown]>([
    ['no files', { success: true }],
    ['files {}', { success: true, files: {} }],
    ['files null', { success: true, files: null }],
    ['a file that is no object', { success: true, files: ['main.py'] }],
    ['a file without a name', { success: true, files: [{ ...file, name: '' }] }],
    ['a file without content', { success: true, files: [{ ...file, content: null }] }],
    ['content that is no text', { success: true, files: [{ ...file, content: { cells: [] } }] }],
    ['one name twice', { success: true, files: [file, { ...file, content: 'other' }] }],
    ['a file of another project', { success: true, files: [{ ...file, projectId: 8 }] }],
    ['an isLibrary it cannot read', { success: true, files: [{ ...file, isLibrary: 'no' }] }],
  ])('G9: does not trust %s, which could not be rebuilt from', async (_, body) => {
    const { result } = await readOnce(body, (client, meter) => client.readFiles(7, meter))
    expect(result).toMatchObject({ failure: { kind: 'malformed' } })
  })
})
