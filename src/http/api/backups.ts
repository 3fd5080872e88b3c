/** Backups: the list of what can be had back, and each with its files. */

import * as v from 'valibot'
import { taggedJson } from '../etag.ts'
import { problem } from '../problem.ts'
import { operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { PAGING, PROJECT } from './params.ts'
import { Cursor, Hash, ParameterShape, ProjectId, Time } from './shapes.ts'

const WHERE = {
  key: v.pipe(v.string(), v.description('Where it is in KV.')),
  run: v.pipe(v.string(), v.description('The run that made it.')),
  at: v.pipe(Time, v.description('When it was made.')),
}

const BackupPage = v.pipe(
  v.strictObject({
    backups: v.array(
      v.strictObject({
        projectId: ProjectId,
        name: v.string(),
        ...WHERE,
        files: v.pipe(v.number(), v.description('How many files it holds.')),
        size: v.pipe(v.nullable(v.number()), v.description('Their bytes; null when they were not counted.')),
      }),
    ),
    cursor: Cursor,
  }),
  v.title('BackupPage'),
)

/** Milliseconds since 1970, UTC. */
const Moment = v.number()

const Backup = v.pipe(
  v.strictObject({
    ...WHERE,
    hash: v.pipe(Hash, v.description('SHA-256 of the canonical JSON of all but `key`, `run`, `at` and `hash`.')),
    version: v.literal(1),
    projectId: ProjectId,
    organizationId: v.string(),
    name: v.string(),
    created: Moment,
    modified: Moment,
    language: v.string(),
    description: v.string(),
    parameters: v.array(ParameterShape),
    libraries: v.array(ProjectId),
    files: v.array(v.strictObject({ name: v.string(), content: v.string(), modified: v.nullable(Moment) })),
  }),
  v.title('Backup'),
)

export const showBackups = operation({
  id: 'listBackups',
  method: 'GET',
  path: '/api/backups',
  needs: 'operate',
  topic: 'Backups',
  summary: 'The verified backups, newest first',
  query: PAGING,
  tagged: true,
  answers: { 200: { means: 'A page of them.', shape: BackupPage } },
  async handle({ c, workspace, query }) {
    const page = await pageOf(
      c,
      query,
      (limit, before) => workspace.backups(limit, before),
      ({ key }) => key,
    )
    return page instanceof Response ? page : taggedJson(c, { backups: page.shown, cursor: page.cursor })
  },
})

export const showBackup = operation({
  id: 'getBackup',
  method: 'GET',
  path: '/api/backups/{projectId}',
  needs: 'operate',
  topic: 'Backups',
  summary: 'The newest verified backup of a project, files included',
  details: 'It is read from the store and hashed again before it is shown.',
  params: PROJECT,
  query: { run: v.optional(v.pipe(v.string(), v.description('The backup this run made, instead of the newest.'))) },
  answers: {
    200: { means: 'The backup, whole.', shape: Backup },
    404: 'There is none.',
    410: 'There was one, and the store does not have it whole any more.',
  },
  async handle({ c, workspace, params: { projectId }, query: { run } }) {
    const asked = await workspace.backup(projectId, run ?? null)
    if (asked.ok) return c.json(asked.backup)
    const { reason, message: detail } = asked
    if (reason === 'never') return problem(c, 404, { title: 'No backup', detail })
    return problem(c, 410, { title: 'Backup not whole', detail })
  },
})
