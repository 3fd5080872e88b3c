import { describe, expect, it } from 'vitest'
import { sign } from '../../src/quantconnect/sign.ts'

describe('sign', () => {
  it.each([
    {
      userId: '123',
      token: 'abc',
      seconds: 1_700_000_000,
      hash: 'bd3c65e40382f265264d55f094fd93b4fc17091e094df758b8eb909bb0127b26',
      header: 'MTIzOmJkM2M2NWU0MDM4MmYyNjUyNjRkNTVmMDk0ZmQ5M2I0ZmMxNzA5MWUwOTRkZjc1OGI4ZWI5MDliYjAxMjdiMjY=',
    },
    {
      userId: '123456',
      token: '0123456789abcdef'.repeat(4),
      seconds: 1_763_900_000,
      hash: '8de60eb40952c90c20a7b5e989124a83975a89932a0ef38d4adba7ccf052f8ed',
      header: 'MTIzNDU2OjhkZTYwZWI0MDk1MmM5MGMyMGE3YjVlOTg5MTI0YTgzOTc1YTg5OTMyYTBlZjM4ZDRhZGJhN2NjZjA1MmY4ZWQ=',
    },
  ])('gives the published signature of user $userId', async ({ userId, token, seconds, hash, header }) => {
    const signature = await sign(userId, token, seconds * 1_000)
    expect(signature.authorization).toBe(`Basic ${header}`)
    expect(signature.timestamp).toBe(String(seconds))
    expect(signature.secrets).toEqual([header, hash])
  })

  it('rounds the time down to whole seconds, never up into the future', async () => {
    const late = await sign('123', 'abc', 1_700_000_000_999)
    expect(late).toEqual(await sign('123', 'abc', 1_700_000_000_000))
  })
})
