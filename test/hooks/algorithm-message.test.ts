/** What a live algorithm may say, and what it may not. */

import { describe, expect, it } from 'vitest'
import { projectOf, readAlgorithmMessage, unwrapped } from '../../src/hooks/algorithm-message.ts'

/** As the documentation shows it, shortened; the misspelling is theirs. */
const WIZARD = {
  ProjectName: 'Momentum',
  ProjectId: 7,
  Insights: [],
  OrderEvents: [{ OrderId: 1, Id: 1, Symbol: { value: 'SPY', id: 'SPY R735QTJ8XC9X', permtick: 'SPY' }, Status: 3 }],
  Portfolio: [{ Ticker: 'SPY', Quantity: 1, AveragePrice: 100, UnreazliedProfit: 0 }],
}

function whyNot(message: unknown): string | null {
  const read = readAlgorithmMessage(message)
  return read.kind === 'refused' ? read.why : null
}

describe('the message of an algorithm', () => {
  it('changes description and parameters of its own project, and never a hold', () => {
    expect(readAlgorithmMessage({ projectId: 7, description: 'up 3 %', parameters: { fast: 10 } })).toEqual({
      kind: 'update',
      command: {
        type: 'project.update',
        project: 7,
        description: 'up 3 %',
        parameters: { fast: '10' },
        keepsHolds: true,
      },
    })
    expect(readAlgorithmMessage({ projectId: 7, description: '' })).toMatchObject({
      command: { project: 7, description: '', keepsHolds: true },
    })
  })

  it('may ask for a report', () => {
    expect(readAlgorithmMessage({ projectId: 7, sweep: 'report' })).toEqual({ kind: 'report' })
  })

  it('of the deployment wizard is known by its keys, whatever else is in it', () => {
    expect(readAlgorithmMessage(WIZARD)).toEqual({ kind: 'wizard' })
    expect(readAlgorithmMessage({ ...WIZARD, Later: 'a new key of theirs' })).toEqual({ kind: 'wizard' })
    expect(readAlgorithmMessage({ ProjectId: 7, Insights: [{}] })).toEqual({ kind: 'wizard' })
  })

  it.each([
    [{ projectId: 7 }, /^Nothing to do: /],
    [{ projectId: 7, description: 'x', sweep: 'report' }, /^Either an update or a sweep/],
    [{ projectId: 7, sweep: 'act' }, /^"sweep" must be "report"/],
    [{ projectId: 7, name: 'New name' }, /^"name" is not a key here/],
    [{ projectId: 7, description: 'x [keep]' }, /^"description" must not contain "\[keep"/],
    [{ projectId: 7, description: '[ KEEP until 2027-01-31]' }, /^"description" must not contain "\[keep"/],
    [{ projectId: 7, description: 7 }, /^"description" must be text/],
    [{ projectId: 7, parameters: {} }, /^"parameters" must name a parameter/],
    [{ projectId: '7', description: 'x' }, /^"projectId" must be the id of a project/],
    [{ ProjectId: 7, description: 'x' }, /^"ProjectId" is not a key here; did you mean "projectId"\?$/],
    [{ projectId: 7, description: 'x', type: 'project.delete' }, /^"type" is not a key here/],
    [[], /^The body must be an object\.$/],
  ])('%j is refused with the reason', (message, why) => {
    expect(whyNot(message)).toMatch(why)
  })
})

describe('the project of a message', () => {
  it.each([
    [{ projectId: 7 }, 7],
    [WIZARD, 7],
    [{ projectId: 7, ProjectId: 8 }, 7],
    [{ projectId: '7' }, null],
    [{ projectId: 1.5 }, null],
    [{ projectId: -7 }, null],
    [{ projectId: 0, ProjectId: 8 }, null],
    [{}, null],
    [null, null],
    [undefined, null],
    ['{"projectId": 7}', null],
  ])('of %j is %j', (message, project) => {
    expect(projectOf(message)).toBe(project)
  })
})

it('a text that is JSON once more is what is in it, one time', () => {
  const message = { projectId: 7 }
  expect(unwrapped(message)).toEqual(message)
  expect(unwrapped(JSON.stringify(message))).toEqual(message)
  expect(unwrapped(JSON.stringify(JSON.stringify(message)))).toBe(JSON.stringify(message))
  expect(unwrapped('no JSON')).toBe('no JSON')
})
