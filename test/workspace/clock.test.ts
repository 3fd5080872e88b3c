/** G26: a scheduled time in the future moves nothing but the test clock of development. */

import { describe, expect, it } from 'vitest'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld } from '../support/world.ts'

const REAL_HOST = { QC_API_URL: 'https://www.quantconnect.com/api/v2', ADMIN_TOKEN: 'a-long-token-that-nobody-knows' }

describe('G26 scheduled times ahead of the clock', () => {
  it('are refused in a deployed Worker from ten minutes on, and change nothing', async () => {
    const now = Date.now()
    const world = await makeWorld(DELETE_OLD, staleMany(2), {
      env: REAL_HOST,
      fetch: () => Promise.reject(new Error('no network')),
    })
    await world.stub.tick(now)
    for (const ahead of [11 * 60_000, 2 * DAY, 20 * 365 * DAY]) {
      expect(await world.stub.tick(now + ahead)).toMatchObject({
        ok: false,
        message: expect.stringMatching(/more than 10 minutes ahead of the clock; nothing was run/),
      })
    }
    const runs = await world.stub.runs(20, null)
    expect(runs).toHaveLength(1)
    const later = await world.stub.tick(now + 9 * 60_000)
    expect(later).toMatchObject({ ok: true, repeated: false })
  })

  it('move the test clock of development by at most 400 days beyond the newest time that was taken', async () => {
    const now = Date.now()
    const world = await makeWorld(DELETE_OLD, staleMany(2))
    expect(await world.stub.tick(now + 401 * DAY)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/more than 400 days beyond the newest one/),
    })
    await world.tick(now)
    expect(await world.tick(now + 399 * DAY)).toMatchObject({ counts: { confirmed: 2 } })
    expect(await world.tick(now + 399 * DAY + HOUR)).toMatchObject({ counts: { inventory: 2 } })
    expect(await world.stub.tick(now + 2_000 * DAY)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/400 days/),
    })
  })
})
