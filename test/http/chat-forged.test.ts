/** A button says to what, never what to do: whatever else it says of another plan, another run or nothing at all does nothing. */

import { describe, expect, it } from 'vitest'
import { type Chat, card, makeChat, type Shown, VENDORS, type Vendor } from '../support/chats.ts'
import { eventually, person } from '../support/discord-person.ts'
import { stale } from '../support/policies.ts'
import { signedAsk } from '../support/slack-person.ts'
import { messages, tick } from '../support/slack-scene.ts'
import { CHANNEL } from '../support/standins.ts'
import { DAY } from '../support/world.ts'

const start = Date.now()
const ASKS = ['approve', 'refuse']
const NO_RUN = '20200101-000000-000000'
const OTHER_HASH = '0'.repeat(16)

/** Somebody presses what is not on the card, signed as the vendor would; all that they are told. */
async function forges(
  vendor: Vendor,
  chat: Chat,
  on: Shown,
  verb: string,
  ref: string,
  by = chat.ann,
): Promise<string> {
  const { world, standins } = chat
  if (vendor === 'slack') {
    const before = new Set((await messages({ world, standins } as never)).map(({ ts }) => ts))
    const pressed = (await standins.control('slack/press', { user: by.id, ts: on.id, action: on.verbs[0] })) as {
      readonly body: string
    }
    const payload = JSON.parse(new URLSearchParams(pressed.body).get('payload') ?? '')
    payload.actions[0] = { ...payload.actions[0], action_id: `sweep.${verb}.0`, value: ref }
    const body = new TextEncoder().encode(new URLSearchParams({ payload: JSON.stringify(payload) }).toString())
    expect((await signedAsk(world, standins, 'actions', body)).status).toBe(200)
    const told = await eventually(async () => {
      return (await messages({ world, standins } as never)).find(({ ts, only }) => only === by.id && !before.has(ts))
    }, 'they are told')
    return told.text
  }
  const begun = (await standins.control('discord/interaction', { user: by.id, type: 2, data: {} })) as {
    token: string
  }
  const custom_id = `sweep.do:${verb}:${ref}`
  const message = { id: on.id, channel_id: CHANNEL, flags: 0 }
  const sent = { ...begun, type: 3, data: { custom_id, component_type: 2 }, message }
  const answer = (await (await person(world, standins, by.id).sends(sent)).json()) as {
    readonly type: number
    readonly data: { readonly content: string }
  }
  if (answer.type !== 7) return answer.data.content
  // The card itself was drawn anew; what concerns them alone comes below.
  const { token } = begun
  await standins.control('discord/answer', {
    token,
    status: 200,
    answer: { type: 4, data: { content: '…' } },
    tookMs: 9,
  })
  const told = await eventually(async () => {
    return (await standins.discord()).messages.findLast(({ only }) => only === by.id)
  }, 'they are told')
  return told.content
}

describe.concurrent.each(VENDORS)('a press in %s', (vendor) => {
  it('G7 of another plan, of no plan, run, question or project, or of nothing, decides and does nothing', async () => {
    const chat = await makeChat(vendor, [stale('Old/a'), { name: 'New/c' }])
    await tick(chat, start)
    await chat.quiet()
    const { id: run } = await tick(chat, start + 2 * DAY)
    await chat.quiet()
    const question = await card(chat, /waiting for approval/, ASKS)
    const { hash = '' } = (await chat.world.stub.proposal()) ?? {}
    const press = (verb: string, ref: string) => forges(vendor, chat, question, verb, ref)

    for (const verb of ASKS) {
      expect(await press(verb, `${run}/${OTHER_HASH}`)).toMatch(
        /^The plan is another one now: [0-9a-f]+\. Nothing was decided/,
      )
      expect(await press(verb, `${NO_RUN}/${hash.slice(0, 16)}`)).toMatch(/^There is no such plan any more\. Nothing/)
      expect(await press(verb, `${run}/${hash.slice(0, 15)}`)).toMatch(/^This button is of another version/)
      expect(await press(verb, run)).toMatch(/^This button is of another version/)
    }
    for (const verb of ['keep', 'keep30', 'why']) {
      expect(await press(verb, 'all')).toMatch(/^This button is of another version/)
      expect(await press(verb, '999999999')).toMatch(/999999999/)
    }
    expect(await press('confirm', 'q-0')).toMatch(/^There is no such question any more\..*Nothing was deleted/)
    expect(await press('stop', NO_RUN)).toMatch(/^That sweep is over already/)
    expect(await press('undo', NO_RUN)).toMatch('That run is not there any more.')

    expect(await chat.world.stub.proposal()).toMatchObject({ state: 'open' })
    expect(await chat.world.deletions()).toEqual([])
    expect((await chat.world.why('Old/a')).verdict).toBe('due')
    expect((await card(chat, /waiting for approval/, ASKS)).id).toBe(question.id)
  }, 60_000)

  it('G7 of the question that somebody else was asked answers nothing, whatever else one may', async () => {
    const chat = await makeChat(vendor, [stale('Old/a')], { people: 'equals' })
    await tick(chat, start)
    await chat.quiet()
    const digest = await card(chat, /newly marked/, ['keep30', 'keep', 'why'])
    const asked = await chat.ann.types('delete', { target: 'Old/a' })
    expect(asked.only).toBe(chat.ann.id)
    const [question] = await chat.world.inside(({ storage }) =>
      storage.sql.exec<{ id: string }>('SELECT id FROM questions').toArray(),
    )
    for (const verb of ['confirm', 'cancel']) {
      expect(await forges(vendor, chat, digest, verb, question?.id ?? '', chat.bob)).toMatch(/^Ann was asked that\./)
    }
    expect(await chat.world.deletions()).toEqual([])
    expect((await chat.ann.presses(asked, 'confirm')).text).toMatch(/^Deleting: run /)
    await eventually(async () => (await chat.world.deletions()).length === 1, 'it stood for Ann')
  }, 60_000)
})
