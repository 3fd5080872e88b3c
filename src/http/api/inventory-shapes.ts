/** The shapes of projects, inventories and verdicts, as the policy engine has them. */

import * as v from 'valibot'
import { Counts, Cursor, ParameterShape, ProjectId, Sentences, Time } from './shapes.ts'

const Unknown = v.pipe(
  v.strictObject({ unknown: v.pipe(v.string(), v.description('Why it could not be read.')) }),
  v.title('Unknown'),
)

/** A fact that was read, or that could not be. */
function evidence<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.union([schema, Unknown])
}

/** Milliseconds since 1970, UTC. */
const Moment = v.number()

const Project = v.pipe(
  v.strictObject({
    id: ProjectId,
    name: v.pipe(v.string(), v.description('As QuantConnect wrote it.')),
    path: v.pipe(v.string(), v.description('Without stray slashes; what patterns are matched against.')),
    organizationId: evidence(v.string()),
    created: evidence(Moment),
    modified: evidence(Moment),
    owned: evidence(v.boolean()),
    ownerId: evidence(v.number()),
    ownerName: v.string(),
    language: v.string(),
    description: v.string(),
    parameters: v.array(ParameterShape),
    libraries: evidence(v.array(ProjectId)),
    collaborators: v.number(),
    encrypted: evidence(v.boolean()),
    pinned: v.pipe(evidence(v.boolean()), v.description('Pinned by the user whose API token is used.')),
    shared: v.pipe(evidence(v.boolean()), v.description('Whether a backtest is shared by a public link.')),
    codeRunning: evidence(v.boolean()),
    lastLive: evidence(v.nullable(Moment)),
    unreadable: v.pipe(
      v.nullable(v.strictObject({ unknown: v.string() })),
      v.description('Why the row could not be read whole. Its id is negative where that was what could not be read.'),
    ),
  }),
  v.title('Project'),
)

const INVENTORY = {
  at: v.pipe(Moment, v.description('Policy time of the survey, milliseconds since 1970.')),
  organizationId: v.string(),
  projects: v.array(Project),
  running: v.pipe(evidence(v.array(ProjectId)), v.description('Ids of the projects that run or deploy live.')),
  paid: v.record(
    v.string(),
    v.strictObject({
      backtests: v.exactOptional(evidence(v.strictObject({ count: v.number(), last: v.nullable(Moment) }))),
      files: v.exactOptional(evidence(v.strictObject({ count: v.number(), bytes: v.number() }))),
    }),
  ),
  activity: v.pipe(
    v.record(
      v.string(),
      v.strictObject({
        created: Moment,
        listModified: v.pipe(Moment, v.description('The date of the list that it was read beside.')),
        listed: v.pipe(Moment, v.description('The same as the list itself had it.')),
        files: v.pipe(v.nullable(Moment), v.description('Date of the newest file; null = not read.')),
        backtest: v.pipe(v.nullable(Moment), v.description('Of the newest backtest; null = none, or not read.')),
        readAt: v.pipe(v.nullable(Moment), v.description('When all of it had been read; null = never.')),
        failed: v.pipe(v.nullable(v.string()), v.description('Why the newest attempt failed.')),
        retryAt: v.pipe(v.nullable(Moment), v.description('When it is tried again.')),
        rowHash: v.pipe(v.string(), v.description('What else the list had of it, as a hash.')),
        opened: v.nullable(v.strictObject({ from: Moment, to: Moment })),
      }),
    ),
    v.description('What was read of when projects were last worked on, by project id.'),
  ),
}

export const Inventory = v.pipe(v.strictObject(INVENTORY), v.title('Inventory'))

const Verdict = v.picklist(['kept', 'protected', 'held', 'notJudged', 'marked', 'due'])

const Reading = v.picklist(['yes', 'no', 'unknown'])

