/** G28 in chat: what leansweep did a moment ago is known there too, typed and pressed, in Slack and in Discord. */

import { describe, expect, it } from 'vitest'
import { eventually } from '../support/discord-person.ts'
import { readable as discordText } from '../support/discord-reader.ts'
import * as discord from '../support/discord-scene.ts'
import { stale } from '../support/policies.ts'
import { readable as slackText } from '../support/slack-reader.ts'
import * as slack from '../support/slack-scene.ts'
import { DAY } from '../support/world.ts'

const start = Date.now()
const PROJECTS = [stale('Old/a'), stale('Old/b', { description: '[keep]' }), { name: 'New/c' }]

describe.concurrent('G28 in Slack', () => {
  it('why knows the deletion and the way back, and nothing keeps what is in the bin', async () => {
    const scene = await slack.makeScene(PROJECTS, slack.asking('never'))
    await slack.tick(scene, start)
    await slack.tick(scene, start + 2 * DAY)
    expect(slackText(await scene.ann.types('why Old/a'))).toMatch(
      /leansweep deleted it on .*rule "old".*purges it.*Bring it back/s,
    )
    const kept = await scene.ann.types('keep Old/a')
    expect([kept.only, slackText(kept)]).toEqual([
      slack.ANN,
      expect.stringMatching(/is in the Recycle Bin.*sweep undo/s),
    ])
    expect(await scene.world.stub.holds()).toEqual([])

    await scene.world.edit('New/c', { name: 'New/d' })
    await slack.tick(scene, start + 3 * DAY)
    expect(slackText(await scene.ann.types('why New/c'))).toMatch(/New\/d/)
    expect(slackText(await scene.ann.types('delete New/c'))).toMatch(/No project starts.*New\/d/s)
    expect(await scene.world.deletions()).toHaveLength(1)
  })
})

describe.concurrent('G28 in Discord', () => {
  it('why knows the deletion, keep is refused, and a release is seen at once', async () => {
    const scene = await discord.makeScene(PROJECTS, discord.asking('never'))
    await discord.tick(scene, start)
    await discord.tick(scene, start + 2 * DAY)
    // A busy machine may answer later, in the same place.
    const says = async (subcommand: string, project: string, reads: RegExp) => {
      const before = new Set((await scene.standins.discord()).messages.map(({ id }) => id))
      await scene.ann.types(subcommand, { project })
      await eventually(async () => {
        const { messages } = await scene.standins.discord()
        return messages.some((one) => !before.has(one.id) && reads.test(discordText(one)))
      }, `an answer to ${subcommand} that reads ${reads.source}`)
    }
    await says('why', 'Old/a', /leansweep deleted it on .*Bring it back/s)
    await says('keep', 'Old/a', /is in the Recycle Bin.*sweep undo/s)
    await says('why', 'Old/b', /: held/)
    await says('release', 'Old/b', /released/)
    await says('why', 'Old/b', /: (marked|not judged)/)
  })
})
