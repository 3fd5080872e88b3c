/** README lists every door and every setting there is, and none that is not. */

import { glob, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'

/** Doors that are no operation of the API. */
const OTHERS = [
  'GET /',
  'GET /docs',
  'GET /openapi.json',
  'POST /hooks',
  'POST /hooks/github',
  'POST /hooks/quantconnect',
  'POST /slack/commands',
  'POST /slack/actions',
  'POST /slack/events',
  'POST /discord/interactions',
]

describe('README', () => {
  it('lists every door', async () => {
    const operations = await inSource('src/http/api/*.ts', /\bmethod: '(\w+)',\s+path: '(\S+)',$/gm)
    const doors = [...operations.map(([method, path]) => `${method} ${path}`), ...OTHERS]
    expect((await firstCells('Doors')).flatMap(doorsIn).sort()).toEqual(doors.sort())
    expect(doors.length).toBeGreaterThan(30)
  })

  it('lists every setting', async () => {
    const settings = await inSource('src/**/*.ts', /^ {2}readonly ([A-Z][A-Z_]+)\?: string$/gm)
    expect((await firstCells('Settings')).flatMap(codesIn).sort()).toEqual(settings.flat().sort())
    expect(settings.length).toBeGreaterThan(20)
  })
})

/** The groups of every match. */
async function inSource(files: string, pattern: RegExp): Promise<readonly (readonly string[])[]> {
  const found: string[][] = []
  for await (const file of glob(files)) {
    for (const [, ...groups] of (await readFile(file, 'utf8')).matchAll(pattern)) found.push(groups)
  }
  return found
}

/** What stands on the left of the first table of a chapter. */
async function firstCells(heading: string): Promise<readonly string[]> {
  const readme = await readFile('README.md', 'utf8')
  const chapter = readme.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`)) ?? ''
  return Array.from(chapter.matchAll(/^\| (`.*?) \|/gm), ([, cell = '']) => cell)
}

function codesIn(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code)
}

/** `PUT`, `DELETE /api/pause` are two doors of one path, `GET /docs`, `/openapi.json` two of one method; queries are left out. */
function doorsIn(cell: string): readonly string[] {
  const doors: string[] = []
  let methods: string[] = []
  let isNew = false
  for (const code of codesIn(cell)) {
    const [, method, path] = /^([A-Z]+)? ?(\/[^?]*)?/.exec(code) ?? []
    if (method !== undefined) methods = isNew ? [...methods, method] : [method]
    isNew = path === undefined
    if (path !== undefined) doors.push(...methods.map((one) => `${one} ${path}`))
  }
  return doors
}
