/** What the bytes of a verified request say. */

import type { APIInteraction } from 'discord-api-types/v10'
import { describe, expect, it } from 'vitest'
import { readInteraction } from '../../src/discord/interaction.ts'

const CALLER = {
  id: '1300000000000000001',
  application_id: '1000000000000000001',
  token: 'aW50ZXJhY3Rpb24.x_y-z=',
  version: 1,
}
const DIRECT = { userId: '7', id: CALLER.id, applicationId: CALLER.application_id, token: CALLER.token, guildId: null }
const BY = { ...DIRECT, guildId: '1' }
const MEMBER = { member: { user: { id: '7' }, roles: [], permissions: '0' }, guild_id: '1' }

function read(interaction: unknown) {
  return readInteraction(new TextEncoder().encode(JSON.stringify(interaction)))
}

function command(options: readonly object[], more: object = MEMBER) {
  return { ...CALLER, type: 2, data: { id: '1', name: 'sweep', type: 1, options }, ...more }
}

function press(data: object, more: object = {}) {
  return {
    ...CALLER,
    type: 3,
    data: { component_type: 2, ...data },
    message: { id: '9', channel_id: '8', flags: 0 },
    ...MEMBER,
    ...more,
  }
}

describe('an interaction', () => {
  it('is a ping, whatever else it holds', () => {
    expect(read({ type: 1 })).toEqual({ kind: 'ping' })
    expect(read({ ...CALLER, type: 1, user: { id: '7' } } satisfies object as APIInteraction)).toEqual({ kind: 'ping' })
  })

  it('is a subcommand with its options, of a member of a server or a user in a direct message', () => {
    const options = [
      {
        name: 'keep',
        type: 1,
        options: [
          { name: 'project', type: 3, value: 'a b' },
          { name: 'until', type: 3, value: '30d' },
        ],
      },
    ]
    const expected = { kind: 'command', line: 'keep "a b" 30d', by: BY }
    expect(read(command(options))).toEqual(expected)
    expect(read(command(options, { user: { id: '7' } }))).toEqual({ ...expected, by: DIRECT })
    expect(read(command([{ name: 'plan', type: 1 }]))).toEqual({ kind: 'command', line: 'plan', by: BY })
  })

  it('is a press of a button, in the channel or in what one person sees', () => {
    const data = { custom_id: 'sweep.do:refuse:20261124-100000-1f3a9c/1f3a9c0d2b4e6f80' }
    const pressed = { step: 'do', verb: 'refuse', ref: '20261124-100000-1f3a9c/1f3a9c0d2b4e6f80' }
    expect(read(press(data))).toEqual({ kind: 'press', pressed, privately: false, on: '8/9', by: BY })
    const shownToOne = { message: { id: '9', channel_id: '8', flags: 64 } }
    expect(read(press(data, shownToOne))).toEqual({ kind: 'press', pressed, privately: true, on: null, by: BY })
    const nameless = { message: { id: '../9', channel_id: '8' } }
    expect(read(press(data, nameless))).toEqual({ kind: 'press', pressed, privately: false, on: null, by: BY })
    expect(read(press({ custom_id: 'sweep.no' }))).toEqual({ kind: 'declined', by: BY })
  })

  it('is a choice from a menu', () => {
    const data = { custom_id: 'sweep.pick:keep30', component_type: 3, values: ['23456007'] }
    const pressed = { step: 'do', verb: 'keep30', ref: '23456007' }
    expect(read(press(data))).toEqual({ kind: 'press', pressed, privately: false, on: '8/9', by: BY })
  })

  it.each<[string, object]>([
    [
      'a command of another name',
      { ...command([{ name: 'plan', type: 1 }]), data: { name: 'other', options: [{ name: 'plan', type: 1 }] } },
    ],
    ['a subcommand that is not ours', command([{ name: 'explode', type: 1 }])],
    ['a command without a subcommand', command([])],
    ['a button that is not ours', press({ custom_id: 'other:1' })],
    ['a button without an id', press({})],
    ['a menu of which nothing was chosen', press({ custom_id: 'sweep.pick:why', values: [] })],
    ['a modal', { ...CALLER, ...MEMBER, type: 5, data: {} }],
    ['a kind that is still to be invented', { ...CALLER, ...MEMBER, type: 99 }],
  ])('is %s, which is answered politely', (_, interaction) => {
    expect(read(interaction)).toEqual({ kind: 'unknown', by: BY })
  })

  it('is the name of a project that is being typed', () => {
    const options = (focused: object) => [
      { name: 'keep', type: 1, options: [{ name: 'until', type: 3, value: 'x' }, focused] },
    ]
    const typing = { name: 'project', type: 3, value: 'Rese', focused: true }
    expect(read({ ...command(options(typing)), type: 4 })).toEqual({ kind: 'autocomplete', typed: 'Rese', by: BY })
    expect(read({ ...command(options({ ...typing, value: 7 })), type: 4 })).toEqual({
      kind: 'autocomplete',
      typed: '',
      by: BY,
    })
    expect(read({ ...command([]), type: 4 })).toEqual({ kind: 'autocomplete', typed: '', by: BY })
  })

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['no type', { ...CALLER }],
    ['a type that is no number', { type: '1' }],
    ['nobody', command([{ name: 'plan', type: 1 }], {})],
    ['a person without an id', command([{ name: 'plan', type: 1 }], { user: { name: 'Ann' } })],
    ['an id that is none', command([{ name: 'plan', type: 1 }], { user: { id: '7; DROP' } })],
    ['a token that would lead elsewhere', { ...command([{ name: 'plan', type: 1 }]), token: '../../channels/1' }],
    ['no token', { ...command([{ name: 'plan', type: 1 }]), token: undefined }],
  ])('is not %s', (_, interaction) => {
    expect(read(interaction)).toBeNull()
  })

  it.each([
    new Uint8Array([0xff, 0xfe]),
    new TextEncoder().encode('\uFEFF{"type":1}'),
    new TextEncoder().encode('{"type":1'),
    new Uint8Array(),
  ])('is not %j as bytes', (bytes) => {
    expect(readInteraction(bytes)).toBeNull()
  })
})
