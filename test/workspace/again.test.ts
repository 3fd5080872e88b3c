/** G22: each permission works once. What comes back, however it comes back, starts with a new mark, grace period and approval. */

import { describe, expect, it } from 'vitest'
import type { Who } from '../../src/workspace/ledger/asks.ts'
import { command, idOf, names, undo } from '../support/asking.ts'
import { ask } from '../support/door.ts'
import { NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const TOKEN: Who = { kind: 'token' }
const WHEN = '{ path = "Old/*", age = ">90d" }'
const others = Array.from({ length: 30 }, (_, n) => stale(`w/p${n}`))

/** A rule by age, so that nothing a person does to the project takes it out of the rule. */
const policyOf = (then: string, more = '') => `${NO_CAPS}${rule('again', WHEN, then, more)}`

interface Stored {
  readonly marks: readonly { readonly rule: string; readonly since: number }[]
  readonly notices: number
  readonly announced: number
}

function stored(world: World, projectId: number): Promise<Stored> {
  return world.inside(({ storage: { sql } }) => ({
    marks: sql
      .exec<{ rule: string; since: number }>(
        'SELECT rule, since FROM marks WHERE project_id = ? ORDER BY rule',
        projectId,
      )
      .toArray(),
    notices: sql.exec<{ n: number }>('SELECT count(*) AS n FROM notices WHERE project_id = ?', projectId).one().n,
    announced: sql.exec<{ n: number }>('SELECT count(*) AS n FROM announced WHERE project_id = ?', projectId).one().n,
  }))
}

async function nothingUntil(world: World, from: number, calls: string, sent: number): Promise<void> {
  for (const at of [from + HOUR, from + 13 * HOUR, from + HOUR + DAY - 60_000]) {
    await world.tick(at)
    expect(await world.calls(calls)).toBe(sent)
  }
}

describe('G22 each permission works once', () => {
  it.each([
    ['delete', '', 'projects/delete'],
    ['rename', 'to = "done {name}"', 'projects/update'],
    ['move', 'to = "Attic/{name}"', 'projects/update'],
    ['archive', 'to = "Archive/{path}"', 'projects/update'],
  ])(
    '%s ends mark and notice with its answer, and what a person takes back has a full grace period',
    async (then, more, calls) => {
      const policy = policyOf(then, more).replace('"Old/*"', '"Old/a"')
      const world = await makeWorld(policy, [stale('Old/a'), ...others])
      const id = await idOf(world, 'Old/a')
      await world.tick(now)
      await world.inside(({ storage: { sql } }) => {
        sql.exec('INSERT OR REPLACE INTO notices SELECT project_id, created, rule_hash, since FROM marks')
        sql.exec(`INSERT OR REPLACE INTO announced SELECT project_id, created, rule_hash, 'marked', 'r' FROM marks`)
      })
      const at = now + 2 * DAY
      expect((await world.tick(at)).counts).toMatchObject({ confirmed: 1 })
      expect(await stored(world, id)).toEqual({ marks: [], notices: 0, announced: 0 })
      const sent = await world.calls(calls)
      await world.control('edit', { projectId: id, name: 'Old/a' })
      await nothingUntil(world, at, calls, sent)
      if (then === 'delete') {
        expect((await world.tick(at + HOUR + DAY)).counts).toMatchObject({ confirmed: 1 })
      } else {
        // No project is moved by rules twice within 30 days.
        expect((await world.tick(at + 29 * DAY)).counts).toMatchObject({ acted: 0, marked: 1 })
        expect((await world.tick(at + 30 * DAY + HOUR)).counts).toMatchObject({ confirmed: 1 })
      }
    },
  )

  it('whichever rule gave them: the marks of all rules end, those of a rule that only reports included', async () => {
    const policy = `${policyOf('archive', 'to = "Archive/{path}"')}${rule('also', WHEN, 'delete')}`
    const world = await makeWorld(policy, [stale('Old/a'), ...others])
    const id = await idOf(world, 'Old/a')
    await world.tick(now)
    expect((await stored(world, id)).marks).toHaveLength(2)
    await world.tick(now + 2 * DAY)
    expect((await stored(world, id)).marks).toEqual([])
  })

  it('a description written by a rule ends only its own mark', async () => {
    const note = rule('note', '{ path = "Old/*", stamped = false }', 'describe', 'to = "look at me"')
    const later = rule('later', WHEN, 'delete').replace('after = "24h"', 'after = "10d"')
    const world = await makeWorld(`${NO_CAPS}${note}${later}`, [stale('Old/a'), ...others])
    const id = await idOf(world, 'Old/a')
    await world.tick(now)
    expect((await world.tick(now + 2 * DAY)).counts).toMatchObject({ confirmed: 1 })
    expect((await stored(world, id)).marks).toMatchObject([{ rule: 'later' }])
  })

  it.each(['reset-after', 'status-503', 'status-500', 'truncate', 'malformed', 'reset-before', 'html'])(
    'a lost answer (%s) ends them too',
    async (kind) => {
      const world = await makeWorld(policyOf('delete'), [stale('Old/a'), ...others])
      const id = await idOf(world, 'Old/a')
      await world.tick(now)
      await world.faults({ endpoint: 'projects/delete', kind })
      const at = now + 2 * DAY
      await world.tick(at)
      await world.faults()
      expect(await stored(world, id)).toMatchObject({ marks: [], notices: 0 })
      await world.control('edit', { projectId: id, name: 'Old/a' })
      const sent = await world.calls('projects/delete')
      world.aMinuteLater()
      await nothingUntil(world, at, 'projects/delete', sent)
    },
  )

  it.each(['status-403', 'status-400', 'refuse-bare'])(
    'a call that is refused in so many words (%s) ends nothing',
    async (kind) => {
      const world = await makeWorld(policyOf('delete'), [stale('Old/a'), ...others])
      const id = await idOf(world, 'Old/a')
      await world.tick(now)
      await world.faults({ endpoint: 'projects/delete', kind })
      expect((await world.tick(now + 2 * DAY)).counts).toMatchObject({ failed: 1 })
      await world.faults()
      expect((await stored(world, id)).marks).toHaveLength(1)
      expect((await world.tick(now + 2 * DAY + HOUR)).counts).toMatchObject({ confirmed: 1 })
    },
  )

  it('in the crash path: a call whose answer the process did not live to see counts as sent', async () => {
    const world = await makeWorld(policyOf('delete'), [stale('Old/a'), ...others])
    const id = await idOf(world, 'Old/a')
    await world.tick(now)
    let killed = false
    world.set({
      fetch: async (input, init, ctx) => {
        const answer = await fetch(input, init as RequestInit)
        if (!killed && String(input).endsWith('projects/delete')) {
          killed = true
          await world.control('edit', { projectId: id, name: 'Old/a' })
          ctx.abort('killed by a test')
        }
        return answer
      },
    })
    const at = now + 2 * DAY
    const { run } = await world.submitTick(at)
    await world.ended(run)
    expect(killed).toBe(true)
    expect((await stored(world, id)).marks).toEqual([])
    world.aMinuteLater()
    await nothingUntil(world, at, 'projects/delete', 1)
  })

  it('what somebody else put into the bin, seen right before the call, starts anew when it comes back', async () => {
    const world = await makeWorld(policyOf('delete'), [stale('Old/a'), ...others])
    const id = await idOf(world, 'Old/a')
    await world.tick(now)
    const at = now + 2 * DAY
    let lists = 0
    world.set({
      fetch: async (input, init) => {
        if (String(input).endsWith('projects/read') && ++lists === 6) {
          await world.control('edit', { projectId: id, name: 'Recycle Bin/Old/a' })
        }
        return fetch(input, init as RequestInit)
      },
    })
    expect((await world.tick(at)).outcomes).toMatchObject([{ outcome: 'already' }])
    await world.control('edit', { projectId: id, name: 'Old/a' })
    await nothingUntil(world, at, 'projects/delete', 0)
  })

  it('after undo, and after the hold of a restore is released: a full grace period', async () => {
    const world = await makeWorld(policyOf('delete'), [stale('Old/a'), ...others])
    const id = await idOf(world, 'Old/a')
    await world.tick(now)
    const { id: run } = await world.tick(now + 2 * DAY)
    expect((await undo(world, run)).counts).toMatchObject({ confirmed: 1 })
    expect((await stored(world, id)).marks).toEqual([])
    await world.stub.release(id, TOKEN)
    await nothingUntil(world, now + 2 * DAY, 'projects/delete', 1)
  })

  it('a command of a person after the return is allowed, and ends the new mark', async () => {
    const world = await makeWorld(policyOf('delete'), [stale('Old/a'), ...others])
    const id = await idOf(world, 'Old/a')
    await world.tick(now)
    await world.tick(now + 2 * DAY)
    await world.control('edit', { projectId: id, name: 'Old/a' })
    await world.tick(now + 2 * DAY + HOUR)
    expect((await stored(world, id)).marks).toHaveLength(1)
    expect(await command(world, { type: 'project.delete', project: id })).toMatchObject({ status: 'ok' })
    expect((await stored(world, id)).marks).toEqual([])
    expect(await names(world)).toContain('Recycle Bin/Old/a')
  })

  it('an approved plan acts on nothing that came back: it went once already', async () => {
    const policy = policyOf('delete').replace('approve = "never"', 'approve = "always"')
    const world = await makeWorld(policy, [...staleMany(2), ...others])
    const id = await idOf(world, 'Old/p0')
    await world.tick(now)
    const asked = await world.tick(now + 2 * DAY)
    // A person deletes it by a command and takes it out of the bin again, while the plan that names it waits.
    await command(world, { type: 'project.delete', project: id })
    await world.control('edit', { projectId: id, name: 'Old/p0', modified: new Date(now - 200 * DAY).toISOString() })
    const open = await world.stub.proposal()
    const decided = await world.stub.decideOn({
      run: asked.id,
      plan: open?.hash ?? '',
      decision: 'approve',
      by: TOKEN,
      through: 'api',
    })
    const ended = await world.ended((decided.ok && decided.run) || '')
    expect(ended.counts).toMatchObject({ confirmed: 1 })
    expect(await names(world)).toContain('Old/p0')
  })
})

describe('G7 a standing approval', () => {
  const policy = policyOf('delete').replace('approve = "never"', 'approve = "first"')

  async function standing(): Promise<{ world: World; id: number }> {
    const world = await makeWorld(policy, [stale('Old/a'), ...others])
    const id = await idOf(world, 'Old/a')
    await world.tick(now)
    const asked = await world.tick(now + 2 * DAY)
    const plan = asked.plan?.hash ?? ''
    const decided = await world.stub.decideOn({ run: asked.id, plan, decision: 'approve', by: TOKEN, through: 'api' })
    expect((await world.ended((decided.ok && decided.run) || '')).counts).toMatchObject({ confirmed: 1 })
    return { world, id }
  }

  it('says so where it is given, and names the rule as it stands', async () => {
    const world = await makeWorld(policy, [stale('Old/a'), ...others])
    await world.tick(now)
    const run = await world.tick(now + 2 * DAY)
    const hash = await world.inside(
      ({ storage: { sql } }) => sql.exec<{ hash: string }>('SELECT rule_hash AS hash FROM marks').one().hash,
    )
    const card = JSON.stringify(await world.stub.proposalCard(run.id))
    const page = await (await ask(world, `/runs/${run.id}/approve`, { bearer: null })).text()
    for (const shown of [run.message, card, page]) {
      expect(shown).toContain('That is a standing approval')
      expect(shown).toContain(hash.slice(0, 12))
    }
  })

  it('covers what it has not acted on, and never a project on which an action was completed: people are asked again', async () => {
    const { world, id } = await standing()
    await world.control('edit', { projectId: id, name: 'Old/a' })
    await world.control('edit', { projectId: await idOf(world, 'w/p0'), name: 'Old/new' })
    await world.tick(now + 3 * DAY)
    const later = await world.tick(now + 5 * DAY)
    expect(later).toMatchObject({ status: 'waiting', counts: { confirmed: 1 } })
    expect(later.message).toMatch(/has acted on before/)
    expect(await names(world)).toEqual(expect.arrayContaining(['Old/a', 'Recycle Bin/Old/new']))
    expect((await world.stub.waiting(later.id)).map(({ name }) => name)).toEqual(['Old/a'])
  })

  it('nor one that was restored under a new id', async () => {
    const world = await makeWorld(policy, [stale('Old/a'), ...others])
    await world.control('switches', { delete: 'hard' })
    const id = await idOf(world, 'Old/a')
    await world.tick(now)
    const asked = await world.tick(now + 2 * DAY)
    const plan = asked.plan?.hash ?? ''
    const decided = await world.stub.decideOn({ run: asked.id, plan, decision: 'approve', by: TOKEN, through: 'api' })
    await world.ended((decided.ok && decided.run) || '')
    expect(await command(world, { type: 'project.restore', projectId: id })).toMatchObject({ counts: { confirmed: 1 } })
    const rebuilt = await idOf(world, 'Old/a')
    expect(rebuilt).not.toBe(id)
    await world
      .control('edit', { projectId: rebuilt, created: new Date(now - 300 * DAY).toISOString() })
      .catch(() => null)
    expect(
      await world.inside(({ storage: { sql } }) =>
        sql.exec('SELECT 1 FROM acted_on WHERE project_id = ?', rebuilt).toArray(),
      ),
    ).toHaveLength(1)
  })

  it('the gate asks once more: an action completed between plan and call stops the call', async () => {
    const { world, id } = await standing()
    const fresh = await idOf(world, 'w/p0')
    await world.control('edit', { projectId: fresh, name: 'Old/new' })
    await world.tick(now + 3 * DAY)
    let done = false
    world.set({
      fetch: async (input, init, { storage }) => {
        if (!done && String(input).endsWith('files/read')) {
          done = true
          storage.sql.exec('UPDATE acted_on SET project_id = ? WHERE project_id = ?', fresh, id)
        }
        return fetch(input, init as RequestInit)
      },
    })
    const run = await world.tick(now + 5 * DAY)
    expect(run.outcomes).toMatchObject([{ outcome: 'failed', detail: expect.stringMatching(/asks for an approval/) }])
  })
})
