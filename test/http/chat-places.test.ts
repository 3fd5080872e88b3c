/** Who is answered in chats: workspaces and servers that the settings name, and who may read there. */

import { describe, expect, it } from 'vitest'
import { discordEnv, type Person, person } from '../support/discord-person.ts'
import * as discord from '../support/discord-scene.ts'
import { NO_CAPS, stale } from '../support/policies.ts'
import { slackEnv, slackPerson } from '../support/slack-person.ts'
import * as slack from '../support/slack-scene.ts'
import { makeStandins } from '../support/standins.ts'
import { makeWorld } from '../support/world.ts'

const NAMED = `${NO_CAPS}
[[person]]
name = "Ann"
slack = "${slack.ANN}"
discord = "${discord.ANN}"
may = ["operate"]
`
const EVERYONE = `${NAMED}\n[chat]\nread = "everyone"\n`

async function inSlack(policy: string, env: { readonly [name: string]: string }) {
  const standins = makeStandins()
  const world = await makeWorld(policy, [stale('Old/a')], { env: { ...slackEnv(standins), ...env } })
  const say = async (who: string, text: string) => {
    const { text: said } = await slackPerson(world, standins, who, { ...slackEnv(standins), ...env }).types(text)
    return said
  }
  return say
}

describe('in Slack', () => {
  it.each([
    ['another workspace', 'T9999999'],
    ['another organization', 'E9999999'],
  ])('a request of %s is told so, whoever it is', async (_what, team) => {
    const say = await inSlack(EVERYONE, { SLACK_TEAM_ID: team })
    for (const text of ['status', 'plan', 'why Old/a', 'keep Old/a', 'help']) {
      expect(await say(slack.ANN, text)).toMatch(/^This leansweep belongs to another Slack workspace/)
    }
  })

  it('read = "people" answers only people of the policy; help is for everybody', async () => {
    const say = await inSlack(NAMED, {})
    for (const text of ['status', 'plan', 'why Old/a', 'keep Old/a', 'approve', 'undo Old/a']) {
      const said = await say(slack.STRANGER, text)
      expect(said).toMatch(/^Sorry, only people whom the policy names/)
      expect(said).toContain(`slack = "${slack.STRANGER}"`)
    }
    expect(await say(slack.STRANGER, 'help')).toMatch(/\/sweep why/)
    expect(await say(slack.ANN, 'status')).not.toMatch(/Sorry/)
  })

  it('read = "everyone" means everyone in the workspace of the settings; without one, people of the policy', async () => {
    expect(await (await inSlack(EVERYONE, {}))(slack.STRANGER, 'status')).not.toMatch(/Sorry/)
    expect(await (await inSlack(EVERYONE, { SLACK_TEAM_ID: '' }))(slack.STRANGER, 'status')).toMatch(
      /^Sorry, only people/,
    )
    expect(await (await inSlack(EVERYONE, { SLACK_TEAM_ID: '' }))(slack.ANN, 'status')).not.toMatch(/Sorry/)
  })
})

describe('in Discord', () => {
  async function inDiscord(policy: string, env: { readonly [name: string]: string }): Promise<(who: string) => Person> {
    const standins = makeStandins()
    const all = { ...discordEnv(standins), ...env }
    const world = await makeWorld(policy, [stale('Old/a')], { env: all })
    return (who) => person(world, standins, who, false, all)
  }

  it('a server that the settings do not name is told so', async () => {
    const who = await inDiscord(EVERYONE, { DISCORD_GUILD_ID: '900000000000000001' })
    expect((await who(discord.ANN).types('status')).says).toMatch(/^This leansweep belongs to another Discord server/)
  })

  it('another application is told so too', async () => {
    const who = await inDiscord(EVERYONE, { DISCORD_APPLICATION_ID: '900000000000000009' })
    expect((await who(discord.ANN).types('status')).says).toMatch(/another Discord server/)
  })

  it('read = "people" answers only people of the policy', async () => {
    const who = await inDiscord(NAMED, {})
    expect((await who(discord.STRANGER).types('status')).says).toMatch(/^Sorry, only people whom the policy names/)
    expect((await who(discord.ANN).types('status')).says).not.toMatch(/Sorry/)
  })
})
