/** People who intervene between a scan, a command and a call: what they did last stays as they left it. */

import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/core/command/command.ts'
import { command, idOf, names, request, undo } from '../support/asking.ts'
import { beforeRecheck } from '../support/moments.ts'
import { DELETE_OLD, NO_CAPS, rule, stale, staleMany } from '../support/policies.ts'
import { DAY, HOUR, makeWorld, type World } from '../support/world.ts'

const now = Date.now()
const WHEN = '{ path = "Old/*", age = ">90d" }'
/** By age, so that nothing a person does to a project takes it out of the rule. */
const BY_AGE = `${NO_CAPS}${rule('old', WHEN, 'delete')}`
const others = Array.from({ length: 9 }, (_, n) => stale(`w/p${n}`))

const bin = (world: World, name: string) => rename(world, name, `Recycle Bin/${name}`)
const unbin = (world: World, name: string, to = name) => rename(world, `Recycle Bin/${name}`, to)

/** A person renames a project in a way that its date does not show. */
async function rename(world: World, from: string, to: string): Promise<void> {
  const { modified } = await world.project(from)
  await world.edit(from, { name: to, modified })
}

/** Does something once, when that many answers about what runs live have come: the list of a re-check is read before it. */
async function afterRecheck(world: World, answers: number, act: () => Promise<unknown>): Promise<() => boolean> {
  let left = answers
  world.set({
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      if (String(input).endsWith('live/list') && --left === 0) await act()
      return answer
    },
  })
  return () => left <= 0
}

async function submitted(world: World, wanted: Command, receivedAt = Date.now()): Promise<string> {
  const submission = {
    triggerId: crypto.randomUUID(),
    trigger: 'hook',
    actor: 'hook',
    request: { kind: 'command', mode: 'act', command: wanted },
    receivedAt,
  } as const
  return (await world.stub.submit(submission)).run
}

describe('G22 what a scan sees in the bin starts anew', () => {
  it('though that scan lets no rule act', async () => {
    const world = await makeWorld(BY_AGE, [stale('Old/a'), ...others])
    await world.tick(now)
    for (const name of ['Old/a', 'w/p0', 'w/p1']) await bin(world, name)
    expect((await world.tick(now + 12 * HOUR)).status).toBe('blocked')
    for (const name of ['Old/a', 'w/p0', 'w/p1']) await unbin(world, name)
    expect(await world.tick(now + 26 * HOUR)).toMatchObject({ counts: { marked: 1 } })
    expect(await world.deletions()).toEqual([])
    await world.tick(now + 51 * HOUR)
    expect(await world.deletions()).toHaveLength(1)
  })

  it.each([
    ['a command', (world: World) => command(world, { type: 'project.update', project: 'w/p3', description: 'x' })],
    ['a report', (world: World) => request(world, { kind: 'sweep', mode: 'report', rules: null })],
  ])('though it is the scan of %s', async (_what, scan) => {
    const world = await makeWorld(BY_AGE, [stale('Old/a'), ...others])
    await world.tick(now)
    await bin(world, 'Old/a')
    await scan(world)
    await unbin(world, 'Old/a')
    await world.tick(now + 26 * HOUR)
    expect(await world.deletions()).toEqual([])
  })

  it('though it is the list before a call for another one', async () => {
    const later = rule('later', '{ path = "Later/*", age = ">90d" }', 'delete').replace('"24h"', '"48h"')
    const world = await makeWorld(`${BY_AGE}${later}`, [stale('Old/a'), stale('Later/b'), ...others])
    await world.tick(now)
    beforeRecheck(world, () => bin(world, 'Later/b'))
    expect((await world.tick(now + 26 * HOUR)).counts).toMatchObject({ confirmed: 1 })
    await unbin(world, 'Later/b')
    await world.tick(now + 50 * HOUR)
    expect(await world.deletions()).toHaveLength(1)
  })

  it.each([
    ['only those', ['Old/a', 'Old/b']],
    ['so many that no rule may act', ['Old/a', 'Old/b', 'w/p0']],
  ])('what waits for people as well: %s', async (_what, gone) => {
    const world = await makeWorld('[limits]\nper_run = 1\npercent = 100\n', [stale('Old/a'), stale('Old/b'), ...others])
    await world.tick(now)
    const asked = await command(world, { type: 'directory.delete', directory: 'Old' })
    expect(asked.status).toBe('waiting')
    for (const name of gone) await bin(world, name)
    await world.tick(now + HOUR)
    for (const name of gone) await unbin(world, name)
    expect(await world.stub.proposal()).toMatchObject({ state: 'empty' })
  })

  it('and what was deleted otherwise and brought back, before anybody decides', async () => {
    const world = await makeWorld('[limits]\nper_run = 1\npercent = 100\n', [stale('Old/a'), stale('Old/b'), ...others])
    await world.tick(now)
    expect((await command(world, { type: 'directory.delete', directory: 'Old' })).status).toBe('waiting')
    expect((await command(world, { type: 'project.delete', project: 'Old/a' })).status).toBe('ok')
    expect(await world.stub.proposal()).toMatchObject({ state: 'empty' })
  })
})

