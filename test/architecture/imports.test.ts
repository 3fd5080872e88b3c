/** The house: imports point one way, nothing goes round, the core is pure, the sandbox shares no code with the client. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** Which rooms a room may look into, besides itself. */
const MAY_IMPORT: { readonly [room: string]: readonly string[] } = {
  core: [],
  config: ['core', 'hooks', 'slack', 'discord', 'notify'],
  env: ['config'],
  quantconnect: ['core'],
  records: ['core', 'quantconnect'],
  hooks: ['core'],
  slack: ['core', 'hooks'],
  discord: ['core', 'hooks'],
  notify: ['core', 'hooks', 'slack', 'discord'],
  channels: ['config', 'hooks', 'slack', 'discord', 'notify'],
  log: ['config', 'core'],
  deps: ['config', 'env', 'quantconnect', 'core', 'hooks', 'channels', 'log'],
  workspace: ['core', 'config', 'env', 'deps', 'log', 'quantconnect', 'records', 'hooks'],
  chat: ['core', 'env', 'log', 'workspace'],
  http: ['core', 'config', 'env', 'deps', 'log', 'chat', 'workspace', 'records', 'hooks', 'slack', 'discord'],
  index: ['env', 'http', 'workspace'],
  cli: ['core', 'config', 'quantconnect', 'records', 'workspace', 'hooks', 'slack', 'discord'],
  toml: [],
}

/** The rooms inside a large room, from the ground up; those of one floor do not look at each other. '' is the room itself. */
const FLOORS: { readonly [room: string]: readonly (readonly string[])[] } = {
  core: [['base'], ['evidence'], ['policy'], ['judge'], ['plan'], ['command', 'cards', 'replay']],
  workspace: [['ledger'], ['telling'], ['running'], ['asking', 'views'], ['']],
}

interface Import {
  readonly from: string
  readonly to: string
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src', file))
const imports = files.flatMap(importsOf)

describe('the house', () => {
  it('imports one way: no room looks into a room above it', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)]
      return room !== other && to.startsWith('src/') && !MAY_IMPORT[room]?.includes(other)
    })
    expect(wrong).toEqual([])
  })

  it('imports one way inside the large rooms too', () => {
    const wrong = imports.filter(({ from, to }) => {
      const room = roomOf(from)
      const floors = FLOORS[room]
      if (floors === undefined || roomOf(to) !== room || innerRoomOf(from) === innerRoomOf(to)) return false
      return floorOf(floors, innerRoomOf(from)) <= floorOf(floors, innerRoomOf(to))
    })
    expect(wrong).toEqual([])
    const large = files.filter((file) => FLOORS[roomOf(file)] !== undefined)
    expect(large.filter((file) => floorOf(FLOORS[roomOf(file)] ?? [], innerRoomOf(file)) === -1)).toEqual([])
  })

  it('knows every room', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => MAY_IMPORT[room] === undefined)).toEqual([])
  })

  it('has no circle of imports, types included', () => {
    expect(circles()).toEqual([])
  })

  it('keeps the core pure: no clock, no randomness, no network, no platform', () => {
    const impure = /Date\.now\(|new Date\(\)|Math\.random\(|\bfetch\(|cloudflare:|node:|process\.|setTimeout\(/
    const found = files.filter((file) => roomOf(file) === 'core' && impure.test(code(file)))
    expect(found).toEqual([])
  })

  it('G20 writes to the console in one place, and only there', () => {
    const loud = files.filter((file) => roomOf(file) !== 'cli' && /\bconsole\b/.test(code(file)))
    expect(loud).toEqual(['src/log.ts'])
  })

  it('lets the sandbox share no code with what it is a second opinion on', () => {
    const sandbox = readdirSync(join(root, 'test', 'sandbox'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join('test', 'sandbox', file))
    expect(sandbox.flatMap(importsOf).filter(({ to }) => to.startsWith('src/'))).toEqual([])
  })
})

function importsOf(file: string): readonly Import[] {
  return [...code(file).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, target = '']) => ({
    from: file,
    to: relative(root, join(root, dirname(file), target)),
  }))
}

function code(file: string): string {
  return readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

function roomOf(file: string): string {
  const [, first = ''] = file.split('/')
  return first.replace(/(\.d)?\.ts$/, '')
}

/** `src/core/plan/caps.ts` is in `plan`, `src/workspace/object.ts` in ''. */
function innerRoomOf(file: string): string {
  return file.split('/').slice(2, -1)[0] ?? ''
}

function floorOf(floors: readonly (readonly string[])[], room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room))
}

/** Every file from which one can walk back to itself. */
function circles(): readonly string[] {
  const targets = new Map(files.map((file) => [file, imports.filter(({ from }) => from === file).map(({ to }) => to)]))
  return files.filter((start) => {
    const seen = new Set<string>()
    const open = [...(targets.get(start) ?? [])]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === start) return true
      if (seen.has(next)) continue
      seen.add(next)
      open.push(...(targets.get(next) ?? []))
    }
    return false
  })
}
