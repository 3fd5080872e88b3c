/**
 * What programs are told: the four events, one shape each, for ever (fields may be added). Data is thin: ids, names, counts
 * and the path of the full story on the Worker itself. Bodies stay under 20 kB (Standard Webhooks 1.0.0), so lists are cut
 * and say how many there are in all.
 */

import * as v from 'valibot'

const Time = v.pipe(v.string(), v.isoTimestamp())
/** A path of the Worker. */
const Path = v.pipe(v.string(), v.startsWith('/'))
const Count = v.pipe(v.number(), v.integer(), v.minValue(0))

/** Something a sweep would do, or asks to do, to a project. */
const Item = v.strictObject({
  projectId: v.number(),
  name: v.string(),
  /** `rename`, `move`, `archive`, `delete`, … */
  action: v.string(),
  rule: v.nullable(v.string()),
  /** The earliest time at which it happens; null when nothing will as things stand, or when it waits for people. */
  when: v.nullable(Time),
})

/** The first of so many. */
const Items = v.strictObject({ count: Count, items: v.array(Item) })

export const RunFinished = v.strictObject({
  run: v.string(),
  url: Path,
  trigger: v.string(),
  actor: v.string(),
  mode: v.picklist(['report', 'act']),
  status: v.picklist(['waiting', 'ok', 'partial', 'blocked', 'refused', 'failed', 'expired']),
  /** What happened, why and what to do; "" when the counts say it all. */
  message: v.string(),
  counts: v.record(v.string(), Count),
  /** Marked in this run. */
  marked: Items,
  /** Marked earlier, and within `notice` of their due time now. */
  due: Items,
})

export const PlanProposed = v.strictObject({
  /** The run whose plan it is. */
  run: v.string(),
  url: Path,
  /** Hash of the plan: what an approval names. */
  plan: v.string(),
  expiresAt: Time,
  /** How many people have to say yes. */
  needs: v.picklist([1, 2]),
  /** Why it waits, as sentences. */
  because: v.array(v.string()),
  items: Items,
})

export const ProjectDeleted = v.strictObject({
  run: v.string(),
  url: Path,
  /** Confirmed to be in the Recycle Bin, or gone; more than fit into one message come in several. */
  projects: v.array(
    v.strictObject({
      projectId: v.number(),
      name: v.string(),
      /** Null for a command. */
      rule: v.nullable(v.string()),
      /** Key of its verified backup. */
      backup: v.nullable(v.string()),
    }),
  ),
})

export const ProjectRestored = v.strictObject({
  run: v.string(),
  url: Path,
  /** Confirmed to be back, under this name, out of the bin or rebuilt; `detail` says how, and what could not come back. */
  projects: v.array(v.strictObject({ projectId: v.number(), name: v.string(), detail: v.string() })),
})

/** Shape of the data by type of the event. */
export const EVENTS = {
  'run.finished': RunFinished,
  'plan.proposed': PlanProposed,
  'project.deleted': ProjectDeleted,
  'project.restored': ProjectRestored,
} as const

export type EventType = keyof typeof EVENTS

export type EventData<Type extends EventType> = v.InferOutput<(typeof EVENTS)[Type]>

export type EventItem = v.InferOutput<typeof Item>
export type EventItems = v.InferOutput<typeof Items>