describe('G25 a command leaves alone what was saved after it was received', () => {
  it.each(['project.delete', 'directory.delete'] as const)('%s: a file that the list does not show', async (type) => {
    const world = await makeWorld(NO_CAPS, [stale('Old/a'), ...others])
    await world.tick(now)
    const { projectId, modified } = await world.project('Old/a')
    const saved = new Date(Date.now() - 5 * 60_000).toISOString()
    await world.control('edit', {
      projectId,
      files: [{ name: 'main.py', content: 'new work', modified: saved }],
      modified,
    })
    // It waited behind other runs for ten minutes, and its plan is newer than the file.
    const wanted: Command = type === 'project.delete' ? { type, project: 'Old/a' } : { type, directory: 'Old' }
    const run = await submitted(world, wanted, Date.now() - 10 * 60_000)
    const ended = await world.ended(run)
    expect(await world.deletions()).toEqual([])
    expect(ended.status).toBe('refused')
    expect(ended.message).toMatch(/main\.py/)
  })
})

describe('G6 what we deleted ourselves was moved by nobody else', () => {
  it('though the command came before the scan that it is compared with', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(4), ...others])
    await world.tick(now)
    await world.stub.pause('Ann')
    const runs: string[] = []
    for (const n of [0, 1, 2]) runs.push(await submitted(world, { type: 'project.delete', project: `Old/p${n}` }))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await world.tick(now + HOUR)
    await world.stub.resume()
    for (const run of runs) expect((await world.ended(run)).status).toBe('ok')
    expect((await world.tick(now + 2 * HOUR)).status).toBe('ok')
  })
})

describe('a restore from the bin', () => {
  it('brings a project back under the name that it went there with, whatever it was called when we deleted it', async () => {
    const world = await makeWorld(NO_CAPS, [stale('Old/a'), ...others])
    const projectId = await idOf(world, 'Old/a')
    await world.tick(now)
    await command(world, { type: 'project.delete', project: projectId })
    await unbin(world, 'Old/a', 'Good/b')
    await bin(world, 'Good/b')
    expect((await command(world, { type: 'project.restore', projectId })).status).toBe('ok')
    expect(await names(world)).toContain('Good/b')
  })

  it('leaves a name that a person gave it meanwhile', async () => {
    const world = await makeWorld(NO_CAPS, [stale('Old/a'), ...others])
    const projectId = await idOf(world, 'Old/a')
    await world.tick(now)
    await command(world, { type: 'project.delete', project: projectId })
    const isOver = await afterRecheck(world, 2, () => unbin(world, 'Old/a', 'Mine/a'))
    const run = await command(world, { type: 'project.restore', projectId })
    expect(isOver()).toBe(true)
    expect(await names(world)).toContain('Mine/a')
    expect(run.status).not.toBe('ok')
  })

  it('of an account that is empty altogether', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x'), stale('b')])
    await world.tick(now)
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: 'a/x' })
    await world.control('clock', { advance: 31 * DAY })
    await world.control('switches', { delete: 'hard' })
    await world.reset([])
    expect(await world.projects()).toEqual([])
    const run = await command(world, { type: 'project.restore', projectId })
    expect(run).toMatchObject({ status: 'ok', outcomes: [{ action: 'rebuild', outcome: 'done' }] })
    expect(await names(world)).toEqual(['a/x'])
  })
})

