/** What became of what was told: the last deliveries, and sending one once more. */

import * as v from 'valibot'
import { actorOf } from '../auth.ts'
import { taggedJson } from '../etag.ts'
import { problem } from '../problem.ts'
import { operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { PAGING } from './params.ts'
import { Cursor, Time } from './shapes.ts'

const TOPIC = 'Deliveries'

const Delivery = v.pipe(
  v.strictObject({
    id: v.pipe(v.string(), v.description('`webhook-id` of an event; stays the same over attempts.')),
    destination: v.pipe(v.string(), v.description('`webhook:1` is the first of WEBHOOK_URLS.')),
    kind: v.picklist(['event', 'card']),
    about: v.pipe(v.string(), v.description('The type of an event, the sort of a card.')),
    state: v.pipe(
      v.picklist(['due', 'delivered', 'given up', 'disabled', 'replaced']),
      v.description('due waits for its next attempt; replaced: a newer card took its place before it was delivered.'),
    ),
    attempts: v.number(),
    status: v.pipe(v.nullable(v.number()), v.description('HTTP status of the last attempt; null when none came.')),
    reason: v.pipe(v.string(), v.description('Why the last attempt failed.')),
    createdAt: Time,
    nextAttemptAt: v.nullable(Time),
    deliveredAt: v.nullable(Time),
  }),
  v.title('Delivery'),
)

const Destination = v.pipe(
  v.strictObject({
    key: v.string(),
    to: v.pipe(v.string(), v.description('The host, never the whole address.')),
    takes: v.picklist(['event', 'card']),
    disabled: v.pipe(
      v.nullable(v.strictObject({ since: Time, reason: v.string() })),
      v.description('Why it gets nothing any more. A replay, or another setting, enables it.'),
    ),
  }),
  v.title('Destination'),
)

export const DeliveryPage = v.pipe(
  v.strictObject({ deliveries: v.array(Delivery), destinations: v.array(Destination), cursor: Cursor }),
  v.title('DeliveryPage'),
)

const TestSent = v.pipe(v.strictObject({ deliveries: v.array(v.string()) }), v.title('TestSent'))

export const listDeliveries = operation({
  id: 'listDeliveries',
  method: 'GET',
  path: '/api/deliveries',
  needs: 'read',
  topic: TOPIC,
  summary: 'The last deliveries, newest first, and where they go',
  query: PAGING,
  tagged: true,
  answers: { 200: { means: 'A page of deliveries, and every destination.', shape: DeliveryPage } },
  async handle({ c, workspace, query }) {
    const page = await pageOf(
      c,
      query,
      (limit, before) => workspace.deliveries(limit, before),
      ({ id }) => id,
    )
    if (page instanceof Response) return page
    const destinations = await workspace.destinations()
    return taggedJson(c, { deliveries: page.shown, destinations, cursor: page.cursor })
  },
})

export const replayDelivery = operation({
  id: 'replayDelivery',
  method: 'POST',
  path: '/api/deliveries/{id}/replay',
  needs: 'operate',
  topic: TOPIC,
  summary: 'Send it once more',
  details: 'With the same id and a schedule of its own, whatever became of it. Enables its destination.',
  params: { id: v.pipe(v.string(), v.description('Id of a delivery.')) },
  answers: {
    202: { means: 'It is on its way.', shape: null },
    404: 'No such delivery.',
    409: 'A newer message about the same thing took its place.',
  },
  async handle({ c, workspace, params }) {
    const replayed = await workspace.replay(params.id)
    if (replayed.ok) return c.body(null, 202)
    if (replayed.reason === 'not found') return problem(c, 404, { title: 'No such delivery', detail: replayed.message })
    return problem(c, 409, { title: 'Replaced', detail: replayed.message })
  },
})

export const testDeliveries = operation({
  id: 'sendTestMessage',
  method: 'POST',
  path: '/api/deliveries/test',
  needs: 'operate',
  topic: TOPIC,
  summary: 'Send a test message',
  details: 'To every destination, or to one; a disabled destination is enabled. It gives no notice for any project.',
  body: v.strictObject({
    destination: v.optional(v.pipe(v.string(), v.description('Such as `slack`; left out: all.'))),
  }),
  answers: {
    202: { means: 'The ids of its deliveries; `GET /api/deliveries` shows what became of them.', shape: TestSent },
    404: 'No such destination.',
  },
  async handle({ c, workspace, caller, body }) {
    const sent = await workspace.sendTest(body.destination ?? null, actorOf(caller))
    if (sent.ok) return c.json({ deliveries: sent.value }, 202)
    return problem(c, sent.reason === 'notFound' ? 404 : 503, { title: 'Not sent', detail: sent.message })
  },
})
