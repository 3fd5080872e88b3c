/** A team in Discord: a workspace whose policy tells and asks through it, two people who may, and one who may not. */

import { buttonsOf, discordEnv, eventually, type Person, person } from './discord-person.ts'
import type { DiscordMessage } from './node/discord.ts'
import { NO_CAPS, rule } from './policies.ts'
import { makeStandins, type Standins } from './standins.ts'
import { makeWorld, type World } from './world.ts'

export const ANN = '700000000000000001'
export const BOB = '700000000000000002'
export const STRANGER = '700000000000000099'

const PEOPLE = `
[chat]
read = "everyone"
[notify]
channels = ["discord"]
[[person]]
name = "Ann"
discord = "${ANN}"
may = ["operate", "approve"]
[[person]]
name = "Bob"
discord = "${BOB}"
may = ["approve"]
`

/** Deletes what is stale in `Old` a day after it was marked, once people were asked as often as that. */
export function asking(approve: 'always' | 'two' | 'never'): string {
  const old = rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')
  return `${NO_CAPS}${PEOPLE}${old.replace('approve = "never"', `approve = "${approve}"`)}`
}

export interface Scene {
  readonly world: World
  readonly standins: Standins
  readonly ann: Person
  readonly bob: Person
  readonly stranger: Person
}

export async function makeScene(projects: readonly object[], policy = asking('always')): Promise<Scene> {
  const standins = makeStandins()
  const world = await makeWorld(policy, projects, { env: discordEnv(standins) })
  const [ann, bob, stranger] = [ANN, BOB, STRANGER].map((id) => person(world, standins, id))
  return { world, standins, ann, bob, stranger } as Scene
}

/** Messages of the bot, as they stand. */
export async function posted({ standins }: Scene): Promise<readonly DiscordMessage[]> {
  return (await standins.discord()).messages.filter(({ byBot }) => byBot)
}

/** Waits for the bot's newest message with that title and, if it says so, with exactly these buttons. */
export function card(scene: Scene, title: RegExp, buttons: readonly string[] | null = null): Promise<DiscordMessage> {
  return eventually(
    async () => {
      const found = (await posted(scene)).findLast(({ embeds }) => title.test(embeds[0]?.title ?? ''))
      if (found === undefined) return null
      return buttons === null || buttonsOf(found).join() === buttons.join() ? found : null
    },
    `a card "${title.source}" with ${buttons?.join(', ') ?? 'anything'}`,
  )
}

/** A tick that finds a run going on is skipped, so it comes when all have ended. */
export async function tick({ world }: Scene, at: number) {
  await eventually(async () => {
    const runs = await world.stub.runs(10, null)
    return runs.every(({ status }) => status !== 'queued' && status !== 'running')
  }, 'all runs have ended')
  return world.tick(at)
}

/** What can be pressed on the card of a waiting plan. */
export function planButtons(count: number): readonly string[] {
  return [`Approve ${count}`, 'Keep all']
}

/** What the projects are called, in order. */
export async function namesIn({ world }: Scene): Promise<readonly string[]> {
  return (await world.projects()).map(({ name }) => name).sort()
}

/** Approves as people do: the button, and then the one of the question that it asks back. */
export async function approves(by: Person, message: DiscordMessage): Promise<DiscordMessage | null> {
  const sure = await by.presses(message, 'Approve')
  if (sure.message === null) throw new Error('There was no question.')
  return (await by.presses(sure.message, 'Approve')).message
}

/** Lets the seconds pass that a chat gets between two messages, until all of them are delivered. */
export async function quiet({ world }: Scene): Promise<void> {
  await eventually(async () => {
    await world.alarm()
    const messages = await world.stub.deliveries(100, null)
    if (messages.every(({ state }) => state !== 'due')) return true
    world.set({ skewMs: (world.setting().skewMs ?? 0) + 1_100 })
    return false
  }, 'everything is delivered')
}
