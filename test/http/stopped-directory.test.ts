/**
 * G23: of a directory that stopped on its way, one press brings back exactly what went: over the API, on the page, on a card,
 * and typed. Another directory of the same run, which went whole, stays where it is.
 */

import { describe, expect, it } from 'vitest'
import { idOf, names } from '../support/asking.ts'
import { ask } from '../support/door.ts'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import { ANN, card, makeScene, namesIn, onCard, quiet, tick } from '../support/slack-scene.ts'
import { DAY, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const RULE = rule('dirs', '{ path = "Old/*", age = ">90d" }', 'delete', 'unit = "directory"')
const PEOPLE = `
[chat]
read = "everyone"
[notify]
channels = ["slack"]
[[person]]
name = "Ann"
slack = "${ANN}"
may = ["operate"]
`
const A = ['Old/a/p0', 'Old/a/p1', 'Old/a/p2', 'Old/a/p3']
const B = ['Old/b/p0', 'Old/b/p1']
const PROJECTS = [...A, ...B].map((name) => stale(name))
const binned = (some: readonly string[]) => some.map((name) => `Recycle Bin/${name}`)
const STOPPED = [...A.slice(2), ...binned([...A.slice(0, 2), ...B])].sort()
const BACK = [...A, ...binned(B)].sort()

/** Holds the last of a directory right before its second call. */
async function stopsAfterTwo(world: World): Promise<void> {
  const last = await idOf(world, 'Old/a/p3')
  const ids = await Promise.all(A.map((name) => idOf(world, name)))
  let seen = 0
  world.set({
    fetch: async (input, init) => {
      const isOfA = ids.some((id) => String(init?.body).includes(String(id)))
      if (String(input).endsWith('/projects/delete') && isOfA && ++seen === 2) {
        await world.stub.hold(last, null, { kind: 'person', name: 'Bob' })
      }
      return fetch(input, init)
    },
  })
}

async function stopped(): Promise<{ readonly world: World; readonly run: string }> {
  const world = await makeWorld(`${NO_CAPS}${RULE}`, PROJECTS)
  await world.tick(now)
  await stopsAfterTwo(world)
  const run = await world.tick(now + 2 * DAY)
  expect(await names(world)).toEqual(STOPPED)
  expect(run.stoppedDirectories).toMatchObject([{ directory: 'Old/a', rule: 'dirs', members: 4, went: { length: 2 } }])
  return { world, run: run.id }
}

describe('a directory that stopped', () => {
  it('comes back by the API', async () => {
    const { world, run } = await stopped()
    const answer = await ask(world, `/api/runs/${run}/undo`, { method: 'POST', body: { directory: 'Old/a' } })
    expect(answer.status).toBe(202)
    const undone = await world.ended(((await answer.json()) as { run: string }).run)
    expect(undone).toMatchObject({ status: 'ok', counts: { confirmed: 2 } })
    expect(await names(world)).toEqual(BACK)
    const shown = (await (await ask(world, `/api/runs/${run}`)).json()) as object
    expect(shown).toMatchObject({
      stoppedDirectories: [{ directory: 'Old/a', went: expect.any(Array), againFrom: null }],
    })
    const other = await ask(world, `/api/runs/${run}/undo`, { method: 'POST', body: { directory: 'Old/c' } })
    const none = await world.ended(((await other.json()) as { run: string }).run)
    expect(none).toMatchObject({ status: 'refused', counts: { acted: 0 } })
  })

  it('comes back by a button of the page', async () => {
    const { world, run } = await stopped()
    const page = await (await ask(world, `/runs/${run}`, { bearer: null })).text()
    expect(page).toContain('Bring back the 2 of Old/a that went')
    expect(page).toContain('name="directory" value="Old/a"')
    const pressed = await ask(world, `/runs/${run}/undo`, {
      method: 'POST',
      bearer: null,
      body: 'directory=Old%2Fa',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        origin: 'https://localhost',
      },
    })
    expect(pressed.status).toBe(303)
    await world.ended(pressed.headers.get('location')?.split('/').at(-1) ?? '')
    expect(await names(world)).toEqual(BACK)
  })

  it('comes back by a button of its card, which then offers only the rest', async () => {
    const scene = await makeScene(PROJECTS, `${NO_CAPS}${PEOPLE}${RULE}`)
    await tick(scene, now)
    await stopsAfterTwo(scene.world)
    await tick(scene, now + 2 * DAY)
    await quiet(scene)
    const result = await card(scene, /Partly done/, ['undo', 'undo'])
    expect(JSON.stringify(result)).toContain('Bring back 2 of Old/a')
    await scene.ann.presses(result, 'undo')
    await onCard(scene, result, /Partly done/)
    await expect.poll(() => namesIn(scene), { timeout: 20_000 }).toEqual(BACK)
    expect(JSON.stringify(await card(scene, /Partly done/, ['undo']))).not.toContain('Bring back')
  }, 60_000)

  it('comes back by typing its run and its name', async () => {
    const scene = await makeScene(PROJECTS, `${NO_CAPS}${PEOPLE}${RULE}`)
    await tick(scene, now)
    await stopsAfterTwo(scene.world)
    const { id } = await tick(scene, now + 2 * DAY)
    await scene.ann.types(`undo ${id} Old/a`)
    await expect.poll(() => namesIn(scene), { timeout: 20_000 }).toEqual(BACK)
  }, 60_000)
})
