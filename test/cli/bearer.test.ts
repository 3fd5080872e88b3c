/** `npm run bearer`: the bearer of a project, and never the secret it is made of. */

import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Folder, makeFolder, run } from './support.ts'

const SECRET = 'dev-quantconnect-secret'
const BEARER = createHmac('sha256', SECRET).update('23456007').digest('hex')

let folder: Folder
let file: string

beforeAll(async () => {
  folder = await makeFolder()
  file = await folder.write('vars', `QUANTCONNECT_SECRET=${SECRET}\n`)
})
afterAll(() => folder.remove())

describe('npm run bearer', () => {
  it('prints the bearer of a project and nothing else, so that scripts can take it', async () => {
    expect(await run('bearer', ['23456007', '--env', file])).toMatchObject({ code: 0, out: `${BEARER}\n`, err: '' })
    const json = await run('bearer', ['23456007', '--env', file, '--json'])
    expect(json.json()).toEqual({ projectId: 23456007, bearer: BEARER })
  })

  it('takes the first of several secrets, and the environment before the file', async () => {
    const settings = { QUANTCONNECT_SECRET: `${SECRET}, the secret of last year` }
    const other = await folder.write('other', 'QUANTCONNECT_SECRET=another secret altogether\n')
    expect((await run('bearer', ['23456007', '--env', other], settings)).out).toBe(`${BEARER}\n`)
    expect((await run('bearer', ['23456007', '--env', other])).out).not.toBe(`${BEARER}\n`)
  })

  it('has help that explains it', async () => {
    const { code, out, err } = await run('bearer', ['--help'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/POST \/hooks\/quantconnect/)
    expect(out).toMatch(/Exit codes: 0 .*, 2 .*/)
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  })

  it.each([
    [[], /^Of which project\? Give its id\.\n\n/],
    [['1', '2'], /^One project at a time: "2" is not expected here\.\n\n/],
    [['Momentum'], /^"Momentum" is not the id of a project/],
    [['0'], /^"0" is not the id of a project/],
    [['007'], /^"007" is not the id of a project/],
    [['99999999999999999999'], /is not the id of a project/],
  ])('%j ends with 2 and says what is wrong', async (words, message) => {
    const { code, out, err } = await run('bearer', [...words, '--env', file])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
  })

  it('ends with 2 when the secret is missing or too short, and shows none', async () => {
    const missing = await run('bearer', ['1', '--env', '/dev/null'])
    expect([missing.code, missing.out]).toEqual([2, ''])
    expect(missing.err).toMatch(/^QUANTCONNECT_SECRET is missing\. Make one with: openssl rand -hex 32\./)
    const short = await run('bearer', ['1', '--env', '/dev/null'], { QUANTCONNECT_SECRET: 'too-short' })
    expect(short.code).toBe(2)
    expect(short.err).toMatch(/^QUANTCONNECT_SECRET must have at least 16 characters\./)
    expect(short.err).not.toContain('too-short')
  })
})
