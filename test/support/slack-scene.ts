/**
 * A team in Slack: a workspace whose policy tells and asks through it, two people who may, and one who may not. Its bot has the
 * rights of the manifest and no others, and the channel takes one message a second.
 */

import { BOT_SCOPES } from '../../src/slack/manifest.ts'
import { eventually } from './discord-person.ts'
import type { SlackMessage } from './node/slack.ts'
import { NO_CAPS, rule } from './policies.ts'
import { type SlackPerson, slackEnv, slackPerson, verbsOf } from './slack-person.ts'
import { readable } from './slack-reader.ts'
import { makeStandins, type Standins } from './standins.ts'
import { makeWorld, type World } from './world.ts'

export const ANN = 'U0ANN'
export const BOB = 'U0BOB'
export const STRANGER = 'U0WHO'

const PEOPLE = `
[chat]
read = "everyone"
[notify]
channels = ["slack"]
[[person]]
name = "Ann"
slack = "${ANN}"
may = ["operate", "approve"]
[[person]]
name = "Bob"
slack = "${BOB}"
may = ["approve"]
`

/** Deletes what is stale in `Old` a day after it was marked, once people were asked as often as that. */
export function asking(approve: 'always' | 'two' | 'never', notice = '0h'): string {
  const old = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')
  const asks = old
    .replace('approve = "never"', `approve = "${approve}"`)
    .replace('notice = "0h"', `notice = "${notice}"`)
  return `${NO_CAPS}${PEOPLE}${asks}`
}

export interface Scene {
  readonly world: World
  readonly standins: Standins
  readonly ann: SlackPerson
  readonly bob: SlackPerson
  readonly stranger: SlackPerson
}

export async function makeScene(projects: readonly object[], policy = asking('always')): Promise<Scene> {
  const standins = makeStandins()
  await standins.setSlack({ scopes: BOT_SCOPES, perSecond: 1 })
  const world = await makeWorld(policy, projects, { env: slackEnv(standins) })
  const [ann, bob, stranger] = [ANN, BOB, STRANGER].map((id) => slackPerson(world, standins, id))
  return { world, standins, ann, bob, stranger } as Scene
}

/** All messages there are, whoever sees them. */
export async function messages({ standins }: Scene): Promise<readonly SlackMessage[]> {
  return (await standins.slack()).messages.filter(({ deleted }) => !deleted)
}

/** Messages of the bot, as they stand. */
export async function posted(scene: Scene): Promise<readonly SlackMessage[]> {
  return (await messages(scene)).filter(({ byBot }) => byBot)
}

/** Waits for the bot's newest message that reads so and, if it is said, has exactly these things to press. */
export function card(scene: Scene, reads: RegExp, verbs: readonly string[] | null = null): Promise<SlackMessage> {
  return eventually(
    async () => {
      const found = (await posted(scene)).findLast((one) => reads.test(readable(one)))
      if (found === undefined) return null
      return verbs === null || verbsOf(found).join() === verbs.join() ? found : null
    },
    `a card "${reads.source}" with ${verbs?.join(', ') ?? 'anything'}`,
  )
}

/** Waits until that very message reads so. */
export function onCard(scene: Scene, { ts }: SlackMessage, reads: RegExp): Promise<SlackMessage> {
  return eventually(async () => {
    const found = (await messages(scene)).find((message) => message.ts === ts)
    return found !== undefined && reads.test(readable(found)) ? found : null
  }, `the card reads ${reads.source}`)
}

/** Waits for something that only that person sees. */
export function privately(scene: Scene, user: string, reads: RegExp): Promise<SlackMessage> {
  return eventually(
    async () => (await messages(scene)).findLast((one) => one.only === user && reads.test(readable(one))),
    `"${reads.source}" for ${user}`,
  )
}

/** Messages that still ask for a decision. */
export async function asksNow(scene: Scene): Promise<readonly SlackMessage[]> {
  return (await messages(scene)).filter((one) => verbsOf(one).some((verb) => verb === 'approve' || verb === 'refuse'))
}

/** What can be pressed on the card of a waiting plan. */
export const ASKS = ['approve', 'refuse'] as const

/** A tick that finds a run going on is skipped, so it comes when all have ended. */
export async function tick({ world }: Pick<Scene, 'world'>, at: number) {
  await eventually(async () => {
    const runs = await world.stub.runs(10, null)
    return runs.every(({ status }) => status !== 'queued' && status !== 'running')
  }, 'all runs have ended')
  return world.tick(at)
}

/** What the projects are called, in order. */
export async function namesIn({ world }: Scene): Promise<readonly string[]> {
  return (await world.projects()).map(({ name }) => name).sort()
}

/** The time of the workspace and of the chats moves on. */
export async function later({ world, standins }: Pick<Scene, 'world' | 'standins'>, ms: number): Promise<void> {
  const skewMs = (world.setting().skewMs ?? 0) + ms
  world.set({ skewMs })
  await standins.setSlack({ skewMs })
  await standins.setDiscord({ skewMs })
}

/** Lets time pass, at first the second that a chat gets between two messages, until all of them are delivered. */
export async function quiet(scene: Pick<Scene, 'world' | 'standins'>): Promise<void> {
  let step = 1_100
  await eventually(async () => {
    await scene.world.alarm().catch(() => undefined)
    const deliveries = await scene.world.stub.deliveries(100, null).catch(() => null)
    if (deliveries?.every(({ state }) => state !== 'due') === true) return true
    await later(scene, step)
    step *= 1.5
    return false
  }, 'everything is delivered')
}
