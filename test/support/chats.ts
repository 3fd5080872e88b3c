/** A team in either chat, for what must be the same in both: who types and presses what, and what everybody then sees. */

import { BOT_SCOPES } from '../../src/slack/manifest.ts'
import { buttonsOf, discordEnv, eventually, type Person, person } from './discord-person.ts'
import { readable as readableDiscord } from './discord-reader.ts'
import * as discord from './discord-scene.ts'
import type { DiscordMessage } from './node/discord.ts'
import type { SlackMessage } from './node/slack.ts'
import { NO_CAPS, rule } from './policies.ts'
import { type SlackPerson, slackEnv, slackPerson, verbsOf } from './slack-person.ts'
import { readable as readableSlack, ringsOf, seen } from './slack-reader.ts'
import * as slack from './slack-scene.ts'
import { makeStandins, type Standins } from './standins.ts'
import { makeWorld, type World } from './world.ts'

export type Vendor = 'slack' | 'discord'
export const VENDORS: readonly Vendor[] = ['slack', 'discord']

/** A message as it is seen. */
export interface Shown {
  readonly id: string
  readonly text: string
  /** What can be pressed on it: `keep30`, `approve`, … */
  readonly verbs: readonly string[]
  /** Whom alone it is shown to; null = all. */
  readonly only: string | null
  /** Whom it would ring. */
  readonly rings: readonly string[]
}

export interface Somebody {
  readonly id: string
  /** `/sweep keep Old/a 30d`, of a command and its options in their order; what is answered at once. */
  types(command: string, options?: { readonly [option: string]: string }): Promise<Shown>
  /** A button by its verb, or that choice from a menu; what only the presser is told, with the second press that Discord asks for. */
  presses(message: Shown, verb: string, choice?: string): Promise<Shown>
}

export interface Chat {
  readonly world: World
  readonly standins: Standins
  readonly ann: Somebody
  readonly bob: Somebody
  readonly stranger: Somebody
  /** Messages of the bot, as they stand. */
  posted(): Promise<readonly Shown[]>
  /** The vendor's API refuses the next calls of this kind, in its own words: for now, or that very message for ever. */
  refuses(what: 'posts' | 'edits', times: number, kind?: 'for now' | 'for ever'): Promise<void>
  /** How many requests it took that hold this. */
  took(text: string): Promise<number>
  /** The vendor wants no message for so long, and then one a second. */
  isBusy(seconds: number): Promise<void>
  /** How often the vendor said that there were too many. */
  tooMany(): Promise<number>
  /** Lets time pass until nothing waits to be told. */
  quiet(): Promise<void>
}

/** Who may what: Ann everything, Bob approve; both everything (`equals`); or nobody anything. */
export interface Rules {
  readonly people?: 'two' | 'equals' | 'nobody'
  readonly approve?: 'always' | 'two' | 'never'
  readonly after?: string
  readonly notice?: string
}

/** Deletes what is stale in `Old`, and tells and asks through that chat alone. */
export function policyOf(vendor: Vendor, rules: Rules): string {
  const { people = 'two', approve = 'always', after = '24h', notice = '0h' } = rules
  const { ANN, BOB } = vendor === 'slack' ? slack : discord
  const named = `
[[person]]
name = "Ann"
${vendor} = "${ANN}"
may = ["operate", "approve"]
[[person]]
name = "Bob"
${vendor} = "${BOB}"
may = ${people === 'equals' ? '["operate", "approve"]' : '["approve"]'}
`
  const old = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')
    .replace('approve = "never"', `approve = "${approve}"`)
    .replace('after = "24h"', `after = "${after}"`)
    .replace('notice = "0h"', `notice = "${notice}"`)
  return `${NO_CAPS}\n[notify]\nchannels = ["${vendor}"]\n[chat]\nread = "everyone"\n${people === 'nobody' ? '' : named}${old}`
}

export async function makeChat(vendor: Vendor, projects: readonly object[], rules: Rules = {}): Promise<Chat> {
  const standins = makeStandins()
  await standins.setSlack({ scopes: BOT_SCOPES, perSecond: 1 })
  const env = vendor === 'slack' ? slackEnv(standins) : discordEnv(standins)
  // Hundreds are read in one run.
  const world = await makeWorld(policyOf(vendor, rules), projects, { env: { ...env, READING_CALLS: '2000' } })
  return vendor === 'slack' ? inSlack(world, standins) : inDiscord(world, standins)
}

/** Waits for the bot's newest message that reads so; with exactly these things to press, if it is said. */
export function card(chat: Chat, reads: RegExp, verbs: readonly string[] | null = null): Promise<Shown> {
  return eventually(
    async () => {
      const found = (await chat.posted()).findLast(({ text }) => reads.test(text))
      return found !== undefined && (verbs === null || found.verbs.join() === verbs.join()) ? found : null
    },
    `a card "${reads.source}" with ${verbs?.join(', ') ?? 'anything'}`,
  )
}

/** Waits until that very message reads so. */
export function onCard(chat: Chat, { id }: Shown, reads: RegExp): Promise<Shown> {
  return eventually(
    async () => (await chat.posted()).find((one) => one.id === id && reads.test(one.text)) ?? null,
    `the card reads ${reads.source}`,
  )
}

