/**
 * Sees every call that the Worker sends to QuantConnect at the moment it goes out, beside what the sandbox really holds
 * then, and says which promise the call breaks. It believes nothing the Worker says but which run is at work.
 */

import { gunzipJson } from '../../src/records/gzip.ts'
import type { RunRequest } from '../../src/workspace/ledger/run.ts'
import type { ShownProject } from '../support/world.ts'
import { ASKED, CAPS, HOUR } from './world.ts'

/** What the sandbox holds, at some moment. */
export type Sight = ReadonlyMap<number, ShownProject>

export interface Witness {
  /** What was broken, in words; empty when nothing was. */
  readonly broken: string[]
  /** Everything the sequence does is told here, so that the witness can judge the calls. */
  readonly said: Said
  /** Before a request goes out. */
  before(endpoint: string, body: string, storage: DurableObjectStorage, log: KVNamespace): Promise<void>
  /** When its answer has come. `whole`: it was served as it should be. */
  after(endpoint: string, whole: boolean): Promise<void>
}

export interface Said {
  /** Policy time of the first sweep that could mark under the policy as it stands; null = none since it changed. */
  firstMark: number | null
  /** Acknowledged and not lifted. */
  paused: boolean
  /** Runs that somebody stopped, acknowledged. */
  readonly stopped: Set<string>
  /** Nothing may change anything: a report, a preview, a decision that must not count. */
  idle: boolean
}

const OWN = '5cad178b20a1d52567b534553413b691'

