import { describe, expect, it } from 'vitest'
import { readOnce } from './fake-api.ts'

describe('listBacktests', () => {
  const backtest = (id: string, created: unknown) => ({
    backtestId: id,
    status: 'Completed.',
    name: 'x',
    created,
    parameterSet: [],
  })
  const list = (body: unknown) => readOnce(body, (client, meter) => client.listBacktests(7, meter))

  it('gives how many there are and when the newest was made, in whatever order they come', async () => {
    const backtests = [
      backtest('a', '2025-01-01 00:00:00'),
      backtest('b', '2025-11-10T13:00:06Z'),
      backtest('c', '2025-02-01 00:00:00'),
    ]
    const { result, sent } = await list({ success: true, backtests, count: 3 })
    expect(result).toEqual({ ok: true, value: { count: 3, last: Date.UTC(2025, 10, 10, 13, 0, 6) } })
    expect(sent).toMatchObject({ path: 'backtests/list', body: '{"projectId":7}' })
  })

  it('may find none', async () => {
    expect((await list({ success: true, backtests: [], count: 0 })).result).toEqual({
      ok: true,
      value: { count: 0, last: null },
    })
    expect((await list({ success: true, backtests: [] })).result).toEqual({ ok: true, value: { count: 0, last: null } })
  })

  it.each<[string, unknown]>([
    ['no backtests', { success: true, count: 0 }],
    ['backtests {}', { success: true, backtests: {} }],
    ['backtests null', { success: true, backtests: null }],
    ['a count above the rows', { success: true, backtests: [], count: 3 }],
    ['a count below the rows', { success: true, backtests: [backtest('a', '2025-01-01 00:00:00')], count: 0 }],
    ['a row without a date', { success: true, backtests: [backtest('a', null)] }],
    ['a row without an id', { success: true, backtests: [backtest('', '2025-01-01 00:00:00')] }],
    ['a row that is no object', { success: true, backtests: [null] }],
    [
      'a row twice',
      { success: true, backtests: [backtest('a', '2025-01-01 00:00:00'), backtest('a', '2025-01-01 00:00:00')] },
    ],
  ])('G1: does not trust %s', async (_, body) => {
    expect((await list(body)).result).toMatchObject({ failure: { kind: 'malformed' } })
  })
})
