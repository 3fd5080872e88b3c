/** Every guard of the gate by itself: what it asks is asked before it as well, so only a gate that is asked alone shows it. */

import { describe, expect, it } from 'vitest'
import { readPolicy } from '../../src/core/policy/policy.ts'
import type { Mutation } from '../../src/quantconnect/permit.ts'
import { type ItemRow, itemsOf } from '../../src/workspace/ledger/items.ts'
import { type RunRow, runById } from '../../src/workspace/ledger/runs.ts'
import { type GateFacts, gate, gateOfRebuild } from '../../src/workspace/running/gate.ts'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, HOUR, makeWorld } from '../support/world.ts'

const now = Date.now()
const WHEN = '{ path = "Old/*", idle = ">90d" }'

interface Asked {
  readonly policy?: string
  readonly facts?: Partial<GateFacts>
  readonly run?: Partial<RunRow>
  /** Meddles with the ledger first. */
  readonly first?: string
}

/** A due item whose call failed before the gate, and the gate asked about it. `then`: what its rule does. */
async function passing(then: string, more: string, { policy, facts = {}, run = {}, first }: Asked) {
  const text = `${NO_CAPS}${rule('old', WHEN, then, more)}`
  const world = await makeWorld(text, [stale('Old/a'), ...Array.from({ length: 9 }, (_, n) => stale(`w/${n}`))])
  await world.tick(now)
  const endpoint = then === 'delete' ? 'files/read' : 'projects/update'
  await world.faults({ endpoint, kind: 'status-403' })
  const { id } = await world.tick(now + 2 * DAY)
  const read = await readPolicy(policy ?? text)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return world.inside(({ storage: { sql } }) => {
    if (first !== undefined) sql.exec(first)
    const going = runById(sql, id)
    const row = itemsOf(sql, id)[0]
    if (going === null || row === undefined) throw new Error('The run of this test is gone.')
    const asked: GateFacts = {
      now,
      listsAskedAt: now,
      policyNow: now + 2 * DAY,
      stands: { still: true, item: row.item },
      project: null,
      verifiedBackup: 'a key',
      ...facts,
    }
    return gate(sql, read.policy, { ...going, ...run }, row, asked)
  })
}

const TO = 'to = "Archive/{path}"'
const ATTEMPT = `INSERT INTO attempts (day, rule, count) VALUES ('${new Date(now + 2 * DAY).toISOString().slice(0, 10)}', 'old', 1)`
const SENT = `UPDATE items SET sent_at = 1`
const limited = (limits: string) => `${NO_CAPS.replace(limits.split(' = ')[0] as string, '#')}${limits}\n`

describe('the gate by itself', () => {
  it('lets through what is in order', async () => {
    expect(await passing('delete', '', {})).toMatchObject({ pass: true })
    expect(await passing('archive', TO, {})).toMatchObject({ pass: true })
    expect(await passing('rename', 'to = "x"', {})).toMatchObject({ pass: true })
  })

  it.each<[string, string, string, Asked, RegExp]>([
    [
      'the verdict of the re-check',
      'delete',
      '',
      { facts: { stands: { still: false, outcome: 'changed', why: 'No.' } } },
      /^No\.$/,
    ],
    ['a verified backup', 'delete', '', { facts: { verifiedBackup: null } }, /^No verified backup, no delete\.$/],
    ['its rule', 'delete', '', { policy: `${NO_CAPS}${rule('other', WHEN, 'delete')}` }, /^Its rule is no more\.$/],
    ['G22 its mark', 'delete', '', { first: 'DELETE FROM marks' }, /^It is not marked any more\.$/],
    [
      'G22 its mark, for a rename too',
      'rename',
      'to = "x"',
      { first: 'DELETE FROM marks' },
      /^It is not marked any more\.$/,
    ],
    ['G3 24 hours from the mark', 'delete', '', { facts: { policyNow: now + 23 * HOUR } }, /^Its grace is not over\.$/],
    [
      'G3 24 hours, for a rename too',
      'rename',
      'to = "x"',
      { facts: { policyNow: now + 23 * HOUR } },
      /^Its grace is not over\.$/,
    ],
    [
      '30 days between two moves',
      'archive',
      TO,
      { first: `INSERT INTO acted_on SELECT project_id, 1, 'other', ${now - 28 * DAY + HOUR}, 1 FROM items LIMIT 1` },
      /^A rule moved it less than 30 days ago\.$/,
    ],
    [
      'a throttle',
      'delete',
      '',
      { first: `INSERT INTO facts VALUES ('throttle', '{"since":${now},"until":${now + DAY},"times":1}')` },
      /^QuantConnect asked to slow down\.$/,
    ],
    [
      'per_run',
      'delete',
      '',
      { policy: `${limited('per_run = 1')}${rule('old', WHEN, 'delete')}`, first: SENT },
      /^The cap of 1 per run is reached\.$/,
    ],
    [
      'stamps_per_run',
      'rename',
      'to = "x"',
      { policy: `${limited('stamps_per_run = 1')}${rule('old', WHEN, 'rename', 'to = "x"')}`, first: SENT },
      /^The cap of 1 stamps per run is reached\.$/,
    ],
    [
      'per_day',
      'delete',
      '',
      { policy: `${limited('per_day = 1')}${rule('old', WHEN, 'delete')}`, first: ATTEMPT },
      /^The cap of 1 per day is reached\.$/,
    ],
    [
      'per_day of the rule',
      'delete',
      '',
      { policy: `${NO_CAPS}${rule('old', WHEN, 'delete', 'limit = { per_day = 1 }')}`, first: ATTEMPT },
      /^The rule's cap of 1 per day is reached\.$/,
    ],
  ])('asks for %s', async (_what, then, more, asked, detail) => {
    expect(await passing(then, more, asked)).toMatchObject({ pass: false, detail: expect.stringMatching(detail) })
  })

  it('of a rebuild lets nothing through but to the project that is being rebuilt', async () => {
    const world = await makeWorld(NO_CAPS, [stale('w/a')])
    const { id } = await world.tick(now)
    const passes = (mutation: Mutation, action = 'rebuild') =>
      world.inside(({ storage: { sql } }) => {
        const run = runById(sql, id) as RunRow
        const row = {
          item: { action },
          rebuilt: { name: 'x', projectId: 5, created: 1, lost: [] },
        } as unknown as ItemRow
        return gateOfRebuild(sql, run, row, mutation, now).pass
      })
    const file = { endpoint: 'files/create', projectId: 5, name: 'a.py', content: 'x' } as const
    expect(await passes(file)).toBe(true)
    expect(await passes({ ...file, projectId: 6 })).toBe(false)
    expect(await passes(file, 'restore')).toBe(false)
    expect(await passes({ endpoint: 'projects/delete', projectId: 5 })).toBe(false)
  })
})
