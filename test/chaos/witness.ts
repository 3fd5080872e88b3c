/**
 * Sees every call that the Worker sends to QuantConnect at the moment it goes out, beside what the sandbox really holds
 * then, and says which promise the call breaks. It looks at nothing inside the Worker: it decides from the sandbox, from
 * the calls, from what was put into KV, and from what people said and were told. Of the Worker's own word it takes only
 * which run is at work.
 */

import type { RunRequest, RunSummary } from '../../src/workspace/ledger/run.ts'
import type { ShownProject } from '../support/world.ts'
import { createPermissions, type Granted, type Permissions } from './permissions.ts'
import { newestCopy } from './stores.ts'
import { ASKED, CAPS, HOUR, OWN, STANDING, TOLD } from './world.ts'

const DAY = 24 * HOUR

/** What the sandbox holds, at some moment. */
export type Sight = ReadonlyMap<number, ShownProject>

/** A call that changes something, as it went out. */
export interface Call {
  readonly endpoint: string
  readonly projectId: number
  readonly fields: { readonly [field: string]: unknown }
  /** Runs that may have made it. */
  readonly runs: readonly string[]
  /** Real time. */
  readonly at: number
  /** What became of it: `lost` = sent, and no answer that can be read. */
  answer: 'done' | 'refused' | 'throttled' | 'lost'
}

/** What people did and what they were told. */
export interface Said {
  /** Acknowledged and not lifted. */
  paused: boolean
  /** Runs that somebody stopped, acknowledged. */
  readonly stopped: Set<string>
  /** Nothing may change anything: a report, a preview, a decision that must not count. */
  idle: boolean
  /** What each run was asked for, and when: real time of the sequence, and of the Worker's clock. */
  readonly asked: Map<string, Asked>
  /** Holds that were acknowledged and not released. */
  readonly held: Set<number>
  /** When people last changed a project so that the list shows it; real time. */
  readonly workedOn: Map<number, number>
  /** The same of its files and its backtests, which the list does not show. */
  readonly savedOn: Map<number, number>
  readonly ranOn: Map<number, number>
  /** Texts of files that people wrote, by project. */
  readonly written: Map<number, Map<string, string>>
  /** Projects that a restore brought back, at that policy time. */
  readonly broughtBack: Map<number, number>
  /** The newest tick. */
  tick: { readonly scheduled: number; readonly arrived: number }
}

export interface Asked {
  readonly request: RunRequest
  readonly at: number
  readonly workerAt: number
}

export interface Witness {
  /** What was broken, in words; empty when nothing was. */
  readonly broken: string[]
  readonly said: Said
  readonly permissions: Permissions
  readonly calls: readonly Call[]
  /** What the sandbox held when it last served the list whole between two moments of the Worker's clock. */
  listedBetween(from: number, to: number): Sight | null
  /** Policy time now. */
  policyNow(): number
  before(endpoint: string, body: string): Promise<Call | null>
  /** `text`: the body, null where it could not be read; without an answer both are null. */
  after(sent: Sent, call: Call | null, text: string | null, response: Response | null): Promise<void>
}

/** A request that was sent; `began`: real time before it went out. */
export interface Sent {
  readonly endpoint: string
  readonly body: string
  readonly began: number
}

/** What the witness may look at. */
export interface Surroundings {
  look(): Promise<Sight>
  /** The newest runs, as the API shows them. */
  runs(): Promise<readonly RunSummary[]>
  /** The run that executes an approved plan, as the API shows it. */
  execution(run: string): Promise<string | null>
  /** What was put into KV. */
  readonly stored: ReadonlyMap<string, ArrayBuffer>
  /** The Worker's clock. */
  now(): number
  /** Looks at those that have ended since. */
  catchUp(runs: readonly RunSummary[]): Promise<void>
}

/** A run that may be the one at work. */
interface AtWork {
  readonly id: string
  /** What somebody asked for, directly or through an approval; null for the policy's rules. */
  readonly word: string | null
  readonly asked: Asked | null
  readonly plan: Granted | null
  readonly policyNow: number
}

