/** Inventories: the last survey with its verdicts, the stored ones, and what stands against the list of projects. */

import * as v from 'valibot'
import { actorOf } from '../auth.ts'
import { notModified, tagged, taggedJson } from '../etag.ts'
import { problem } from '../problem.ts'
import { answer } from './answer.ts'
import { Base, Inventory, InventoryPage, ShownInventory } from './inventory-shapes.ts'
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
    const detail = `That run ${why}. GET /api/inventories lists them.`
    return problem(c, 404, { title: 'No such inventory', detail })
  },
})

export const showBase = operation({
  id: 'showBase',
  method: 'GET',
  path: '/api/inventory/base',
  needs: 'read',
  topic: TOPIC,
  summary: 'What stands against the list of projects',
  details: 'Projects that are missing, were moved to the Recycle Bin by others, or are listed by one reading only.',
  answers: { 200: { means: 'The gravest of it, or that there is nothing.', shape: Base } },
  async handle({ c, workspace }) {
    return c.json(await workspace.base())
  },
})

const Accepted = v.strictObject(
  {
    missing: v.pipe(
      v.string('must be the hash that was shown'),
      v.regex(/^[0-9a-f]{64}$/, 'must be the hash that was shown, 64 characters of 0-9 and a-f'),
      v.description('The hash that GET shows: nothing else is accepted.'),
    ),
  },
  'must be there, as in {"missing": "<hash>"}',
)

export const acceptBase = operation({
  id: 'acceptBase',
  method: 'POST',
  path: '/api/inventory/base',
  needs: 'operate',
  topic: TOPIC,
  summary: 'Accept that exactly these projects are missing',
  details: 'For when rules and deletions are blocked because projects are missing, and they are meant to be.',
  body: Accepted,
  answers: {
    204: { means: 'They are no longer expected, from the next run on.', shape: null },
    409: 'Something else is missing now, or nothing is.',
  },
  async handle({ c, workspace, caller, body }) {
    if (await workspace.acceptBase(actorOf(caller), body.missing)) return c.body(null, 204)
    const detail = 'Nothing with this hash stands against the list of projects now. GET shows what does.'
    return problem(c, 409, { title: 'Not what is missing', detail })
  },
})
