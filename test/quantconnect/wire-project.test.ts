import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isUnknown, type Project } from '../../src/core/evidence/project.ts'
import { readProjectRow } from '../../src/quantconnect/wire-project.ts'
import { projectRow } from './fake-api.ts'

function read(changes: { readonly [key: string]: unknown }): Project {
  const project = readProjectRow(projectRow(changes))
  if (project.unreadable !== null) throw new Error(project.unreadable.unknown)
  return project
}

/** The row with one field missing altogether. */
function without(field: string): Project {
  return read({ [field]: undefined })
}

describe('readProjectRow', () => {
  it('reads the real answer of 2023 (lean-cli issue 307)', () => {
    const row = JSON.parse(
      `{"projectId":14385875,"organizationId":"5cad178b20a1d52567b534553413b691","name":"options_selection_test 1","modified":"2023-03-21 20:45:48","created":"2023-03-21 20:45:48","ownerId":1234567,"language":"Py","collaborators":[{"id":0,"uid":1234567,"blivecontrol":true,"epermission":"write","profileimage":"https:\\/\\/cdn.quantconnect.com\\/web\\/i\\/users\\/profile\\/default.jpg","email":"x@example.com","bio":null,"owner":true}],"leanVersionId":15298,"leanPinnedToMaster":true,"owner":true,"description":"","channelId":"P14385875-34527ef7d71f6496f793db8f63eeb336","parameters":[],"liveResults":null,"libraries":[],"isAlphaStreamDeployment":0,"grid":null,"liveGrid":null,"builder":0,"paperEquity":null,"lastLiveDeployment":null,"liveForm":null,"codeRunning":false,"leanEnvironment":1}`,
    )
    expect(readProjectRow(row)).toEqual({
      id: 14385875,
      name: 'options_selection_test 1',
      path: 'options_selection_test 1',
      organizationId: '5cad178b20a1d52567b534553413b691',
      created: Date.UTC(2023, 2, 21, 20, 45, 48),
      modified: Date.UTC(2023, 2, 21, 20, 45, 48),
      owned: true,
      ownerId: 1234567,
      ownerName: '',
      language: 'Py',
      description: '',
      parameters: [],
      libraries: [],
      collaborators: 1,
      encrypted: false,
      pinned: false,
      shared: false,
      codeRunning: false,
      lastLive: null,
      unreadable: null,
    })
  })

  it('names the owner from the collaborators of today', () => {
    expect(read({}).ownerName).toBe('Mia')
    expect(
      read({
        collaborators: [
          { name: 'Bob', owner: false },
          { name: 'Ann', owner: true },
        ],
      }).ownerName,
    ).toBe('Ann')
  })

  it('keeps the name as written and normalises only the path', () => {
    const project = read({ name: '/path//to/dir/' })
    expect([project.name, project.path]).toEqual(['/path//to/dir/', 'path/to/dir'])
  })

  it.each(['proj<>ect', 'Project: number 1', 'Стратегия/тест', ' spaces ', '.', 'a\u0000b'])(
    'reads any name the cloud may hold: %j',
    (name) => {
      expect(read({ name }).name).toBe(name)
    },
  )

  it('compares organisations in lower case', () => {
    expect(read({ organizationId: '5CAD178B20A1D52567B534553413B691' }).organizationId).toBe(
      '5cad178b20a1d52567b534553413b691',
    )
  })

  it('takes ids written as text', () => {
    const project = read({ projectId: '1000', ownerId: '7', libraries: ['12'] })
    expect([project.id, project.ownerId, project.libraries]).toEqual([1000, 7, [12]])
  })

  describe('absent is absent', () => {
    it.each([
      ['encrypted null is not encrypted', { encrypted: null }, { encrypted: false }],
      ['encrypted missing is not encrypted', { encrypted: undefined }, { encrypted: false }],
      ['isPinned null is not pinned', { isPinned: null }, { pinned: false }],
      ['isPinned missing is not pinned', { isPinned: undefined }, { pinned: false }],
      ['sharingTokenBacktest null is not shared', { sharingTokenBacktest: null }, { shared: false }],
      ['sharingTokenBacktest missing is not shared', { sharingTokenBacktest: undefined }, { shared: false }],
      ['sharingTokenBacktest empty is not shared', { sharingTokenBacktest: '' }, { shared: false }],
      ['an empty last deployment is never', { lastLiveDeployment: '' }, { lastLive: null }],
      ['the zero date as last deployment is never', { lastLiveDeployment: '0000-00-00 00:00:00' }, { lastLive: null }],
      ['the same in ISO', { lastLiveDeployment: '0000-00-00T00:00:00+0000' }, { lastLive: null }],
      ['a plain zero is never', { lastLiveDeployment: 0 }, { lastLive: null }],
      [
        'no access and no id links nothing',
        { libraries: [{ access: false }, { access: false, projectId: null }, 12] },
        { libraries: [12] },
      ],
      ['no last deployment is never', { lastLiveDeployment: null }, { lastLive: null }],
      ['a missing last deployment is never', { lastLiveDeployment: undefined }, { lastLive: null }],
      ['description null is empty', { description: null }, { description: '' }],
      ['description missing is empty', { description: undefined }, { description: '' }],
      ['collaborators null are none', { collaborators: null }, { collaborators: 0, ownerName: '' }],
      ['collaborators [] are none', { collaborators: [] }, { collaborators: 0 }],
      ['collaborators {} are none', { collaborators: {} }, { collaborators: 0 }],
      ['parameters null are none', { parameters: null }, { parameters: [] }],
      ['parameters [] are none', { parameters: [] }, { parameters: [] }],
      ['parameters {} are none', { parameters: {} }, { parameters: [] }],
      ['libraries [] are none', { libraries: [] }, { libraries: [] }],
      ['libraries {} are none', { libraries: {} }, { libraries: [] }],
    ])('%s', (_, row, expected) => {
      expect(read(row)).toMatchObject(expected)
    })
  })

  describe('G1: what cannot be read is unknown, with the reason', () => {
    it.each([
      ['owner', 'owned'],
      ['ownerId', 'ownerId'],
      ['codeRunning', 'codeRunning'],
      ['libraries', 'libraries'],
      ['organizationId', 'organizationId'],
      ['created', 'created'],
      ['modified', 'modified'],
    ] as const)('a missing %s', (field, fact) => {
      for (const project of [without(field), read({ [field]: null })]) {
        expect(project[fact]).toEqual({ unknown: expect.stringContaining(field) })
      }
    })

    it.each([
      ['owner', 'owned', 1],
      ['owner', 'owned', 'true'],
      ['owner', 'owned', []],
      ['ownerId', 'ownerId', 0],
      ['ownerId', 'ownerId', 'mia'],
      ['codeRunning', 'codeRunning', 0],
      ['codeRunning', 'codeRunning', {}],
      ['encrypted', 'encrypted', 0],
      ['encrypted', 'encrypted', ''],
      ['encrypted', 'encrypted', []],
      ['organizationId', 'organizationId', ''],
      ['organizationId', 'organizationId', 5],
      ['libraries', 'libraries', ''],
      ['libraries', 'libraries', 12],
      ['libraries', 'libraries', [12, null]],
      ['libraries', 'libraries', [{ libraryName: 'x' }]],
      ['libraries', 'libraries', [{ projectId: -1 }]],
      ['libraries', 'libraries', [[12]]],
      ['created', 'created', '0000-00-00 00:00:00'],
      ['created', 'created', 1_700_000_000],
      ['modified', 'modified', '2026-02-30 00:00:00'],
      ['modified', 'modified', ''],
      ['isPinned', 'pinned', 1],
      ['isPinned', 'pinned', 'false'],
      ['sharingTokenBacktest', 'shared', 7],
      ['sharingTokenBacktest', 'shared', []],
      ['libraries', 'libraries', [{ access: true }]],
      ['libraries', 'libraries', [{ access: false, projectId: 'x' }]],
      ['lastLiveDeployment', 'lastLive', '0001-01-01 00:00:00'],
      ['lastLiveDeployment', 'lastLive', []],
      ['lastLiveDeployment', 'lastLive', false],
    ] as const)('%s (%s) that is %j', (field, fact, value) => {
      expect(isUnknown(read({ [field]: value })[fact])).toBe(true)
    })
  })

  it('reads pins and shared backtests, and lets no token through', () => {
    const project = read({ isPinned: true, sharingTokenBacktest: 'feedface' })
    expect(project).toMatchObject({ pinned: true, shared: true })
    expect(JSON.stringify(project)).not.toContain('feedface')
  })

  describe('makes the project unreadable, since our model has no unknown for the field', () => {
    it.each([
      ['no object', 5],
      ['null', null],
      ['a list', []],
      ['no projectId', projectRow({ projectId: undefined })],
      ['projectId 0', projectRow({ projectId: 0 })],
      ['projectId -1', projectRow({ projectId: -1 })],
      ['a fraction as projectId', projectRow({ projectId: 1.5 })],
      ['a projectId beyond safe integers', projectRow({ projectId: 2 ** 60 })],
      ['text as projectId', projectRow({ projectId: 'x' })],
      ['a projectId with leading zeros', projectRow({ projectId: '007' })],
      ['no name', projectRow({ name: undefined })],
      ['an empty name', projectRow({ name: '' })],
      ['a name of slashes', projectRow({ name: '//' })],
      ['a name that is a number', projectRow({ name: 7 })],
      ['no language', projectRow({ language: null })],
      ['a description that is an object', projectRow({ description: { text: '[keep]' } })],
      ['a description that is a list', projectRow({ description: ['[keep]'] })],
      ['collaborators that are text', projectRow({ collaborators: 'Mia' })],
      ['a collaborator that is no object', projectRow({ collaborators: [5] })],
      ['parameters that are text', projectRow({ parameters: 'a=1' })],
      ['a parameter without key and name', projectRow({ parameters: [{ value: '1' }] })],
      ['a parameter that is no record, in a list', projectRow({ parameters: ['a'] })],
      ['a parameter whose value is an object', projectRow({ parameters: [{ key: 'a', value: {} }] })],
      ['a map with a list as value', projectRow({ parameters: { a: [1] } })],
    ])('%s', (_, row) => {
      expect(readProjectRow(row).unreadable).toEqual({ unknown: expect.any(String) })
    })

    it('keeps what can be read, so that the project still protects and is still known by its id', () => {
      const libraries = [{ projectId: 12 }]
      expect(readProjectRow(projectRow({ language: null, libraries }))).toMatchObject({
        id: 23456789,
        path: 'path/to/dir/one',
        libraries: [12],
        unreadable: { unknown: 'its language is missing or not text' },
      })
      expect(readProjectRow(projectRow({ name: null, libraries }))).toMatchObject({ path: '', libraries: [12] })
      expect(readProjectRow(null).libraries).toEqual({ unknown: expect.any(String) })
    })

    it('gives a row without an id a negative one, the same each time and another one for another row', () => {
      const row = projectRow({ projectId: null })
      const { id } = readProjectRow(row)
      expect(id).toBeLessThan(0)
      expect(readProjectRow({ ...row }).id).toBe(id)
      expect(readProjectRow({ ...row, name: 'other' }).id).not.toBe(id)
    })
  })

  describe('parameters', () => {
    const key = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__' && !/^\d+$/.test(text))
    const parameters = fc.uniqueArray(fc.record({ key, value: fc.string() }), { selector: (one) => one.key })

    it('come out the same from every shape the API has used', () => {
      fc.assert(
        fc.property(parameters, (wanted) => {
          const shapes = [
            wanted,
            wanted.map(({ key, value }) => ({ name: key, value })),
            Object.fromEntries(wanted.map((one, place) => [`x${place}`, one])),
            Object.fromEntries(wanted.map(({ key, value }) => [key, { value }])),
            Object.fromEntries(wanted.map(({ key, value }) => [key, value])),
          ]
          for (const shape of shapes) expect(read({ parameters: shape }).parameters).toEqual(wanted)
        }),
      )
    })

    it('keep what else is said of them', () => {
      const bounds = { min: 1, max: 5, step: 0.5, type: 'float', fixed: true }
      const parameters = [{ name: 'k', value: 2, ...bounds, nested: {}, none: null }]
      expect(read({ parameters }).parameters).toEqual([{ key: 'k', value: '2', more: bounds }])
    })

    it('have text as values, whatever they were', () => {
      expect(read({ parameters: { a: 1.5, b: true, c: null } }).parameters).toEqual([
        { key: 'a', value: '1.5' },
        { key: 'b', value: 'true' },
        { key: 'c', value: '' },
      ])
    })
  })

  it('reads libraries as objects, as plain ids and as a map', () => {
    const record = { projectId: 12, libraryName: 'L', ownerName: 'Mia', access: true }
    for (const libraries of [[record], [12], { 0: record }, { 12: 12 }]) {
      expect(read({ libraries }).libraries).toEqual([12])
    }
  })

  it('never throws, whatever the row holds', () => {
    const anyRow = fc.dictionary(fc.constantFrom(...Object.keys(projectRow())), fc.anything())
    fc.assert(
      fc.property(fc.oneof(fc.anything(), anyRow.map(projectRow)), (row) => {
        const project = readProjectRow(row)
        expect(project.id > 0 || project.unreadable !== null).toBe(true)
      }),
    )
  })
})
