/** Inventories: the last survey with its verdicts, the stored ones, and a new base for the evidence floor. */

import * as v from 'valibot'
import { actorOf } from '../auth.ts'
import { notModified, tagged, taggedJson } from '../etag.ts'
import { problem } from '../problem.ts'
import { answer } from './answer.ts'
import { Inventory, InventoryPage, ShownInventory } from './inventory-shapes.ts'
import { operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { PAGING } from './params.ts'

const TOPIC = 'Inventories'

export const showInventory = operation({
  id: 'showInventory',
  method: 'GET',
  path: '/api/inventory',
  needs: 'read',
  topic: TOPIC,
  summary: 'The last survey with every verdict',
  answers: {
    200: { means: 'Every project, the evidence, and its verdict as of now.', shape: ShownInventory },
    404: 'There is no survey yet.',
  },
  handle: async ({ c, workspace }) => answer(c, await workspace.inventory()),
})

export const listInventories = operation({
  id: 'listInventories',
  method: 'GET',
  path: '/api/inventories',
  needs: 'read',
  topic: TOPIC,
  summary: 'The stored surveys, newest first',
  query: PAGING,
  tagged: true,
  answers: { 200: { means: 'A page of them.', shape: InventoryPage } },
  async handle({ c, workspace, query }) {
    const page = await pageOf(
      c,
      query,
      (limit, before) => workspace.inventories(limit, before),
      ({ run }) => run,
    )
    return page instanceof Response ? page : taggedJson(c, { inventories: page.shown, cursor: page.cursor })
  },
})

export const showStoredInventory = operation({
  id: 'showStoredInventory',
  method: 'GET',
  path: '/api/inventories/{run}',
  needs: 'read',
  topic: TOPIC,
  summary: 'One stored survey',
  details: 'It never changes: its ETag stays the same.',
  params: { run: v.pipe(v.string(), v.description('Id of the run whose survey it is.')) },
  tagged: true,
  answers: {
    200: { means: 'The inventory as it was surveyed.', shape: Inventory },
    404: 'That run stored none, or the store has let go of it.',
  },
  async handle({ c, workspace, params: { run } }) {
    const key = await workspace.inventoryKey(run)
    const same = key === null ? null : notModified(c, `"${run}"`)
    if (same !== null) return same
    const packed = key === null ? null : await c.env.LOG.get(key, 'stream')
    // Passed on as it comes: a large inventory costs no memory and no parsing here.
    if (packed !== null) {
      const json = { ...tagged(`"${run}"`), 'content-type': 'application/json' }
      return c.body(packed.pipeThrough(new DecompressionStream('gzip')), 200, json)
    }
    const why = key === null ? 'stored none' : 'stored one that is not there (any more); a new one takes up to a minute'
    const detail = `Run ${run} ${why}. GET /api/inventories lists them.`
    return problem(c, 404, { title: 'No such inventory', detail })
  },
})

export const acceptBase = operation({
  id: 'acceptBase',
  method: 'POST',
  path: '/api/inventory/base',
  needs: 'operate',
  topic: TOPIC,
  summary: 'Take the list of projects as it is now for the truth',
  details: 'For when over 20 % fewer than last week block the sweep, and it was you who removed them.',
  answers: { 204: { means: 'The evidence floor counts from here.', shape: null } },
  async handle({ c, workspace, caller }) {
    await workspace.acceptBase(actorOf(caller))
    return c.body(null, 204)
  },
})