describe('G2 while what runs live cannot be read', () => {
  it('restores and changes of a description go on; a rename and a deletion do not', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x'), stale('a/y'), ...others])
    await world.tick(now)
    const projectId = await idOf(world, 'a/x')
    await command(world, { type: 'project.delete', project: 'a/x' })
    await world.faults({ endpoint: 'live/list', kind: 'status-403' })
    expect((await command(world, { type: 'project.restore', projectId })).outcomes).toMatchObject([{ outcome: 'done' }])
    const described = await command(world, { type: 'project.update', project: 'a/y', description: 'x' })
    expect(described.outcomes).toMatchObject([{ outcome: 'done' }])
    const renamed = await command(world, { type: 'project.update', project: 'a/y', name: 'a/z' })
    expect(['blocked', 'refused']).toContain(renamed.status)
    expect((await command(world, { type: 'project.delete', project: 'a/y' })).status).toBe('blocked')
    expect(await names(world)).toEqual(expect.arrayContaining(['a/x', 'a/y']))
  })
})

describe('undo', () => {
  it('leaves parameters that a person set after the list was read', async () => {
    const world = await makeWorld(NO_CAPS, [{ name: 'a/x', parameters: [{ key: 'fast', value: '1' }] }, ...others])
    const wrote = await command(world, { type: 'project.update', project: 'a/x', parameters: { fast: '2' } })
    const isOver = await afterRecheck(world, 2, () => world.edit('a/x', { parameters: [{ key: 'fast', value: '99' }] }))
    const run = await undo(world, wrote.id)
    expect(isOver()).toBe(true)
    expect((await world.project('a/x')).parameters).toMatchObject([{ key: 'fast', value: '99' }])
    expect(run.status).not.toBe('ok')
  })

  it('names what nobody knows yet', async () => {
    const world = await makeWorld(DELETE_OLD, [...staleMany(2), ...others])
    await world.tick(now)
    await world.faults({ endpoint: 'projects/delete', kind: 'reset-before', calls: [2] })
    const swept = await world.tick(now + 2 * DAY)
    expect(swept.outcomes.map(({ outcome }) => outcome).sort()).toEqual(['done', 'unsure'])
    await world.faults()
    const undone = await undo(world, swept.id)
    expect(undone.status).toBe('partial')
    expect(undone.message).toMatch(/not known yet/)
  })
})

describe('a release', () => {
  it('does not end a hold that a person wrote into the description after it was asked for', async () => {
    const world = await makeWorld(BY_AGE, [stale('Old/a', { description: 'x' }), ...others])
    await world.tick(now)
    const id = await idOf(world, 'Old/a')
    await world.stub.hold(id, '2099-01-01', { kind: 'token' }, 'api')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    beforeRecheck(world, () => world.edit('Old/a', { description: 'x [keep] mine' }))
    const released = await world.stub.release(id, { kind: 'token' }, 'api')
    if (!released.ok || released.run === null) throw new Error('not released')
    await world.ended(released.run)
    expect((await world.project('Old/a')).description).toContain('[keep]')
  })
})

describe('undo in chat', () => {
  it('of what was brought back, and is in the bin again, brings it back once more', async () => {
    const world = await makeWorld(NO_CAPS, [stale('a/x'), ...others])
    await world.tick(now)
    const projectId = await idOf(world, 'a/x')
    const deleted = await command(world, { type: 'project.delete', project: 'a/x' })
    expect(await world.stub.lastDeed(projectId)).toBe(deleted.id)
    await command(world, { type: 'project.restore', projectId })
    await bin(world, 'a/x')
    // Null: there is nothing to undo, so it is asked to be restored.
    expect(await world.stub.lastDeed(projectId)).toBe(null)
  })
})
