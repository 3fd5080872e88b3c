/**
 * The sandbox against a small model of a workspace that was written apart from it: random sequences of calls by two users
 * must leave both the same, in every answer and in the whole state. fast-check prints the seed and the shortest sequence
 * that fails.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, newWorld } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const start = Date.UTC(2026, 0, 1)
const day = 86_400_000

/** A project as the model remembers it. */
interface Known {
  id: number
  owner: number
  helpers: number[]
  name: string
  description: string
  parameters: string
  /** Content and time of the last save, by name. */
  files: Record<string, string>
  created: number
  modified: number
  binned: number
}

/** What a call should have answered: the ids or names it shows, or that it was refused. */
type Expected = 'refused' | 'done' | readonly unknown[]

class Model {
  now = start
  projects: Known[] = []

  seenBy(user: number): Known[] {
    return this.projects.filter((each) => each.owner === user || each.helpers.includes(user))
  }

  one(user: number, id: number): Known | undefined {
    return this.seenBy(user).find((each) => each.id === id)
  }

  names(user: number, except?: Known): string[] {
    return this.projects.filter((each) => each.owner === user && each !== except).map((each) => each.name)
  }

  numbered(user: number, name: string, except?: Known): string {
    const taken = this.names(user, except)
    const candidates = [name, ...Array.from({ length: 99 }, (_, n) => `${name} ${n + 1}`)]
    return candidates.find((each) => !taken.includes(each)) ?? 'none'
  }

  pass(ms: number): void {
    this.now += ms
    this.projects = this.projects.filter((each) => each.binned < 0 || this.now - each.binned < 30 * day)
  }
}

/** One step: how it is done to the sandbox and to the model. `who` and `which` are reduced to what there is. */
type Step =
  | {
      readonly do: 'create' | 'createFile' | 'saveFile' | 'deleteFile'
      readonly who: number
      readonly which: number
      readonly name: string
    }
  | {
      readonly do: 'rename' | 'describe' | 'parameters'
      readonly who: number
      readonly which: number
      readonly name: string
    }
  | {
      readonly do: 'delete' | 'restore' | 'read' | 'files' | 'share'
      readonly who: number
      readonly which: number
      readonly name: string
    }
  | { readonly do: 'page'; readonly who: number; readonly which: number; readonly name: string; readonly size: number }
  | { readonly do: 'wait'; readonly days: number }

const names = ['a', 'a/b', 'a/b/c', 'a 1', 'x.y', 'Recycle Bin/a', 'main.py', 'b']
const who = fc.constantFrom(123, 123, 123, 456)
const base = { who, which: fc.nat({ max: 12 }), name: fc.constantFrom(...names) }
const verbs = ['createFile', 'saveFile', 'deleteFile', 'rename', 'rename', 'describe', 'parameters'] as const
const more = ['delete', 'delete', 'restore', 'restore', 'read', 'files', 'share'] as const
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const), ...base }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom(...verbs), ...base }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom(...more), ...base }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('page' as const), ...base, size: fc.nat({ max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.constantFrom(0.01, 1, 9, 31) }) },
)

it('agrees with the model through any sequence of calls', { timeout: 60_000 }, async () => {
  const sequences = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' })
  await fc.assert(fc.asyncProperty(sequences, agree), { numRuns: 60 })
})

async function agree(steps: readonly Step[]): Promise<void> {
  const client = newWorld(sandbox.url)
  const model = new Model()
  await client.control('switches', { fileMoves: 'yes' })
  await client.control('clock', { now: start, hold: true })
  for (const each of steps) {
    // A second passes with every step, so that the order by `modified` is never a tie.
    model.pass(1000)
    await client.control('clock', { now: model.now, hold: true })
    if (each.do === 'wait') {
      model.pass(each.days * day)
      await client.control('clock', { now: model.now, hold: true })
    } else {
      await play(each, each.who === 123 ? client : client.as(456, 'def'), model)
    }
    await sameState(client, model)
  }
}

type Call = Exclude<Step, { readonly do: 'wait' }>

