/** G6 a person accepts exactly the missing projects that were shown: in either chat and on the page, with the right to operate. */

import { describe, expect, it } from 'vitest'
import { makeChat, VENDORS } from '../support/chats.ts'
import { ask } from '../support/door.ts'
import { DELETE_OLD, staleMany } from '../support/policies.ts'
import { tick } from '../support/slack-scene.ts'
import { HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()

/** Six of ten projects are gone from one scan to the next. */
async function loseMost(world: World): Promise<string> {
  await world.reset(staleMany(4))
  const { message, status } = await world.tick(now + HOUR)
  expect(status).toBe('blocked')
  return message
}

const hashOf = async (world: World) => (await world.stub.base()).hash ?? ''

describe.concurrent.each(VENDORS)('G6 in %s', (vendor) => {
  it('by the start of the hash that is shown, and by nobody who may not operate', async () => {
    const chat = await makeChat(vendor, staleMany(10))
    const { world, ann, bob, stranger } = chat
    await tick(chat, now)
    expect((await ann.types('baseline')).text).toBe('Nothing stands against the list of projects.')
    const message = await loseMost(world)
    const hash = await hashOf(world)
    expect(message).toContain(`"/sweep baseline ${hash.slice(0, 12)}" in chat`)

    const shown = await stranger.types('baseline')
    expect(shown.text).toMatch(/^6 projects are missing:\nOld\/p4 \(\d+\)\n/)
    expect(shown.text).toContain(`/sweep baseline ${hash.slice(0, 12)}`)
    for (const one of [stranger, bob]) {
      expect((await one.types('baseline', { hash: hash.slice(0, 12) })).text).toMatch(/^Sorry, .*not accept a baseline/)
    }
    for (const wrong of ['f'.repeat(12), hash.slice(0, 5)]) {
      expect((await ann.types('baseline', { hash: wrong })).text).toMatch(/is not what stands against the list now/)
    }
    expect(await world.stub.base()).toMatchObject({ acceptedBy: null })

    const told = await ann.types('baseline', { hash: hash.slice(0, 12).toUpperCase() })
    expect(told.text).toBe('Ann accepted that 6 projects are missing. The next run goes on from there.')
    expect(await world.stub.base()).toMatchObject({ acceptedBy: 'Ann' })
    expect((await world.tick(now + 2 * HOUR)).status).toBe('ok')
    expect((await ann.types('baseline', { hash: hash.slice(0, 12) })).text).toBe(
      'Nothing stands against the list of projects.',
    )
  })
})

describe('G6 on the page', () => {
  const PEOPLE = `
[[person]]
name = "Ops"
email = "ops@example.com"
may = ["operate"]
[[person]]
name = "Yes"
email = "yes@example.com"
may = ["approve"]
`
  const see = async (world: World, path: string, email: string) =>
    (await ask(world, path, { bearer: null, access: { email } })).text()
  const press = (world: World, email: string, missing: string, origin = 'https://localhost') =>
    ask(world, '/baseline', {
      method: 'POST',
      bearer: null,
      access: { email },
      body: new URLSearchParams({ missing }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', origin },
    })

  it('is linked from every page while it stands, shows which they are, and has the button for who may', async () => {
    const world = await makeWorld(`${DELETE_OLD}${PEOPLE}`, staleMany(10))
    await world.tick(now)
    expect(await see(world, '/', 'ops@example.com')).not.toContain('/baseline')
    expect(await see(world, '/baseline', 'ops@example.com')).toContain('Nothing stands against the list')
    await loseMost(world)
    const hash = await hashOf(world)
    for (const path of ['/', '/holds']) expect(await see(world, path, 'ops@example.com')).toContain('href="/baseline"')
    const page = await see(world, '/baseline', 'ops@example.com')
    for (const text of ['Old/p4', 'Old/p9', 'Accept these 6', `value="${hash}"`]) expect(page).toContain(text)

    expect(await see(world, '/baseline', 'yes@example.com')).not.toContain('Accept these')
    expect((await press(world, 'yes@example.com', hash)).status).toBe(403)
    expect((await press(world, 'ops@example.com', hash, 'https://elsewhere.example')).status).toBe(403)
    for (const wrong of ['', 'f'.repeat(64), hash.slice(0, 12)]) {
      expect((await press(world, 'ops@example.com', wrong)).status).toBe(409)
    }
    expect(await world.stub.base()).toMatchObject({ acceptedBy: null })

    expect((await press(world, 'ops@example.com', hash)).headers.get('location')).toBe('/baseline')
    expect(await see(world, '/baseline', 'ops@example.com')).toContain('Accepted by Ops')
    expect(await see(world, '/', 'ops@example.com')).not.toContain('href="/baseline"')
    expect((await world.tick(now + 2 * HOUR)).status).toBe('ok')
  })
})
