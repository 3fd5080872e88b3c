/** The audit chain, verified (G18). */

import * as v from 'valibot'
import { operation } from './operation.ts'
import { PAGING } from './params.ts'
import { Cursor, Time } from './shapes.ts'

const Position = v.pipe(v.number(), v.integer())

/** As they are found, which may be anything once somebody has meddled. */
const LINK = { position: Position, run: v.string(), hash: v.string() }

const AuditPage = v.pipe(
  v.strictObject({
    ok: v.pipe(v.boolean(), v.description('Nothing on this page is wrong.')),
    checked: v.pipe(v.number(), v.description('Links whose record was read and hashed again.')),
    expired: v.pipe(v.number(), v.description('Links whose record is older than records are kept.')),
    problems: v.array(
      v.strictObject({ position: v.nullable(Position), run: v.nullable(v.string()), what: v.string() }),
    ),
    head: v.pipe(v.nullable(v.strictObject(LINK)), v.description('The newest of all; note it down elsewhere.')),
    start: v.pipe(
      v.nullable(v.strictObject({ position: Position, previous: v.nullable(v.string()) })),
      v.description('Where the chain begins; older links went with their runs.'),
    ),
    links: v.array(v.strictObject({ ...LINK, previous: v.nullable(v.string()), keptUntil: Time })),
    cursor: Cursor,
  }),
  v.title('AuditPage'),
)

const NO_POSITION = 'must be one that an answer gave'

export const verifyAudit = operation({
  method: 'GET',
  path: '/api/audit/verify',
  id: 'verifyAudit',
  needs: 'read',
  topic: 'Audit',
  summary: 'The chain of run records, checked page by page from the newest',
  details:
    'Each record is read and hashed again and compared with its link, the ledger and the record before. A hash is SHA-256 over the canonical JSON of the record with its own `audit.hash` null.',
  query: {
    ...PAGING,
    cursor: v.optional(
      v.pipe(v.string(), v.regex(/^[1-9]\d{0,14}$/, NO_POSITION), v.description('The `cursor` of the page before.')),
    ),
  },
  answers: { 200: { means: 'What was found, also when something is wrong.', shape: AuditPage } },
  async handle({ c, workspace, query: { limit, cursor } }) {
    return c.json(await workspace.verify(limit, cursor === undefined ? null : Number(cursor)))
  },
})
