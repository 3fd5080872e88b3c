/**
 * G20, all at once: a Worker with a secret in every secret setting lives through good days and bad ones, and after each
 * chapter everything it has logged, kept, answered and sent is searched for each secret in each of its forms.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/discord-person.ts'
import { CLOUDS, ON_THE_WAY, OTHERS } from '../support/echoes.ts'
import type { SlackMessage } from '../support/node/slack.ts'
import * as plant from '../support/planted.ts'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import {
  ANN_AND_BRANCHES,
  algorithm,
  allEnded,
  bad,
  begin,
  door,
  env,
  everyPage,
  failed,
  filled,
  githubDelivery,
  inDiscord,
  inSlack,
  known,
  later,
  leaks,
  lines,
  MAY_HAVE,
  quiet,
  ROUTES,
  replies,
  sent,
  signedHook,
  slack,
  slackSends,
  tick,
  told,
  world,
} from '../support/watched.ts'
import { type Setting, settings } from '../support/worker.ts'
import { DAY, HOUR } from '../support/world.ts'

const now = Date.now()

const ASKED = rule('asked', '{ path = "Asked/*", idle = ">90d" }', 'delete').replace('"never"', '"always"')
const POLICY = `${NO_CAPS}
[notify]
channels = ["slack", "discord", "teams"]${ANN_AND_BRANCHES}${rule('gone', '{ path = "Old/*", idle = ">90d" }', 'delete')}${ASKED}`

beforeAll(() =>
  begin(POLICY, ['Old/a', 'Old/b', 'Old/c', 'Old/d', 'Asked/a', 'Asked/b', 'Branches/x/a', 'Kept/a', 'Kept/b']),
)

describe('G20 no secret leaves, in any form, to anybody but its owner', { timeout: 240_000 }, () => {
  it('on good days, through every door and to every destination', async () => {
    await tick(now)
    await quiet()
    const asked = await tick(now + 2 * DAY)
    expect(asked).toMatchObject({ status: 'waiting', counts: { confirmed: 4 } })
    await quiet()
    const { projectId } = await world.project('Kept/a')
    for (const text of ['status', 'plan', 'why Kept/a', 'keep Kept/a', 'update Kept/a description new', 'help']) {
      await inSlack('commands', { text })
    }
    for (const name of ['status', 'plan']) await inDiscord(name)
    await inDiscord('why', { project: 'Kept/a' })
    expect((await signedHook('sweep.run', { mode: 'report' })).status).toBe(202)
    const payload = { ref: 'x', ref_type: 'branch', repository: { full_name: 'o/r' }, sender: { login: 'octocat' } }
    expect((await githubDelivery(payload)).status).toBe(202)
    expect((await algorithm(Number(projectId), { description: 'said by itself' })).status).toBe(202)
    expect((await door(`/api/projects/${projectId}/hold`, { method: 'POST', body: {} })).status).toBe(200)
    await allEnded()
    await quiet()
    const card = (await slack.slack()).messages.find(
      ({ byBot, blocks }) => byBot && JSON.stringify(blocks).includes('sweep.approve'),
    ) as SlackMessage
    await inSlack('actions', { ts: card.ts, action: 'approve' })
    expect((await door(`/api/runs/${asked.id}/undo`, { method: 'POST', body: {} })).status).toBe(202)
    const runs = await allEnded()
    expect(runs.length).toBeGreaterThan(7)
    await quiet()
    await eventually(async () => (await replies()).length === 0, 'all answers have followed')
    await everyPage()

    const all = sent.flatMap(({ head }) => known.in(head))
    const used = new Set(all)
    for (const name of Object.values(MAY_HAVE).flat()) expect(used, `${name} was used`).toContain(name)
    expect(await leaks()).toEqual([])
  })

  it('while an answer in a chat is still to come: its way back is in one column alone, and gone once it came or is over', async () => {
    bad.others = { of: /respond|webhooks\/1000/, says: (echo) => new Error(`connect ECONNREFUSED ${echo}`) }
    await inSlack('commands', { text: 'update Kept/b description once more' })
    await inSlack('commands', { text: 'delete Kept/b' })
    await inDiscord('run')
    await allEnded()
    await eventually(async () => (await replies()).length === 2, 'two answers wait')
    expect(known.in(JSON.stringify(await replies()))).toEqual(
      expect.arrayContaining(['a response address', 'a token of an interaction']),
    )
    await everyPage()
    expect(await leaks(['in table replies, column way'])).toEqual([])

    const waiting = await replies()
    await later(15 * 60_000)
    await world.alarm()
    expect((await replies()).length).toBe(1)
    bad.others = null
    await world.alarm()
    await eventually(async () => (await replies()).length === 0, `${waiting.length} are sent or over`)
    expect(await leaks()).toEqual([])
  })

  it('when QuantConnect repeats what it was sent, in any kind of answer', async () => {
    const projects = Array.from({ length: 9 }, (_, n) => stale(`Old/echo${n}`))
    await world.reset([...projects, stale('Kept/a')])
    let at = now + 10 * DAY
    await tick(at)
    // Nobody waits here for an hour, after which a run that was asked to slow down ends.
    const hurry = setInterval(() => void anHourOfThrottle().then(() => world.alarm()), 400)
    const outcomes: string[] = []
    for (const [of, says] of ON_THE_WAY) {
      bad.cloud = { of, says }
      at += 2 * DAY
      const run = await tick(at)
      outcomes.push(...run.outcomes.map(({ detail }) => detail))
      expect(run.status).not.toBe('ok')
      await calm()
    }
    expect(outcomes.join(' ')).toContain('[secret]')
    const messages: string[] = []
    for (const says of CLOUDS) {
      bad.cloud = { of: /./, says }
      at += HOUR
      const run = await tick(at)
      // A service that asks to slow down for over an hour ends the run `partial`.
      expect(run.status).toMatch(/asked to slow down/.test(run.message) ? /partial/ : /failed|blocked/)
      messages.push(run.message)
      await door('/api/plan')
      await calm()
    }
    clearInterval(hurry)
    bad.cloud = null
    expect(messages.filter((message) => message.includes('[secret]')).length).toBeGreaterThan(7)
    await quiet()
    await everyPage()
    expect(await leaks()).toEqual([])
  })

  it('when callers prove nothing, and send our own secrets where they do not belong', async () => {
    const all = plant.secretsIn(env as plant.Planted)
    const wrong = [...all.map(({ value }) => value), ...Object.values(env)]
    for (const secret of wrong.filter((one) => /^[!-~]+$/.test(one))) {
      await door('/api/runs', { bearer: `${secret}x` })
      for (const [path, name] of SIGNED) {
        const headers = { [name]: secret, 'webhook-timestamp': secret, 'x-slack-request-timestamp': secret }
        await door(path, { method: 'POST', bearer: null, body: secret, headers: { ...headers, ...STAMPS } })
      }
    }
    await signedHook('sweep.run', { mode: 'act' }, plant.EVENTS[0])
    await githubDelivery({ ref: plant.ADMIN }, plant.ADMIN)
    await slackSends('commands', `text=${encodeURIComponent(plant.SLACK_BOT)}`, plant.SLACK_BOT)
    expect(lines.filter((line) => line.startsWith('Not accepted')).length).toBeGreaterThan(50)
    // Strangers hear nothing of what they send, at any address and by any method (G29).
    for (const { method, path } of ROUTES) {
      for (const secret of [plant.ADMIN, env.SLACK_WEBHOOK_URL, plant.QC_TOKEN]) {
        const place = encodeURIComponent(secret)
        const body = method === 'GET' ? {} : { body: { [secret]: secret } }
        for (const other of [method, 'PATCH']) {
          await door(filled(path, place), { method: other, bearer: null, ...body })
          await door(`${path}?${place}=${place}`, { method: other, bearer: null, ...body })
          const headers = {
            'content-type': plant.ADMIN,
            'if-none-match': secret.replaceAll(/[^!-~]/g, ''),
            referer: place,
          }
          await door(`${path}/${place}`, { method: other, bearer: null, ...body, headers })
        }
      }
    }
    await everyPage()
    expect(await leaks()).toEqual([])
  })

  it('when somebody has written a secret into the policy', async () => {
    let at = now + 40 * DAY
    for (const secret of [env.SLACK_WEBHOOK_URL, plant.SLACK_BOT, plant.DISCORD_BOT, plant.EVENTS[2]]) {
      for (const line of [`"${secret}"`, secret, `"slack", ${secret}`]) {
        world.set({ policy: POLICY.replace('channels = ["slack"', `channels = [${line}`) })
        at += HOUR
        expect((await tick(at)).message).toMatch(/^The policy cannot be used/)
        await everyPage()
        await inSlack('commands', { text: 'plan' })
        await inDiscord('plan')
      }
    }
    world.set({ policy: POLICY })
    await quiet()
    expect(await leaks()).toEqual([])
  })

  it('when something inside fails with a secret in its error', async () => {
    const all = `${plant.secretsIn(env as plant.Planted).map(({ value }) => value)} ${Object.values(env)}`
    const before = lines.length
    const failing = (log: KVNamespace): KVNamespace =>
      new Proxy(log, {
        get: (target, name) =>
          name === 'put'
            ? () => Promise.reject(new Error(`put failed: ${all}`, { cause: new Error(all) }))
            : Reflect.get(target, name).bind(target),
      })
    world.set({ log: failing })
    await world.renew()
    await allEnded()
    const { run } = await world.submitTick(now + 60 * DAY)
    await world.ended(run)
    expect(lines.slice(before).some((line) => line.includes('put failed'))).toBe(true)
    world.set({ log: (log) => log })
    await world.renew()

    const healthy = world.setting()
    const broken = { ...healthy, policy: '' }
    Object.defineProperty(broken, 'policy', {
      get: () => {
        throw new TypeError(`cannot read ${all}`, { cause: new RangeError(all) })
      },
    })
    settings.set(world.name, broken as Setting)
    const { run: second } = await world.submitTick(now + 61 * DAY)
    for (const path of ['/api/plan', '/api/why/1', '/projects/1', '/api/inventory']) {
      expect((await door(path)).status).toBe(500)
    }
    await inSlack('commands', { text: 'plan' })
    await inDiscord('plan')
    // The platform notes what calls of the workspace throw.
    for (const call of [world.stub.plan(), world.stub.person('slack', 'U0ANN'), world.stub.unknownRules(['x'])]) {
      const error = await call.then(
        () => expect.fail('It did not throw.'),
        (thrown: Error) => thrown,
      )
      told.push({ where: 'an error of the workspace', text: `${error.message} ${error.cause} ${error.stack}` })
    }
    await eventually(async () => lines.some((line) => line.includes(`Run ${second}`)), 'it is in the log')
    settings.set(world.name, healthy)
    await world.ended(second)
    const noted = lines.slice(before)
    for (const what of ['put failed', 'cannot read', 'RangeError']) {
      expect(noted.some((line) => line.includes(`${what}: [secret]`) || line.includes(`${what} [secret]`))).toBe(true)
    }
    await everyPage()
    expect(await leaks()).toEqual([])
  })

  it('when destinations repeat what they were sent, in any kind of answer, until they are given up', async () => {
    await world.reset([...Array.from({ length: 9 }, (_, n) => stale(`Old/late${n}`)), stale('Kept/a')])
    failed.clear()
    bad.others = { of: /./, says: (echo, call) => OTHERS[call % OTHERS.length]?.(echo, call) ?? new Error(echo) }
    await tick(now + 70 * DAY)
    await tick(now + 72 * DAY)
    await inSlack('commands', { text: 'plan' })
    await inDiscord('plan')
    await quiet(3 * HOUR)
    expect([...failed].sort()).toEqual([
      'discord',
      'discord-webhook',
      'slack',
      'slack-webhook',
      'teams-webhook',
      'webhook:1',
      'webhook:2',
    ])
    bad.others = { of: /./, says: (echo) => new Response(echo, { status: 410 }) }
    await tick(now + 73 * DAY)
    await quiet(3 * HOUR)
    bad.others = null
    await everyPage()
    expect(await leaks()).toEqual([])
  })
})

/** The throttle that stands, if one does, has been standing for longer than a run waits. */
function anHourOfThrottle(): Promise<void> {
  const since = `json_set(value, '$.since', json_extract(value, '$.until') - 7200000)`
  return world.inside(
    ({ storage }) => void storage.sql.exec(`UPDATE facts SET value = ${since} WHERE name = 'throttle'`),
  )
}

/** An answer that asked to slow down is over, so that the next ones are heard at all. */
function calm(): Promise<void> {
  return world.inside(({ storage }) => void storage.sql.exec(`DELETE FROM facts WHERE name = 'throttle'`))
}

/** Doors that want a signature, and the header it stands in. */
const SIGNED = [
  ['/hooks', 'webhook-signature'],
  ['/hooks/github', 'x-hub-signature-256'],
  ['/hooks/quantconnect', 'authorization'],
  ['/slack/commands', 'x-slack-signature'],
  ['/slack/actions', 'x-slack-signature'],
  ['/slack/events', 'x-slack-signature'],
  ['/discord/interactions', 'x-signature-ed25519'],
] as const

/** What has to be there for a signature to be looked at. */
const STAMPS = {
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(Math.floor(now / 1_000)),
  'x-slack-request-timestamp': String(Math.floor(now / 1_000)),
  'x-signature-timestamp': String(Math.floor(now / 1_000)),
}
