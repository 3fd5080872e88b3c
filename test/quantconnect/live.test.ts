import { describe, expect, it } from 'vitest'
import { isRunning } from '../../src/quantconnect/live.ts'
import { readOnce } from './fake-api.ts'

describe('listLive', () => {
  const deployment = {
    projectId: 18370084,
    deployId: 'L-1',
    status: 'Running',
    launched: '2024-06-20 13:01:21',
    stopped: null,
  }
  const list = (body: unknown) => readOnce(body, (client, meter) => client.listLive(meter))

  it('gives every deployment, whatever its status', async () => {
    const live = [deployment, { ...deployment, status: 'Stopped', stopped: '2024-06-21 00:00:00' }]
    const { result, sent } = await list({ success: true, live })
    const launched = Date.UTC(2024, 5, 20, 13, 1, 21)
    expect(result).toEqual({
      ok: true,
      value: [
        { projectId: 18370084, status: 'Running', launched, stopped: null },
        { projectId: 18370084, status: 'Stopped', launched, stopped: Date.UTC(2024, 5, 21) },
      ],
    })
    expect(sent).toMatchObject({ path: 'live/list', body: '{}' })
  })

  it('keeps a deployment whose dates it cannot read', async () => {
    const { result } = await list({ success: true, live: [{ ...deployment, launched: 'soon', stopped: false }] })
    expect(result).toMatchObject({
      ok: true,
      value: [{ launched: { unknown: expect.any(String) }, stopped: { unknown: expect.any(String) } }],
    })
  })

  it.each<[string, unknown]>([
    ['no list', { success: true }],
    ['an object', { success: true, live: {} }],
    ['null', { success: true, live: null }],
    ['a row without a project', { success: true, live: [deployment, { ...deployment, projectId: null }] }],
    ['a row without a status', { success: true, live: [{ ...deployment, status: '' }] }],
    ['a status that is no text', { success: true, live: [{ ...deployment, status: 3 }] }],
    ['a row that is no object', { success: true, live: ['L-1'] }],
  ])('G1: does not know what runs when the answer holds %s', async (_, body) => {
    expect((await list(body)).result).toMatchObject({ failure: { kind: 'malformed' } })
  })
})

describe('isRunning', () => {
  it.each(['Stopped', 'Liquidated', 'Deleted', 'Completed', 'RuntimeError', 'DeployError', 'Invalid'])(
    '%s has ended',
    (status) => {
      expect(isRunning(status)).toBe(false)
    },
  )

  it.each([
    'Running',
    'InQueue',
    'LoggingIn',
    'Initializing',
    'History',
    'PendingInput',
    'Idle',
    'stopped',
    'Something new',
    '',
  ])('G2: %j runs, or may run', (status) => {
    expect(isRunning(status)).toBe(true)
  })
})
