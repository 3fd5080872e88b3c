/** The count of failures per address: who must wait, for how long, and who never has to. */

import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { clientAddress, createLimiter, tooManyFailures } from '../../src/http/limiter.ts'

const now = 1_700_000_000_000

describe('the limiter of failures', () => {
  it('lets an address fail as often as it may, and then names the seconds until its window ends', () => {
    const limiter = createLimiter({ failures: 3, windowMs: 60_000 })
    for (let n = 0; n < 3; n++) {
      expect(limiter.wait('a', now + n)).toBeNull()
      limiter.failed('a', now + n)
    }
    expect(limiter.wait('a', now + 3)).toBe(60)
    expect(limiter.wait('a', now + 30_000)).toBe(30)
    expect(limiter.wait('a', now + 59_999)).toBe(1)
    expect(limiter.wait('a', now + 60_000)).toBeNull()
  })

  it('begins anew after the window', () => {
    const limiter = createLimiter({ failures: 2, windowMs: 1_000 })
    limiter.failed('a', now)
    limiter.failed('a', now + 1_000)
    expect(limiter.wait('a', now + 1_001)).toBeNull()
    limiter.failed('a', now + 1_002)
    expect(limiter.wait('a', now + 1_002)).toBe(1)
  })

  it('never makes one address wait for another', () => {
    const limiter = createLimiter({ failures: 1 })
    for (let n = 0; n < 100; n++) limiter.failed('a', now)
    expect(limiter.wait('b', now)).toBeNull()
  })

  it('remembers so many addresses and no more, the newest', () => {
    const limiter = createLimiter({ failures: 1, addresses: 3 })
    for (const address of ['a', 'b', 'c', 'd']) limiter.failed(address, now)
    expect(['a', 'b', 'c', 'd'].map((address) => limiter.wait(address, now) !== null)).toEqual([
      false,
      true,
      true,
      true,
    ])
  })
})

describe('the address of a client', () => {
  const app = new Hono().get('/', (c) => c.text(clientAddress(c))).get('/wait', (c) => tooManyFailures(c, 17))

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('%s counts as %s', async (address, counted) => {
    const answer = await app.request('/', { headers: { 'cf-connecting-ip': address } })
    expect(await answer.text()).toBe(counted)
  })

  it('who must wait is told how long, as problem+json', async () => {
    const answer = await app.request('/wait')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '17'])
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(await answer.json()).toMatchObject({ status: 429, title: 'Too many failures' })
  })
})
