/** Bodies of commands: what each asks for, and one sentence about what is wrong with those that ask for nothing. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCommand } from '../../src/hooks/commands.ts'

const timestamp = '2026-11-24T10:00:00Z'

function read(type: string, data: unknown) {
  return readCommand({ type, timestamp, data })
}

function commandOf(type: string, data: unknown) {
  const result = read(type, data)
  return result.ok && result.value.kind === 'command' ? result.value.command : result
}

function problemOf(body: unknown): string | null {
  const result = readCommand(body)
  return result.ok ? null : result.problem
}

describe('a body that is a command', () => {
  it('names a project by its id or by its exact name', () => {
    expect(commandOf('project.delete', { projectId: 7 })).toEqual({ type: 'project.delete', project: 7 })
    expect(commandOf('project.delete', { project: 'A/b c' })).toEqual({ type: 'project.delete', project: 'A/b c' })
    expect(commandOf('project.delete', { project: '7' })).toEqual({ type: 'project.delete', project: '7' })
  })

  it('changes name, description and parameters, each or all, and only what it names', () => {
    const all = { name: 'A/new', description: '', parameters: { fast: '10', slow: 2.5, old: null } }
    expect(commandOf('project.update', { project: 'A/old', ...all })).toEqual({
      type: 'project.update',
      project: 'A/old',
      name: 'A/new',
      description: '',
      parameters: { fast: '10', slow: '2.5', old: null },
    })
    expect(commandOf('project.update', { projectId: 7, description: 'x' })).toEqual({
      type: 'project.update',
      project: 7,
      description: 'x',
    })
  })

  it('keeps parameters whose names mean something to JavaScript', () => {
    const parameters = JSON.parse('{"constructor": "1", "toString": "2", "prototype": "3"}')
    expect(commandOf('project.update', { projectId: 7, parameters })).toMatchObject({ parameters })
  })

  it('deletes a directory, restores a project, and runs a sweep of all rules or of some', () => {
    expect(commandOf('directory.delete', { directory: 'CI/x' })).toEqual({
      type: 'directory.delete',
      directory: 'CI/x',
    })
    expect(commandOf('project.restore', { projectId: 7 })).toEqual({ type: 'project.restore', projectId: 7 })
    expect(read('sweep.run', { mode: 'report' })).toEqual({
      ok: true,
      value: { kind: 'sweep', mode: 'report', rules: null },
    })
    expect(read('sweep.run', { mode: 'act', rules: ['old'] })).toMatchObject({ value: { mode: 'act', rules: ['old'] } })
  })

  it.each([
    '2026-11-24T10:00:00Z',
    '2026-11-24T10:00:00.123Z',
    '2026-11-24T10:00:00.123456+00:00',
    '2026-11-24T10:00:00+0200',
  ])('may say its time as %s', (time) => {
    expect(problemOf({ type: 'sweep.run', timestamp: time, data: { mode: 'report' } })).toBeNull()
  })
})

describe('a body that is none says what is wrong', () => {
  it.each([
    [null, 'The body must be an object.'],
    [[], 'The body must be an object.'],
    ['x', 'The body must be an object.'],
    [{ timestamp, data: {} }, '"type" is missing.'],
    [{ type: 'sweep.run', data: {} }, '"timestamp" is missing.'],
    [{ type: 'sweep.run', timestamp }, '"data" is missing.'],
    [{ type: 'sweep.run', timestamp, data: { mode: 'act' }, dta: 1 }, '"dta" is not a key here; did you mean "data"?'],
    [{ tpye: 'sweep.run', timestamp, data: {} }, '"tpye" is not a key here; did you mean "type"?'],
    [{ type: 'project.dlete', timestamp, data: {} }, '"type" is not a command; did you mean "project.delete"?'],
    [{ type: 'toString', timestamp, data: {} }, /^"type" must be one of project\.update, /],
    [{ type: 7, timestamp, data: {} }, /^"type" must be one of /],
    [{ type: 'sweep.run', timestamp: 'today', data: {} }, /^"timestamp" must be a time such as /],
    [{ type: 'sweep.run', timestamp: '2026-11-24', data: {} }, /^"timestamp" must be a time such as /],
    [{ type: 'sweep.run', timestamp: 1_764_000_000, data: {} }, /^"timestamp" must be a time such as /],
  ])('%j', (body, problem) => {
    expect(problemOf(body)).toMatch(typeof problem === 'string' ? new RegExp(`^${RegExp.escape(problem)}$`) : problem)
  })

  it.each([
    ['project.delete', {}, 'Say which project by "projectId", or by "project", its exact present name.'],
    ['project.delete', { projectId: 7, project: 'A' }, /its exact present name, not by both\.$/],
    ['project.delete', { projectId: '7' }, '"projectId" must be the id of a project, a whole number.'],
    ['project.delete', { projectId: 0 }, /must be the id of a project/],
    ['project.delete', { projectId: 1.5 }, /must be the id of a project/],
    ['project.delete', { projectId: null }, /must be the id of a project/],
    ['project.delete', { project: '' }, '"project" must not be empty; it is the exact name of a project.'],
    ['project.delete', { project: ['A'] }, /^"project" must be text/],
    ['project.delete', { name: 'A' }, /^"name" is not a key here; .*projectId/],
    ['project.delete', [], '"data" must be an object.'],
    ['project.delete', null, '"data" must be an object.'],
    ['project.update', { projectId: 7 }, /^Nothing to change: /],
    ['project.update', { description: 'x' }, /^Say which project by "projectId"/],
    ['project.update', { projectId: 7, name: '' }, /^"name" must not be empty/],
    ['project.update', { projectId: 7, name: 'A/../b' }, '"name" may not be a name: ".." may not be part of a name.'],
    ['project.update', { projectId: 7, name: 'a:b' }, /^"name" may not be a name: a part of the name contains ":"/],
    [
      'project.update',
      { projectId: 7, name: 'library/x' },
      /nothing is written into QuantConnect's own library folder/,
    ],
    ['project.update', { projectId: 7, description: 5 }, '"description" must be text: a description.'],
    ['project.update', { projectId: 7, description: 'a\ud800b' }, /half of a surrogate pair/],
    [
      'project.update',
      { projectId: 7, desciption: 'x' },
      '"desciption" is not a key here; did you mean "description"?',
    ],
    ['project.update', { projectId: 7, parameters: {} }, '"parameters" must name a parameter, or be left out.'],
    ['project.update', { projectId: 7, parameters: [] }, /^"parameters" must be an object of parameters/],
    ['project.update', { projectId: 7, parameters: { a: true } }, /^"parameters" must have texts or numbers as values/],
    ['project.update', { projectId: 7, parameters: { a: { b: 1 } } }, /^"parameters" must have texts or numbers/],
    ['project.update', { projectId: 7, parameters: { '': '1' } }, /a parameter whose name cannot be written/],
    ['project.update', JSON.parse('{"projectId": 7, "parameters": {"__proto__": "1"}}'), /name cannot be written/],
    ['project.update', JSON.parse('{"projectId": 7, "__proto__": {"name": "x"}}'), /^"__proto__" is not a key here/],
    ['directory.delete', {}, '"directory" is missing.'],
    ['directory.delete', { directory: 7 }, '"directory" must be text: a directory.'],
    ['project.restore', { project: 'A' }, '"project" is not a key here; did you mean "projectId"?'],
    ['project.restore', {}, '"projectId" is missing.'],
    ['sweep.run', {}, '"mode" is missing.'],
    ['sweep.run', { mode: 'delete' }, '"mode" must be "report" or "act".'],
    ['sweep.run', { mode: 'act', rules: [] }, '"rules" must name a rule, or be left out.'],
    ['sweep.run', { mode: 'act', rules: 'old' }, '"rules" must be a list of ids of rules.'],
    ['sweep.run', { mode: 'act', rules: [7] }, '"rules.0" must be text: the id of a rule.'],
    ['sweep.run', { mode: 'act', rule: ['old'] }, '"rule" is not a key here; did you mean "rules"?'],
  ])('%s %j', (type, data, problem) => {
    const found = problemOf({ type, timestamp, data })
    expect(found).toMatch(typeof problem === 'string' ? new RegExp(`^${RegExp.escape(problem)}$`) : problem)
  })

  it.each([
    ['', 'it is empty'],
    ['///', 'it is empty'],
    ['   ', 'it is empty'],
    ['..', '"." and ".." are not followed'],
    ['Research/../Production', '"." and ".." are not followed'],
    ['./Research', '"." and ".." are not followed'],
    ['Research/ /old', 'a part of it is blank'],
    ['Research/*', 'it has a wildcard, and a command names one directory exactly'],
    ['Research/ol?', 'it has a wildcard, and a command names one directory exactly'],
    ['Recycle Bin', "it is in QuantConnect's own bin"],
    ['library/x', "it is in QuantConnect's own library folder"],
  ])('G21 the directory %j is none to delete: %s', (directory, why) => {
    expect(problemOf({ type: 'directory.delete', timestamp, data: { directory } })).toBe(
      `"directory" is no directory to delete: ${why}.`,
    )
  })

  it('whatever JSON it is: one sentence, never an error', () => {
    const types = ['project.update', 'project.delete', 'directory.delete', 'project.restore', 'sweep.run']
    const keys = ['projectId', 'project', 'name', 'description', 'parameters', 'directory', 'mode', 'rules']
    const data = fc.oneof(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()), fc.jsonValue())
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ type: fc.constantFrom(...types), timestamp: fc.constant(timestamp), data }),
    )
    fc.assert(
      fc.property(body, (value) => {
        const result = readCommand(value)
        if (!result.ok) expect(result.problem).toMatch(/^.{10,}[.?]$/s)
      }),
      { numRuns: 2_000 },
    )
  })
})