export function createWitness(look: () => Promise<Sight>): Witness {
  const broken: string[] = []
  const said: Said = { firstMark: null, paused: false, stopped: new Set(), idle: false }
  /** What the sandbox held when it last served the list whole. */
  let listed: Sight = new Map()
  let liveKnown = false
  const sent = new Map<string, number>()
  /** Policy time of the run whose call last used up what allowed to act on a project (G22), and of its last move by a rule. */
  const usedUp = new Map<number, number>()
  const moved = new Map<number, number>()
  /** The mutation that is on its way. */
  let asked: { readonly projectId: number; readonly at: number; readonly moves: boolean } | null = null

  return { broken, said, before, after }

  async function after(endpoint: string, whole: boolean): Promise<void> {
    if (endpoint === 'projects/read' && whole) listed = await look()
    if (endpoint === 'live/list') liveKnown = whole
    if (/^projects\/(update|delete)$/.test(endpoint) && whole && asked !== null) {
      usedUp.set(asked.projectId, asked.at)
      if (asked.moves) moved.set(asked.projectId, asked.at)
    }
  }

  async function before(
    endpoint: string,
    body: string,
    storage: DurableObjectStorage,
    log: KVNamespace,
  ): Promise<void> {
    if (/read|list|authenticate/.test(endpoint)) return
    const fields = fieldsOf(body)
    const projectId = Number(fields.projectId)
    // What the ledger says at this very moment, before anything is awaited.
    const run = runOf(storage)
    const isIntended = run !== null && hasIntent(storage, run.id, projectId)
    const { idle, paused } = said
    const now = await look()
    const tell = (what: string) =>
      void broken.push(`${endpoint} of ${nameOf(now, projectId)} (run ${run?.id}): ${what}`)

    if (run === null) return tell('no run is at work')
    if (idle) tell('nothing may be changed by what was asked')
    if (paused && !GOES_ON.has(run.word ?? '')) tell('acting is paused (G19)')
    if (said.stopped.has(run.id)) tell('the run was stopped')
    if (endpoint.startsWith('files/') || endpoint === 'projects/create') return
    if (!isIntended) tell('no intent was written before it (G12)')

    const project = listed.get(projectId)
    if (project === undefined) return tell('the list did not hold it')
    const isDelete = endpoint === 'projects/delete'
    const renames = fields.name !== undefined
    const isBack = run.word === 'undo' || run.word === 'project.restore'
    if (project.owner !== true || project.organizationId !== OWN) tell('it is not ours (G2)')
    if (/^(Library|Boot Camp)\//.test(project.name)) tell('it is in a folder of QuantConnect (G2)')
    if (project.name.startsWith('Recycle Bin/') && !isBack) tell('it is in the bin (G2)')
    if (isDelete || renames) judgeTouch(project, isBack, tell)
    // A description written by a rule ends only its own mark.
    const ends = isDelete || renames || run.word !== null
    asked = ends ? { projectId, at: run.policyAt, moves: renames && run.word === null } : null
    if (!isDelete && !(renames && run.word === null)) return

    // Archive, move and delete.
    if (!liveKnown) tell('what runs live was not read (G2)')
    if (run.word === null) judgeRule(project, run, storage, tell, usedUp.get(projectId) ?? null)
    const before = moved.get(projectId)
    if (run.word === null && renames && before !== undefined && run.policyNow - before < 30 * 24 * HOUR) {
      tell('rules moved it twice within 30 days')
    }
    if (run.word === 'directory.delete' && !project.name.startsWith(`${run.directory}/`)) tell('it is not inside (G21)')
    const key = `${run.id}`
    sent.set(key, (sent.get(key) ?? 0) + 1)
    if (!run.approved && (sent.get(key) ?? 0) > CAPS.per_run) tell('the cap of the run is over (G5)')
    if (!run.approved && attemptsToday(storage, run) > CAPS.per_day) tell('the cap of the day is over (G5)')
    if (isDelete) {
      if (now.get(projectId)?.name.startsWith('Recycle Bin/')) tell('it was deleted already (G12)')
      await judgeBackup(projectId, now, storage, log, tell)
    }
  }
}

/** What people say that a pause does not stop. */
const GOES_ON: ReadonlySet<string> = new Set([
  'undo',
  'project.restore',
  'project.update',
  'project.hold',
  'project.release',
])

function judgeTouch(project: ShownProject, isBack: boolean, tell: (what: string) => void): void {
  if (project.encrypted === true) tell('it is encrypted (G2)')
  if (project.codeRunning === true) tell('its code is running (G2)')
  if ((project.live as readonly { status: string }[]).some(({ status }) => status === 'Running'))
    tell('it runs live (G2)')
  if (project.name.startsWith('Production/')) tell('the policy protects it (G2)')
  if (!isBack && /\[keep\]/.test(project.description)) tell('it is held (G2)')
}

/** Grace and approvals: what rules do by themselves. */
function judgeRule(
  project: ShownProject,
  run: AtWork,
  storage: DurableObjectStorage,
  tell: (what: string) => void,
  usedUp: number | null,
): void {
  const folder = project.name.split('/')[0] ?? ''
  const needs = folder in ASKED ? ASKED[folder as keyof typeof ASKED] : 0
  if (needs > 0 && !run.approved) tell(`its rule asks ${needs} people first (G7)`)
  if (run.approved) {
    const row = storage.sql
      .exec<{ approvals: string }>('SELECT approvals FROM proposals WHERE execution = ?', run.id)
      .toArray()[0]
    const people = new Set((JSON.parse(row?.approvals ?? '[]') as { by: string }[]).map(({ by }) => by))
    if (people.size < Math.max(1, needs)) tell(`only ${people.size} approved (G7)`)
    if (people.has('Dot') || people.has('Eve')) tell('somebody approved who may not (G7)')
    if (needs === 2 && people.has('token')) tell('a token counted as one of two (G7)')
  }
  const marks = storage.sql
    .exec<{ since: number }>('SELECT since FROM marks WHERE project_id = ?', project.projectId)
    .toArray()
  if (marks.length === 0) tell('it is not marked (G3)')
  if (usedUp !== null && marks.every(({ since }) => since < usedUp)) tell('what allowed it was used up before (G22)')
  if (marks.every(({ since }) => run.policyNow - since < 24 * HOUR)) tell('its grace is not over (G3)')
}

async function judgeBackup(
  projectId: number,
  now: Sight,
  storage: DurableObjectStorage,
  log: KVNamespace,
  tell: (what: string) => void,
): Promise<void> {
  const row = storage.sql
    .exec<{ key: string; pack: string | null; part_at: number | null; part_length: number | null }>(
      `SELECT key, pack, part_at, part_length FROM backups WHERE project_id = ? AND verified_at IS NOT NULL
       ORDER BY put_at DESC LIMIT 1`,
      projectId,
    )
    .toArray()[0]
  const bytes = row === undefined ? null : await log.get(row.pack ?? row.key, 'arrayBuffer')
  if (row === undefined || bytes === null) return tell('there is no backup (G9)')
  // The copies of a directory are parts of one value.
  const from = row.part_at ?? 0
  const part = bytes.slice(from, from + (row.part_length ?? bytes.byteLength))
  const backup = (await gunzipJson(part)) as { readonly files: readonly { name: string; content: string }[] }
  const flat = (files: readonly { name: string; content: string }[]) =>
    JSON.stringify(files.map(({ name, content }) => [name, content]).sort())
  if (flat(backup.files) !== flat(now.get(projectId)?.files ?? [])) tell('the backup differs from what is there (G9)')
}

interface AtWork {
  readonly id: string
  /** What somebody asked for, directly or through an approval; null for the policy's rules. */
  readonly word: string | null
  readonly directory: string
  readonly approved: boolean
  readonly policyNow: number
  /** When it was asked for, in policy time: its marks count from then. */
  readonly policyAt: number
}

function runOf({ sql }: DurableObjectStorage): AtWork | null {
  type Row = { id: string; request: string; policy_at: number; created_at: number }
  const row = sql
    .exec<Row>(`SELECT id, request, policy_at, created_at FROM runs WHERE status = 'running'
       ORDER BY json_extract(state, '$.pausedAt') IS NOT NULL`)
    .toArray()[0]
  if (row === undefined) return null
  const request = JSON.parse(row.request) as RunRequest
  const original =
    request.kind === 'approved'
      ? (JSON.parse(
          sql.exec<{ request: string }>('SELECT request FROM runs WHERE id = ?', request.proposal).one().request,
        ) as RunRequest)
      : request
  const command = original.kind === 'command' ? original.command : null
  return {
    id: row.id,
    word: original.kind === 'undo' ? 'undo' : (command?.type ?? null),
    directory: command?.type === 'directory.delete' ? command.directory : '',
    approved: request.kind === 'approved',
    policyNow: row.policy_at + (Date.now() - row.created_at),
    policyAt: row.policy_at,
  }
}

function hasIntent({ sql }: DurableObjectStorage, run: string, projectId: number): boolean {
  const rows = sql.exec(`SELECT 1 FROM items WHERE run = ? AND project_id = ? AND state = 'intent'`, run, projectId)
  // What a rebuild writes to the new project goes under the intent of the old one.
  const rebuilding = sql.exec(
    `SELECT 1 FROM items WHERE run = ? AND json_extract(rebuilt, '$.projectId') = ?`,
    run,
    projectId,
  )
  return rows.toArray().length + rebuilding.toArray().length > 0
}

function attemptsToday({ sql }: DurableObjectStorage, run: AtWork): number {
  const day = new Date(run.policyNow).toISOString().slice(0, 10)
  return sql.exec<{ n: number | null }>('SELECT sum(count) AS n FROM attempts WHERE day = ?', day).one().n ?? 0
}

function fieldsOf(body: string): { readonly [field: string]: unknown } {
  if (body.startsWith('{')) return JSON.parse(body) as { [field: string]: unknown }
  return Object.fromEntries(new URLSearchParams(body))
}

function nameOf(sight: Sight, projectId: number): string {
  return `${sight.get(projectId)?.name ?? 'nothing'} (${projectId})`
}
