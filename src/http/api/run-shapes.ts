/** The shapes of runs and plans, as `workspace/ledger/run.ts` has them. */

import * as v from 'valibot'
import { COUNTS, Counts, Cursor, Hash, ProjectId, Sentences, Time } from './shapes.ts'

const Action = v.picklist(['describe', 'rename', 'move', 'archive', 'delete', 'update', 'restore', 'rebuild'])

const RunCounts = v.pipe(
  v.strictObject({
    ...COUNTS,
    acted: v.pipe(v.number(), v.description('Calls that were sent.')),
    confirmed: v.pipe(v.number(), v.description('Those of them that a later list showed to have happened.')),
    skipped: v.number(),
    failed: v.number(),
    unsure: v.number(),
    notAttempted: v.pipe(v.number(), v.description('Items for which nothing was sent before the run ended.')),
  }),
  v.title('RunCounts'),
)

const SUMMARY = {
  id: v.string(),
  trigger: v.picklist(['cron', 'hook', 'github', 'quantconnect', 'slack', 'discord', 'page', 'api', 'approval']),
  actor: v.pipe(v.string(), v.description('Who asked.')),
  mode: v.picklist(['report', 'act']),
  status: v.pipe(
    v.picklist(['queued', 'running', 'waiting', 'ok', 'partial', 'blocked', 'refused', 'failed', 'expired']),
    v.description('queued and running are going on; the others are final.'),
  ),
  message: v.pipe(v.string(), v.description('What happened and what to do; empty when the counts say it all.')),
  at: v.pipe(Time, v.description('Policy time at which it was asked for.')),
  startedAt: v.nullable(Time),
  finishedAt: v.nullable(Time),
  policy: v.pipe(v.nullable(Hash), v.description('SHA-256 of the policy; null when it was not read.')),
  counts: RunCounts,
  apiCalls: v.number(),
  retryOf: v.pipe(
    v.optional(v.string()),
    v.description('The run of the same delivery that could do nothing because of the service; this one repeats it.'),
  ),
}

export const RunSummary = v.pipe(v.strictObject(SUMMARY), v.title('RunSummary'))

export const RunPage = v.pipe(v.strictObject({ runs: v.array(RunSummary), cursor: Cursor }), v.title('RunPage'))

const Item = v.pipe(
  v.strictObject({
    projectId: ProjectId,
    name: v.string(),
    action: Action,
    rule: v.pipe(v.nullable(v.string()), v.description('Null for a command.')),
    reasons: Sentences,
    to: v.pipe(v.nullable(v.string()), v.description('The new full name or description; null for a delete.')),
  }),
  v.title('Item'),
)

const PLAN = {
  hash: v.pipe(Hash, v.description('Over exactly what will be done; an approval names it.')),
  policy: Hash,
  at: Time,
  items: v.array(Item),
  counts: Counts,
  stopped: v.pipe(Sentences, v.description('Limits the plan is over; the items they stop do not act.')),
}

export const Plan = v.pipe(v.strictObject(PLAN), v.title('Plan'))

const Outcome = v.pipe(
  v.strictObject({
    projectId: ProjectId,
    name: v.string(),
    action: v.string(),
    rule: v.nullable(v.string()),
    outcome: v.picklist(['done', 'already', 'changed', 'protected', 'failed', 'unsure', 'not_attempted']),
    detail: v.string(),
    backup: v.pipe(v.nullable(v.string()), v.description('Key of the verified backup.')),
    holdPreserved: v.pipe(
      v.optional(v.literal(true)),
      v.description('The description that was written keeps the hold of the one before.'),
    ),
  }),
  v.title('Outcome'),
)

const StoppedDirectory = v.pipe(
  v.strictObject({
    directory: v.string(),
    rule: v.nullable(v.string()),
    members: v.pipe(v.number(), v.description('How many of it were to go.')),
    went: v.pipe(
      v.array(ProjectId),
      v.description('Those that went; undoing the run for this directory brings back these.'),
    ),
    why: v.string(),
    againFrom: v.pipe(v.nullable(Time), v.description('When its rule tries again; null where nothing is tried again.')),
  }),
  v.title('StoppedDirectory'),
)

const LEFT = { projectId: ProjectId, name: v.string(), reasons: Sentences }

const NotJudged = v.pipe(v.strictObject(LEFT), v.title('NotJudged'))

const ListRef = v.pipe(
  v.strictObject({ hash: Hash, count: v.number() }),
  v.title('ListRef'),
  v.description('SHA-256 over the canonical JSON of the list.'),
)

const RECORD = {
  ...SUMMARY,
  plan: v.nullable(Plan),
  outcomes: v.array(Outcome),
  stoppedDirectories: v.pipe(
    v.optional(v.array(StoppedDirectory)),
    v.description('Directories that stopped at a project that did not go; absent where none did.'),
  ),
  holdPreserved: v.pipe(
    v.optional(v.literal(true)),
    v.description('A hold in a description survived what was asked for; to end it, ask for `release`.'),
  ),
  notJudged: v.array(NotJudged),
  unmarked: v.array(v.strictObject({ projectId: ProjectId, name: v.string(), rule: v.string(), reason: v.string() })),
  warnings: Sentences,
  lists: v.pipe(
    v.optional(v.strictObject({ items: v.optional(ListRef), notJudged: v.optional(ListRef) })),
    v.description('Long lists that are stored once for all runs: they are shown here, and the record has their hash.'),
  ),
  audit: v.pipe(
    v.strictObject({ previous: v.nullable(Hash), hash: v.nullable(Hash) }),
    v.description('The link to the record before, and this one; null while the run goes on.'),
  ),
}

export const RunRecord = v.strictObject(RECORD)

export const Proposal = v.pipe(
  v.strictObject({
    run: v.pipe(v.string(), v.description('The run that proposed it; its plan has the items.')),
    hash: v.pipe(Hash, v.description('Of the plan; a decision names it.')),
    state: v.picklist(['open', 'approved', 'refused', 'expired', 'policy changed', 'empty']),
    proposedAt: Time,
    expiresAt: Time,
    endedAt: v.nullable(Time),
    needs: v.pipe(v.picklist([1, 2]), v.description('How many approvals it needs in all.')),
    approvals: v.array(v.strictObject({ by: v.string(), through: v.string(), at: Time })),
    endedBy: v.nullable(v.string()),
    execution: v.pipe(v.nullable(v.string()), v.description('The run that executes it.')),
    waiting: v.pipe(v.number(), v.description('Items that still wait.')),
    proposed: v.pipe(v.number(), v.description('How many there were at first.')),
  }),
  v.title('Proposal'),
)

/** A run with the plan of it that waits, or waited, for people. */
export const RunDetail = v.pipe(
  v.strictObject({
    ...RECORD,
    proposal: v.pipe(v.nullable(Proposal), v.description('Its plan that waits, or waited.')),
  }),
  v.title('RunDetail'),
)

export const Preview = v.pipe(
  v.strictObject({
    ...PLAN,
    marked: v.array(
      v.strictObject({
        ...LEFT,
        rule: v.nullable(v.string()),
        due: v.pipe(v.nullable(Time), v.description('Null when nothing will happen as things stand.')),
      }),
    ),
    notJudged: v.array(NotJudged),
    warnings: Sentences,
    apiCalls: v.number(),
  }),
  v.title('Preview'),
)