async function play(each: Call, client: Client, model: Model): Promise<void> {
  // Any project at all, also one the caller does not see, and now and then one that is not there.
  const target = model.projects[each.which % (model.projects.length + 1)]
  const projectId = target?.id ?? 99
  const mine = model.one(each.who, projectId)
  const { name } = each
  if (each.do === 'create') return create(each, client, model)
  if (each.do === 'read') return expectAnswer(client, 'projects/read', { projectId }, mine ? [mine.name] : 'refused')
  if (each.do === 'page') return page(each, client, model)
  if (each.do === 'files') {
    return expectAnswer(client, 'files/read', { projectId }, mine ? Object.keys(mine.files) : 'refused')
  }
  if (each.do === 'delete') return expectAnswer(client, 'projects/delete', { projectId }, remove(model, each.who, mine))
  if (each.do === 'restore') {
    const back = target?.name.replace(/^Recycle Bin\//, '') ?? 'a'
    return expectAnswer(client, 'projects/update', { projectId, name: back }, rename(model, mine, back))
  }
  if (each.do === 'rename')
    return expectAnswer(client, 'projects/update', { projectId, name }, rename(model, mine, name))
  if (each.do === 'describe') {
    return expectAnswer(
      client,
      'projects/update',
      { projectId, description: name },
      change(model, mine, { description: name }),
    )
  }
  if (each.do === 'parameters') {
    const request = { projectId, parameters: [{ key: 'k', value: name }] }
    return expectAnswer(client, 'projects/update', request, change(model, mine, { parameters: `k=${name}` }))
  }
  if (each.do === 'share') return share(each.who, client, projectId, mine)
  return file(each, client, model, projectId, mine)
}

async function create(each: Call, client: Client, model: Model): Promise<void> {
  const { body } = await client.post('projects/create', { name: each.name, language: 'Py' })
  if (each.name.includes('.')) {
    expect(body.success).toBe(false)
    return
  }
  const name = model.numbered(each.who, each.name)
  expect([body.success, body.projects[0].name]).toEqual([true, name])
  model.projects.push({
    id: body.projects[0].projectId,
    owner: each.who,
    helpers: [],
    name,
    description: '',
    parameters: '',
    files: { 'main.py': `template at ${model.now}`, 'research.ipynb': `template at ${model.now}` },
    created: model.now,
    modified: model.now,
    binned: name.startsWith('Recycle Bin/') ? model.now : -1,
  })
}

function change(model: Model, mine: Known | undefined, fields: Partial<Known>): Expected {
  if (!mine) return 'refused'
  Object.assign(mine, fields, { modified: model.now })
  return 'done'
}

function rename(model: Model, mine: Known | undefined, name: string): Expected {
  if (!mine) return 'refused'
  if (name === mine.name) return 'done'
  if (name.includes('.') || model.names(mine.owner, mine).includes(name)) return 'refused'
  if (!name.startsWith('Recycle Bin/')) mine.binned = -1
  else if (mine.binned < 0) mine.binned = model.now
  return change(model, mine, { name })
}

function remove(model: Model, user: number, mine: Known | undefined): Expected {
  if (!mine) return 'refused'
  if (mine.owner !== user) {
    mine.helpers = mine.helpers.filter((each) => each !== user)
    return 'done'
  }
  if (mine.binned >= 0) return 'refused'
  mine.name = model.numbered(mine.owner, `Recycle Bin/${mine.name}`, mine)
  mine.binned = model.now
  return 'done'
}

async function page(each: Call & { readonly do: 'page' }, client: Client, model: Model): Promise<void> {
  const rows = model.seenBy(each.who).toSorted((a, b) => b.modified - a.modified || b.id - a.id)
  const [first, last] = [each.which, each.which + each.size]
  const expected = each.size === 0 ? 'refused' : rows.slice(first, last).map((row) => row.name)
  await expectAnswer(client, 'projects/read', { start: first, end: last }, expected)
}

async function share(user: number, client: Client, projectId: number, mine: Known | undefined): Promise<void> {
  const [other, publicId] = user === 123 ? [456, 'noor-q'] : [123, 'mia-ai']
  const may = mine && mine.owner === user && !mine.helpers.includes(other)
  if (may) mine.helpers.push(other)
  const request = { projectId, collaboratorUserId: publicId, collaborationWrite: true, collaborationLiveControl: true }
  const { body } = await client.post('projects/collaboration/create', request)
  expect(body.success).toBe(may === true)
}

async function file(
  each: Call,
  client: Client,
  model: Model,
  projectId: number,
  mine: Known | undefined,
): Promise<void> {
  const { name } = each
  const content = `written by ${each.who} when it was ${model.now}`
  const there = mine ? name in mine.files : false
  const fits = mine !== undefined && (each.do === 'createFile' ? !there : there)
  if (fits) {
    mine.modified = model.now
    if (each.do === 'deleteFile') delete mine.files[name]
    else mine.files[name] = `${content} at ${model.now}`
  }
  const endpoint = { createFile: 'files/create', saveFile: 'files/update', deleteFile: 'files/delete' }[
    each.do as 'saveFile'
  ]
  const { body } = await client.post(endpoint as string, { projectId, name, content })
  expect(body.success).toBe(fits)
}

async function expectAnswer(client: Client, endpoint: string, request: object, expected: Expected): Promise<void> {
  const { body } = await client.post(endpoint, request)
  expect(body.success).toBe(expected !== 'refused')
  if (typeof expected === 'string') return
  const rows = body.projects ?? body.files
  expect(rows.map((row: { name: string }) => row.name)).toEqual(expected)
}

/** The whole state, and each user's list. */
async function sameState(client: Client, model: Model): Promise<void> {
  const shown = (await client.control('state')).body.projects.map((each: Record<string, unknown>) => ({
    id: each.projectId,
    owner: each.ownerId,
    helpers: (each.collaborators as { uid: number }[]).slice(1).map((person) => person.uid),
    name: each.name,
    description: each.description,
    parameters: (each.parameters as { key: string; value: string }[]).map(({ key, value }) => `${key}=${value}`).join(),
    files: Object.fromEntries((each.files as { name: string; content: string; modified: string }[]).map(remembered)),
    created: ms(each.created),
    modified: ms(each.modified),
  }))
  expect(shown).toEqual(model.projects.map(({ binned: _binned, ...rest }) => rest))
}

/** Name, and content with the time it was written; what the cloud puts into a new project is not the model's business. */
function remembered(file: {
  readonly name: string
  readonly content: string
  readonly modified: string
}): [string, string] {
  const content = file.content.startsWith('written') ? file.content : 'template'
  return [file.name, `${content} at ${ms(file.modified)}`]
}

function ms(date: unknown): number {
  return Date.parse(`${String(date).replace(' ', 'T')}Z`)
}
