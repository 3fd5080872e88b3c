/**
 * Shapes that several answers are made of. A shape with a title is a named schema of the OpenAPI document. Answers may get
 * more fields in later versions, so the document leaves them open; tests take them exactly as they are here.
 */

import * as v from 'valibot'

/** ISO 8601, UTC. */
export const Time = v.pipe(v.string(), v.isoTimestamp())

/** SHA-256 as 64 hex characters. */
export const Hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

/** A project's id as QuantConnect gives it. */
export const ProjectId = v.pipe(v.number(), v.integer())

/** For people, one sentence each. */
export const Sentences = v.array(v.string())

/** The id of a run: when it was asked for, and six random characters. */
export const RunId = v.pipe(v.string(), v.regex(/^\d{8}-\d{6}-[0-9a-f]{6}$/))

/** Where the next page begins. */
export const Cursor = v.pipe(
  v.nullable(v.string()),
  v.description('Send it back as `cursor` for the next page; null after the last.'),
)

/** How many projects have which verdict; the six add up to the inventory. */
export const COUNTS = {
  inventory: v.number(),
  kept: v.number(),
  protected: v.number(),
  held: v.number(),
  notJudged: v.number(),
  marked: v.number(),
  due: v.number(),
}

export const Counts = v.pipe(v.strictObject(COUNTS), v.title('Counts'))

export const PauseShape = v.pipe(v.strictObject({ by: v.string(), since: Time }), v.title('Pause'))

export const ParameterShape = v.strictObject({
  key: v.string(),
  value: v.string(),
  more: v.exactOptional(
    v.pipe(
      v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
      v.description('What else QuantConnect says of it, such as min, max, step and type.'),
    ),
  ),
})

export const Accepted = v.pipe(
  v.strictObject({
    run: RunId,
    url: v.pipe(v.string(), v.url(), v.description('Where to see what becomes of it.')),
  }),
  v.title('Accepted'),
)

/** RFC 9457. */
export const Problem = v.pipe(
  v.strictObject({
    type: v.literal('about:blank'),
    title: v.pipe(v.string(), v.description('The same for every problem of this kind.')),
    status: v.pipe(v.number(), v.integer()),
    detail: v.pipe(v.string(), v.description('What happened, why, and what to do.')),
  }),
  v.title('Problem'),
)