function inSlack(world: World, standins: Standins): Chat {
  const scene = { world, standins } as slack.Scene
  const shown = (message: SlackMessage): Shown => ({
    id: message.ts,
    // A plain text has itself as its notification.
    text: message.blocks.length === 1 ? seen(message.text).text : readableSlack(message),
    verbs: verbsOf(message),
    only: message.only,
    rings: ringsOf(message),
  })
  const somebody = (id: string): Somebody => {
    const by: SlackPerson = slackPerson(world, standins, id)
    return {
      id,
      types: async (command, options = {}) => shown(await by.types([command, ...Object.values(options)].join(' '))),
      presses: async (message, verb, choice) => {
        const before = (await slack.messages(scene)).length
        await by.presses({ ts: message.id } as SlackMessage, verb, choice)
        return eventually(async () => {
          const all = (await slack.messages(scene)).map(shown)
          // What only its reader sees is answered in its place.
          const isChanged = (one: Shown) => one.id === message.id && one.text !== message.text
          return message.only === null ? all.slice(before).find(({ only }) => only === id) : all.find(isChanged)
        }, `${id} is told what came of ${verb}`)
      },
    }
  }
  return {
    world,
    standins,
    ann: somebody(slack.ANN),
    bob: somebody(slack.BOB),
    stranger: somebody(slack.STRANGER),
    posted: async () => (await slack.posted(scene)).map(shown),
    refuses: (what, times, kind = 'for now') => {
      const of = what === 'posts' ? 'chat.postMessage' : 'chat.update'
      const error = kind === 'for now' ? 'channel_not_found' : 'msg_blocks_too_long'
      return standins.setSlack({ faults: [{ of, body: { ok: false, error }, times }] })
    },
    took: async (text) => {
      const { requests } = await standins.slack()
      return requests.filter((one) => one.error === null && JSON.stringify(one.body).includes(text)).length
    },
    isBusy: (seconds) => {
      const headers = { 'retry-after': String(seconds) }
      return standins.setSlack({ faults: [{ of: 'chat.postMessage', status: 429, headers }] })
    },
    tooMany: async () => (await standins.slack()).requests.filter(({ status }) => status === 429).length,
    quiet: () => slack.quiet({ world, standins }),
  }
}

/** The other button of a question that Discord's bot asks back. */
const NO = /^(Not now|Leave it)$/

const LABELS: { readonly [verb: string]: string } = {
  keep30: 'Keep 30 d',
  keep: 'Keep for ever',
  why: 'Why',
  approve: 'Approve',
  refuse: 'Keep all',
  stop: 'Stop',
  undo: 'Undo',
  confirm: 'Delete',
  cancel: 'Cancel',
}

function inDiscord(world: World, standins: Standins): Chat {
  const scene = { world, standins } as discord.Scene
  const shown = (message: DiscordMessage): Shown => ({
    id: message.id,
    text: readableDiscord(message),
    verbs: buttonsOf(message).map((label) => {
      return Object.entries(LABELS).find(([, begins]) => label.startsWith(begins))?.[0] ?? label
    }),
    only: message.only,
    rings: [],
  })
  const somebody = (id: string): Somebody => {
    const by: Person = person(world, standins, id)
    return {
      id,
      types: async (command, options) => {
        const { message } = await by.types(command, options)
        if (message === null) throw new Error(`/sweep ${command} was answered with nothing.`)
        return shown(message)
      },
      presses: async (message, verb, choice) => {
        const { messages } = await standins.discord()
        const on = messages.find((one) => one.id === message.id)
        if (on === undefined) throw new Error('There is no such message.')
        const asked = await by.presses(on, LABELS[verb] ?? verb, choice)
        const isQuestion = asked.message !== null && buttonsOf(asked.message).some((label) => NO.test(label))
        const { message: told } = isQuestion ? await by.presses(asked.message, LABELS[verb] ?? verb) : asked
        if (told === null) throw new Error(`${verb} was answered with nothing.`)
        if (told.only === id) return shown(told)
        // The card itself was drawn anew; what concerns its presser comes below.
        return eventually(async () => {
          const below = (await standins.discord()).messages.slice(messages.length).find(({ only }) => only === id)
          return below === undefined ? null : shown(below)
        }, `${id} is told what came of ${verb}`)
      },
    }
  }
  return {
    world,
    standins,
    ann: somebody(discord.ANN),
    bob: somebody(discord.BOB),
    stranger: somebody(discord.STRANGER),
    posted: async () => (await discord.posted(scene)).map(shown),
    refuses: (what, times, kind = 'for now') => {
      const of = what === 'posts' ? 'POST channels' : 'PATCH channels'
      const no = { status: 403, body: { message: 'Missing Access', code: 50_001 } }
      const never = { status: 400, body: { message: 'Invalid Form Body', code: 50_035 } }
      return standins.setDiscord({ faults: [{ of, ...(kind === 'for now' ? no : never), times }] })
    },
    took: async (text) => {
      const { requests } = await standins.discord()
      return requests.filter((one) => one.status === 200 && JSON.stringify(one).includes(text)).length
    },
    isBusy: (seconds) => {
      const body = { message: 'You are being rate limited.', retry_after: seconds, global: false }
      const limit = { calls: 1, windowMs: 1_000 }
      return standins.setDiscord({ limit, faults: [{ of: 'POST channels', status: 429, body }] })
    },
    tooMany: async () => (await standins.discord()).requests.filter(({ status }) => status === 429).length,
    quiet: () => slack.quiet({ world, standins }),
  }
}
