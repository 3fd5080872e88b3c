/** Answers that follow a run: kept in the ledger, sent once, tried again, and their way back forgotten with them. */

import { describe, expect, it } from 'vitest'
import { wayText } from '../../src/discord/replier.ts'
import { discordEnv, eventually } from '../support/discord-person.ts'
import { readable } from '../support/discord-reader.ts'
import { DELETE_OLD, stale } from '../support/policies.ts'
import { makeStandins, type Standins } from '../support/standins.ts'
import { makeWorld, type World } from '../support/world.ts'

const MINUTE = 60_000

interface Scene {
  readonly world: World
  readonly standins: Standins
  readonly interaction: { readonly token: string; readonly application_id: string }
}

/** Somebody typed something and was told "The result follows." */
async function asked(policy = DELETE_OLD): Promise<Scene> {
  const standins = makeStandins()
  const world = await makeWorld(policy, [stale('Old/a')], { env: discordEnv(standins) })
  const interaction = (await standins.control('discord/interaction', { user: '7', type: 2 })) as Scene['interaction']
  const answer = { type: 4, data: { content: 'The result follows.', flags: 64 } }
  await standins.control('discord/answer', { token: interaction.token, status: 200, answer, tookMs: 9 })
  return { world, standins, interaction }
}

function wayOf({ interaction }: Scene, place: 'over' | 'below' = 'over'): string {
  return wayText({ place, applicationId: interaction.application_id, token: interaction.token })
}

async function texts({ standins }: Scene): Promise<readonly string[]> {
  return (await standins.discord()).messages.map(readable)
}

/** What the ledger still knows. */
function kept({ world }: Scene): Promise<readonly { way: string; attempt: number }[]> {
  return world.inside(({ storage }) =>
    storage.sql.exec<{ way: string; attempt: number }>('SELECT way, attempt FROM replies').toArray(),
  )
}

async function follow(
  scene: Scene,
  mode: 'act' | 'report' = 'report',
  until = Date.now() + 10 * MINUTE,
): Promise<string> {
  const { run } = await scene.world.stub.submit({
    triggerId: crypto.randomUUID(),
    trigger: 'discord',
    actor: 'Ann',
    request: { kind: 'sweep', mode, rules: null },
  })
  await scene.world.stub.reply({ vendor: 'discord', way: wayOf(scene), until, what: { after: run } })
  return run
}

describe('an answer that follows a run', () => {
  it('takes the place of the first answer when the run has ended, and its way back is forgotten', async () => {
    const scene = await asked()
    await follow(scene)
    const [shown] = await eventually(async () => {
      const all = await texts(scene)
      return all[0]?.includes('follows') ? null : all
    }, 'the plan takes the place')
    expect(shown).toContain('Plan: nothing is due now')
    await eventually(async () => (await kept(scene)).length === 0, 'the way back is forgotten')
    expect(await texts(scene)).toHaveLength(1)
  })

  it('is the result where something was to be done', async () => {
    const scene = await asked()
    await follow(scene, 'act')
    await eventually(async () => (await texts(scene))[0]?.includes('Done: nothing had to be done'), 'the result')
  })

  it('comes also when the run had ended before anybody said where to', async () => {
    const scene = await asked()
    const { run } = await scene.world.stub.submit({
      triggerId: 'one',
      trigger: 'discord',
      actor: 'Ann',
      request: { kind: 'sweep', mode: 'report', rules: null },
    })
    await scene.world.ended(run)
    await scene.world.stub.reply({
      vendor: 'discord',
      way: wayOf(scene),
      until: Date.now() + MINUTE,
      what: { after: run },
    })
    await eventually(async () => (await texts(scene))[0]?.includes('Plan:'), 'the plan')
  })

  it('is tried again when the connection breaks, and is there once', async () => {
    const scene = await asked()
    await scene.standins.setDiscord({ faults: [{ of: 'PATCH webhooks', status: 503, times: 1 }] })
    await follow(scene)
    await eventually(async () => (await texts(scene))[0]?.includes('Plan:'), 'the plan')
    const { requests } = await scene.standins.discord()
    expect(requests.map(({ method, status }) => `${method} ${status}`)).toEqual(['PATCH 503', 'PATCH 200'])
  })

  it('outlives the process', async () => {
    const scene = await asked()
    await scene.standins.setDiscord({ faults: [{ of: 'PATCH webhooks', status: 503, times: 1 }] })
    await follow(scene)
    await eventually(async () => (await kept(scene))[0]?.attempt === 1, 'one attempt')
    await scene.world.renew()
    await eventually(async () => (await texts(scene))[0]?.includes('Plan:'), 'the plan')
  })

  it('waits as long as Discord says', async () => {
    const scene = await asked()
    const body = { message: 'slow', retry_after: 2.5 }
    await scene.standins.setDiscord({ faults: [{ of: 'PATCH webhooks', status: 429, body }] })
    const began = Date.now()
    await follow(scene)
    await eventually(async () => (await texts(scene))[0]?.includes('Plan:'), 'the plan')
    expect(Date.now() - began).toBeGreaterThanOrEqual(2_400)
  })

  it('is not sent once its way back is over, which is forgotten then, run or no run', async () => {
    const scene = await asked()
    await scene.world.faults({ endpoint: 'projects/read', kind: 'hang-before', delayMs: 1_000, calls: [1] })
    await follow(scene, 'report', Date.now() + 300)
    await eventually(async () => (await kept(scene)).length === 0, 'the way back is forgotten')
    expect(await texts(scene)).toEqual(['The result follows.'])
  })

  it('is given up when Discord does not know the token, and stands in no list of deliveries', async () => {
    const scene = await asked()
    await scene.standins.setDiscord({ skewMs: 16 * MINUTE })
    await follow(scene)
    await eventually(async () => (await kept(scene)).length === 0, 'the way back is forgotten')
    expect(await texts(scene)).toEqual(['The result follows.'])
    const everything = await scene.world.inside(({ storage }) =>
      ['outbox', 'destinations', 'facts', 'runs', 'replies'].flatMap((table) =>
        storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
      ),
    )
    expect(JSON.stringify(everything)).not.toContain(scene.interaction.token)
  })
})

describe('something to say at once', () => {
  it('comes below, for the asker alone', async () => {
    const scene = await asked()
    const says = { kind: 'text', text: '@everyone look again' } as const
    await scene.world.stub.reply({
      vendor: 'discord',
      way: wayOf(scene, 'below'),
      until: Date.now() + MINUTE,
      what: { says },
    })
    await eventually(async () => (await texts(scene)).length === 2, 'a message below')
    const [, below] = (await scene.standins.discord()).messages
    expect(below?.only).toBe('7')
    expect(await texts(scene)).toEqual(['The result follows.', '@everyone look again'])
  })
})