const OwnAction = v.pipe(
  v.strictObject({
    projectId: ProjectId,
    action: v.string(),
    run: v.string(),
    rule: v.pipe(v.nullable(v.string()), v.description('Null for what somebody asked for.')),
    by: v.pipe(v.string(), v.description('Who or what asked for the run.')),
    at: Time,
    isCertain: v.pipe(v.boolean(), v.description('False: whether the call had an effect is not known yet.')),
    name: v.pipe(v.string(), v.description('Full name before it.')),
    purgedAt: v.pipe(
      v.nullable(Time),
      v.description('Of a deletion: when QuantConnect purges it from the Recycle Bin.'),
    ),
    undo: v.pipe(v.string(), v.description('How to undo it; "" when there is nothing to undo.')),
    sentences: Sentences,
  }),
  v.title('OwnAction'),
)

const Actions = v.pipe(v.array(OwnAction), v.description('What leansweep did since the last scan, oldest first.'))

export const ShownInventory = v.pipe(
  v.strictObject({
    ...INVENTORY,
    run: v.pipe(v.string(), v.description('Whose survey it is.')),
    counts: Counts,
    verdicts: v.pipe(
      v.record(v.string(), v.strictObject({ verdict: Verdict, rule: v.nullable(v.string()), reasons: Sentences })),
      v.description('By project id, as of now.'),
    ),
    actions: Actions,
    formerNames: v.pipe(
      v.array(v.strictObject({ projectId: ProjectId, name: v.string() })),
      v.description('Names that projects had before.'),
    ),
  }),
  v.title('ShownInventory'),
)

export const InventoryPage = v.pipe(
  v.strictObject({
    inventories: v.array(v.strictObject({ run: v.string(), key: v.string(), at: Time, projects: v.number() })),
    cursor: Cursor,
  }),
  v.title('InventoryPage'),
)

export const Why = v.pipe(
  v.strictObject({
    projectId: ProjectId,
    name: v.string(),
    verdict: Verdict,
    sentences: Sentences,
    rules: v.array(
      v.strictObject({
        rule: v.string(),
        matched: Reading,
        outcome: v.picklist(['no match', 'saved', 'not judged', 'selected', 'untouchable']),
        sentences: Sentences,
        predicates: v.array(
          v.strictObject({
            predicate: v.string(),
            part: v.picklist(['when', 'unless']),
            value: v.string(),
            threshold: v.string(),
            reading: Reading,
          }),
        ),
      }),
    ),
    mark: v.nullable(v.strictObject({ rule: v.string(), since: Time })),
    due: v.pipe(v.nullable(Time), v.description('When it may happen at the earliest; null when nothing will.')),
    activity: v.pipe(
      v.strictObject({
        modified: v.pipe(v.nullable(Time), v.description('By the list; null = not known.')),
        lastLive: v.pipe(v.nullable(Time), v.description('Last deployment.')),
        newestFile: v.nullable(Time),
        newestBacktest: v.nullable(Time),
        readAt: v.pipe(v.nullable(Time), v.description('When files and backtests had both been read.')),
        unsure: v.pipe(v.nullable(v.string()), v.description('Why there may be something newer; null = there is not.')),
        progress: v.pipe(
          v.nullable(v.string()),
          v.description('How far the reading is while this project waits for it.'),
        ),
      }),
      v.description('When it was last worked on.'),
    ),
    actions: Actions,
  }),
  v.title('Why'),
)

export const Base = v.pipe(
  v.strictObject({
    code: v.pipe(
      v.nullable(v.picklist(['shrunk', 'list_differs', 'moved_to_bin'])),
      v.description('What it is; null when nothing stands against the list.'),
    ),
    hash: v.pipe(v.nullable(v.string()), v.description('What accepting it names.')),
    count: v.number(),
    missing: v.pipe(
      v.array(v.strictObject({ projectId: ProjectId, name: v.string() })),
      v.description('At most 100 of them, under the names they had.'),
    ),
    at: v.nullable(Time),
    acceptedBy: v.nullable(v.string()),
    message: v.string(),
  }),
  v.title('Base'),
)
