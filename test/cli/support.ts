/** Commands as a person runs them: a child process, what it printed, and how it ended. */

import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../../src/cli/settings.ts'

export const DAY = 86_400_000
/** A Tuesday, noon UTC. */
export const NOW = Date.UTC(2026, 10, 24, 12)
export const ORGANISATION = '5cad178b20a1d52567b534553413b691'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
  /** stdout as JSON. */
  json<T>(): T
}

/** Runs `src/cli/<command>.ts` with exactly these settings, none from the machine's environment. */
export function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const {
    QC_USER_ID: _u,
    QC_API_TOKEN: _t,
    QC_ORGANIZATION_ID: _o,
    QC_API_URL: _a,
    ADMIN_TOKEN: _s,
    STANDARD_WEBHOOKS_SECRET: _w,
    GITHUB_SECRET: _g,
    QUANTCONNECT_SECRET: _q,
    ...rest
  } = process.env
  const child = spawn(process.execPath, [join(root, 'src', 'cli', `${command}.ts`), ...args], {
    cwd: root,
    // As run.mjs has it: most of the time of a command is its start.
    env: { ...rest, ...env, NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err, json: <T>() => JSON.parse(out) as T }))
  })
}

/** A folder of files that is gone after the tests. */
export interface Folder {
  readonly path: string
  /** Writes text, or anything else as JSON, and gives the path. */
  write(name: string, content: unknown): Promise<string>
  remove(): Promise<void>
}

export async function makeFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'leansweep-cli-'))
  return {
    path,
    write: async (name, content) => {
      const file = join(path, name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
      return file
    },
    remove: () => rm(path, { recursive: true, force: true }),
  }
}

/** A project of leansweep's own inventory: 300 days old, idle for 200 of them. */
export function project(id: number, name: string, fields: object = {}): object {
  return {
    id,
    name,
    path: name,
    organizationId: ORGANISATION,
    created: NOW - 300 * DAY,
    modified: NOW - 200 * DAY,
    owned: true,
    ownerId: 123,
    ownerName: 'Mia',
    language: 'Py',
    description: '',
    parameters: [],
    libraries: [],
    collaborators: 1,
    encrypted: false,
    pinned: false,
    shared: false,
    codeRunning: false,
    lastLive: null,
    ...fields,
  }
}

/** With a reading of the activity of all that is in it: nothing newer than its list. */
export function inventory(projects: readonly object[], fields: object = {}): object {
  const activity = Object.fromEntries(
    (projects as readonly { id: number; created: number; modified: number }[]).map(({ id, created, modified }) => {
      const times = { created, listModified: modified, listed: modified, files: created, backtest: null, readAt: NOW }
      return [id, { ...times, rowHash: '', failed: null, retryAt: null, opened: null }]
    }),
  )
  return { at: NOW, organizationId: ORGANISATION, projects, running: [], paid: {}, activity, ...fields }
}

/** A row as QuantConnect's `projects/read` answers it. */
export function apiRow(projectId: number, name: string, fields: object = {}): object {
  return {
    projectId,
    name,
    organizationId: ORGANISATION,
    created: '2025-11-10 13:00:06',
    modified: '2026-01-10 13:00:06',
    ownerId: 123,
    owner: true,
    language: 'Py',
    description: '',
    collaborators: [],
    parameters: [],
    libraries: [],
    codeRunning: false,
    lastLiveDeployment: null,
    ...fields,
  }
}

/** One rule that acts, in a policy whose limits stop nothing. */
export const POLICY = `[limits]
per_run = 100
per_day = 100
percent = 100

[[rule]]
id = "old"
why = "Nobody opens these any more."
when = { path = "Old/*", idle = ">90d" }
then = "delete"
after = "14d"
notice = "0h"
approve = "never"
enforce = true
`