export function createWitness(around: Surroundings): Witness {
  const broken: string[] = []
  const said: Said = {
    paused: false,
    stopped: new Set(),
    idle: false,
    asked: new Map(),
    held: new Set(),
    workedOn: new Map(),
    savedOn: new Map(),
    ranOn: new Map(),
    written: new Map(),
    broughtBack: new Map(),
    tick: { scheduled: around.now(), arrived: around.now() },
  }
  const permissions = createPermissions()
  const calls: Call[] = []
  let listed: Sight = new Map()
  const lists: { readonly at: number; readonly sight: Sight }[] = []
  /** When the Worker last read each project in a list or by itself, and its backtests; real time. */
  const seenAt = new Map<number, number>()
  const ranAt = new Map<number, number>()
  let liveKnown = false
  /** The policy day in which each run began to act. */
  const days = new Map<string, string>()
  /** When each project was last moved by a rule, in policy time. */
  const moved = new Map<number, number>()
  /** What people had written into a project when its files were last read by the Worker. */
  const readFiles = new Map<number, { readonly at: number; readonly sight: ShownProject }>()
  const policyNow = () => said.tick.scheduled + (around.now() - said.tick.arrived)

  return { broken, said, permissions, calls, listedBetween, policyNow, before, after }

  async function before(endpoint: string, body: string): Promise<Call | null> {
    if (/(read|list|authenticate)$/.test(endpoint)) return null
    const fields = fieldsOf(body)
    const projectId = Number(fields.projectId)
    const now = await around.look()
    const runs = await around.runs()
    await around.catchUp(runs)
    const working = await atWork(runs)
    const call: Call = {
      endpoint,
      projectId,
      fields,
      runs: working.map(({ id }) => id),
      at: Date.now(),
      answer: 'lost',
    }
    // Of several runs one made it; what each of them would break is broken.
    const judged = await Promise.all(working.map((run) => judge(call, run, now)))
    const least = judged.reduce<readonly string[] | null>(
      (best, found) => (best === null || found.length < best.length ? found : best),
      null,
    )
    const where = `${endpoint} ${JSON.stringify(fields).slice(0, 200)} of ${nameOf(now, projectId)} (${working.map(({ id, word }) => `run ${id}, ${word ?? 'rules'}`).join(' or ')})`
    broken.push(...(least ?? ['no run is at work']).map((what) => `${where}: ${what}`))
    calls.push(call)
    return call
  }

  async function after(
    { endpoint, body, began }: Sent,
    call: Call | null,
    text: string | null,
    response: Response | null,
  ): Promise<void> {
    const answer = answerOf(text, response)
    if (call !== null) {
      call.answer = answer
      if (answer === 'done' || answer === 'lost') usedUp(call)
      return
    }
    if (endpoint === 'live/list') liveKnown = answer === 'done'
    if (answer !== 'done') return
    if (endpoint === 'projects/read' && /\bstart\b\D+0\b/.test(body)) {
      listed = await around.look()
      lists.push({ at: around.now(), sight: listed })
      for (const id of listed.keys()) seenAt.set(id, began)
    }
    if (endpoint === 'projects/read' && /projectId/.test(body)) {
      const projectId = Number(fieldsOf(body).projectId)
      const project = (await around.look()).get(projectId)
      if (project !== undefined) listed = new Map(listed).set(projectId, project)
      seenAt.set(projectId, began)
    }
    if (endpoint === 'backtests/list') ranAt.set(Number(fieldsOf(body).projectId), began)
    if (endpoint === 'files/read') {
      const sight = (await around.look()).get(Number(fieldsOf(body).projectId))
      if (sight !== undefined) readFiles.set(sight.projectId, { at: began, sight })
    }
  }

  function listedBetween(from: number, to: number): Sight | null {
    return lists.findLast(({ at }) => at >= from && at <= to)?.sight ?? null
  }

  function usedUp({ endpoint, projectId, fields, runs }: Call): void {
    if (endpoint !== 'projects/delete' && endpoint !== 'projects/update') return
    const isRename = fields.name !== undefined
    const isOfRule = runs.every((id) => wordOf(id) === null)
    // A description written by a rule ends only its own mark.
    if (endpoint === 'projects/delete' || isRename || !isOfRule) permissions.useUp(projectId)
    if (isRename && isOfRule) moved.set(projectId, policyNow())
  }

  function wordOf(id: string): string | null {
    const request = said.asked.get(id)?.request
    return request === undefined ? null : wordIn(request)
  }

  /** Which runs may be at work, by the API. One that was asked for just now may not have been acknowledged yet. */
  async function atWork(runs: readonly RunSummary[]): Promise<readonly AtWork[]> {
    const running = runs.filter(({ status }) => status === 'running')
    return Promise.all(
      running.map(async ({ id, trigger, actor, at, startedAt }) => {
        const plan = trigger === 'approval' ? await planOf(id) : null
        for (let tries = 0; tries < 40 && !said.asked.has(id) && trigger !== 'cron' && plan === null; tries++) {
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
        const asked = said.asked.get(plan?.run ?? id) ?? null
        const began = said.asked.get(id)?.workerAt ?? Date.parse(startedAt ?? at)
        const word =
          asked === null ? (trigger === 'cron' || actor === 'cron' ? null : 'unknown') : wordIn(asked.request)
        return { id, word, asked, plan, policyNow: Date.parse(at) + Math.max(0, around.now() - began) }
      }),
    )
  }

  async function planOf(execution: string): Promise<Granted | null> {
    for (const plan of permissions.plans()) {
      if ((await around.execution(plan.run)) === execution) return plan
    }
    return null
  }

  /** Which promises a call breaks, if that run made it. */
  async function judge(call: Call, run: AtWork, now: Sight): Promise<readonly string[]> {
    const { endpoint, projectId, fields } = call
    const found: string[] = []
    const tell = (what: string) => void found.push(what)
    const isBack = run.word === 'undo' || run.word === 'project.restore'
    if (said.idle) tell('nothing may be changed by what was asked')
    if (said.paused && !GOES_ON.has(run.word ?? '')) tell('acting is paused (G19)')
    if (said.stopped.has(run.id)) tell('the run was stopped')
    if (endpoint === 'files/delete') tell('no file is ever deleted (G24)')
    if (/^files\/|^projects\/create$/.test(endpoint)) {
      if (!isBack) tell('only a restore writes files')
      if (endpoint === 'projects/create' && !/ restoring \d{8}-\d{6}-[0-9a-f]{6}/.test(String(fields.name))) {
        tell(`it is created as "${fields.name}" (G16)`)
      }
      if (endpoint === 'files/update') judgeFileUpdate(call, tell)
      return found
    }
    const project = listed.get(projectId)
    if (project === undefined) {
      // What a restore made itself may not be in a list yet.
      if (!isBack) tell('the list did not hold it')
      return found
    }
    const isDelete = endpoint === 'projects/delete'
    const renames = fields.name !== undefined
    if (project.owner !== true || project.organizationId !== OWN) tell('it is not ours (G2)')
    if (/^(Library|Boot Camp)\//.test(project.name)) tell('it is in a folder of QuantConnect (G2)')
    if (project.name.startsWith('Recycle Bin/') && !isBack) tell('it is in the bin (G2)')
    if (typeof fields.description === 'string') judgeTag(call, run, project, tell)
    if (isDelete || (renames && !isBack)) judgeTouch(project, tell)
    if ((isDelete || (renames && !isBack)) && said.held.has(projectId)) tell('somebody was told that it is held (G2)')
    if (!isDelete && run.word !== null) return found
    if (run.word === null) judgeRule(call, run, project, now, tell)
    // What a rule writes into a description needs its mark and no more.
    if (!isDelete && !renames) return found

    // Archive, move and delete.
    if (!liveKnown) tell('what runs live was not read (G2)')
    judgeSentAgain(call, run, tell)
    if (run.word === null && renames) {
      const at = moved.get(projectId)
      if (at !== undefined && run.policyNow - at < 30 * DAY) tell('rules moved it twice within 30 days')
    }
    if (run.asked !== null && run.word?.endsWith('.delete')) judgeCommand(run.asked, project, tell)
    judgeCaps(run, tell)
    if (isDelete) {
      if (
        now.get(projectId)?.name.startsWith('Recycle Bin/') &&
        listed.get(projectId)?.name === now.get(projectId)?.name
      ) {
        tell('it was deleted already (G12)')
      }
      await judgeBackup(call, now, tell)
    }
    return found
  }

  /** A tag in a description survives what we write, unless somebody releases it (G2). */
  function judgeTag({ fields }: Call, run: AtWork, project: ShownProject, tell: (what: string) => void): void {
    const { request } = run.asked ?? {}
    const command = request?.kind === 'command' ? request.command : null
    const releases = command?.type === 'project.release' || (command?.type === 'project.update' && command.release)
    // An undo may put back a description from before the tag; what it does then is looked at in tests of its own.
    if (releases || run.word === 'undo') return
    if (/\[keep\]/.test(project.description) && !/\[keep\]/.test(String(fields.description))) {
      tell('it takes a hold out of the description (G2)')
    }
  }

  /** Grace, approvals and notice: what rules do by themselves. */
  function judgeRule(call: Call, run: AtWork, project: ShownProject, now: Sight, tell: (what: string) => void): void {
    const { projectId } = project
    const folder = project.name.split('/')[0] ?? ''
    const action =
      call.endpoint === 'projects/delete' ? 'delete' : call.fields.name === undefined ? 'describe' : 'archive'
    const plans = permissions.granted(action, projectId)
    const needs = ASKED[folder] ?? 0
    const good = plans.filter(({ by }) => new Set(by).size >= Math.max(1, needs))
    if (needs > 0 && good.length === 0) tell(`its rule asks ${needs} people first (G7)`)
    if (folder === STANDING && good.length === 0 && !permissions.hasStanding(projectId)) tell('nobody approved it (G7)')
    if (run.plan !== null && !run.plan.items.has(`${action} ${projectId}`))
      tell('the plan that was approved lacks it (G7)')
    if (run.plan !== null && around.now() - run.plan.at > DAY + 5_000) tell('its approval is over a day old (G7)')
    for (const { by, needs: wanted } of run.plan === null ? [] : [run.plan]) {
      if (by.includes('Dot') || by.includes('Eve')) tell('somebody approved who may not (G7)')
      if (wanted === 2 && by.includes('token')) tell('a token counted as one of two (G7)')
    }
    const since = permissions.markedSince(project)
    if (since === null) tell('no scan can have marked it (G3, G22)')
    else if (run.policyNow - since < DAY) tell(`its grace is not over: ${(run.policyNow - since) / HOUR} h (G3)`)
    if (action === 'describe') return
    if (folder === TOLD.folder) {
      const told = permissions.toldSince(projectId)
      if (told === null || policyNow() - told < TOLD.notice) tell('nobody was told of it long enough before')
    }
    const back = said.broughtBack.get(projectId)
    if (back !== undefined && run.policyNow - back < 30 * DAY) tell('it was restored less than 30 days ago (G16)')
    judgeActivity(project, run, now, tell)
  }

  /** When people last worked on a project, as far as the Worker has read it since; real time, 0 = they did not. */
  function knownWork(projectId: number): number {
    const kinds = [
      [said.workedOn.get(projectId), seenAt.get(projectId)],
      [said.savedOn.get(projectId), readFiles.get(projectId)?.at],
      [said.ranOn.get(projectId), ranAt.get(projectId)],
    ] as const
    return Math.max(0, ...kinds.map(([did = 0, read = 0]) => (did < read ? did : 0)))
  }

  /** Whatever people did counts, whether `modified` moved or not, if it was done before the Worker last read the files (G31). */
  function judgeActivity({ projectId }: ShownProject, run: AtWork, _: Sight, tell: (what: string) => void): void {
    const worked = knownWork(projectId)
    if (worked === 0) return
    const days = (run.policyNow - worked) / DAY
    if (days < permissions.idleDays()) tell(`somebody worked on it ${days.toFixed(1)} days ago (G31)`)
  }

  /** What was made, or worked on, after a command had been received is not meant by it (G25). Dates have no fractions. */
  function judgeCommand({ at }: Asked, { projectId, name }: ShownProject, tell: (what: string) => void): void {
    const worked = knownWork(projectId)
    if (worked > at + 2_000) {
      tell(`${name} was worked on ${((worked - at) / 1_000).toFixed(1)} s after the command came (G25)`)
    }
  }

  function judgeSentAgain({ endpoint, projectId }: Call, run: AtWork, tell: (what: string) => void): void {
    const before = calls.filter(
      (call) => call.endpoint === endpoint && call.projectId === projectId && call.runs.includes(run.id),
    )
    if (
      before.some(({ answer, fields }) => answer !== 'refused' && answer !== 'throttled' && fields.name !== undefined)
    ) {
      tell('the same run sent it before (G10)')
    }
    if (endpoint === 'projects/delete' && before.some(({ answer }) => answer === 'done' || answer === 'lost')) {
      tell('the same run deleted it before (G10)')
    }
  }

  /** Counts what was sent, and so never more than the Worker has to count. */
  function judgeCaps(run: AtWork, tell: (what: string) => void): void {
    if (run.plan !== null || run.word === 'undo' || run.word === 'project.restore') return
    if (run.word !== null && !run.word.endsWith('.delete')) return
    const sent = calls.filter((call) => isDestructive(call) && call.answer !== 'throttled')
    if (sent.filter(({ runs }) => runs.includes(run.id)).length >= CAPS.per_run) tell('the cap of the run is over (G5)')
    const day = dayOf(run.policyNow)
    const today = sent.filter(({ runs }) => runs.every((id) => days.get(id) === day)).length
    if (today >= CAPS.per_day) tell('the cap of the day is over (G5)')
    days.set(run.id, day)
  }

  /** A verified copy of exactly what is there is in KV (G9). */
  async function judgeBackup(call: Call, now: Sight, tell: (what: string) => void): Promise<void> {
    const present = now.get(call.projectId)
    const backup = await newestCopy(around.stored, call.projectId)
    if (backup === null) return tell('there is no backup (G9)')
    const flat = (files: readonly { name: string; content: string }[]) =>
      JSON.stringify(files.map(({ name, content }) => [name, content]).sort())
    if ((present?.files.length ?? 0) === 0) return
    // Somebody may save while the copy is being made; that is found at the last look, if it was before it.
    const read = readFiles.get(call.projectId)
    if (read === undefined) return tell('its files were not read (G9)')
    if (flat(backup.files) !== flat(read.sight.files)) tell('the backup differs from what was read (G9)')
    const worked = said.savedOn.get(call.projectId) ?? 0
    if (worked <= read.at && flat(backup.files) !== flat(present?.files ?? [])) {
      tell('the backup differs from what is there (G9)')
    }
  }

  /** A file is written over only where the Worker last read something that no person wrote (G24). */
  function judgeFileUpdate({ projectId, fields }: Call, tell: (what: string) => void): void {
    const name = String(fields.name)
    const theirs = said.written.get(projectId)?.get(name)
    const read = readFiles.get(projectId)
    const seen = read?.sight.files.find((file) => file.name === name)?.content
    if (theirs !== undefined && seen === theirs) tell(`a person wrote ${name}, and it is written over (G24)`)
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

function dayOf(policyNow: number): string {
  return new Date(policyNow).toISOString().slice(0, 10)
}

function judgeTouch(project: ShownProject, tell: (what: string) => void): void {
  if (project.encrypted === true) tell('it is encrypted (G2)')
  if (project.isPinned === true) tell('it is pinned (G2)')
  if (project.codeRunning === true) tell('its code is running (G2)')
  if ((project.live as readonly { status: string }[]).some(({ status }) => status === 'Running'))
    tell('it runs live (G2)')
  if (project.name.startsWith('Production/')) tell('the policy protects it (G2)')
  if (/\[keep\]/.test(project.description)) tell('it is held (G2)')
}

function wordIn(request: RunRequest): string | null {
  if (request.kind === 'undo') return 'undo'
  return request.kind === 'command' ? request.command.type : null
}

/** Whether it counts against the limits of a run and a day. */
export function isDestructive({ endpoint, fields }: Call): boolean {
  return endpoint === 'projects/delete' || String(fields.name ?? '').startsWith('Archive/')
}

function answerOf(text: string | null, response: Response | null): Call['answer'] {
  if (response === null) return 'lost'
  if (response.status === 429) return 'throttled'
  if (!response.ok) return 'refused'
  if (text === null || !text.startsWith('{')) return 'lost'
  try {
    const said = JSON.parse(text) as { readonly success?: boolean; readonly errors?: readonly string[] }
    if (said.success === true) return 'done'
    if (said.success === undefined) return 'lost'
    return /slow down/i.test(text) ? 'throttled' : 'refused'
  } catch {
    return 'lost'
  }
}

function fieldsOf(body: string): { readonly [field: string]: unknown } {
  if (body.startsWith('{')) return JSON.parse(body) as { [field: string]: unknown }
  return Object.fromEntries(new URLSearchParams(body))
}

function nameOf(sight: Sight, projectId: number): string {
  return `${sight.get(projectId)?.name ?? 'nothing'} (${projectId})`
}
