/** Lets one sequence happen to a real Worker and a sandbox of its own, and gives back which promises were broken. */

import type { RunRecord, RunRequest, RunSummary } from '../../src/workspace/ledger/run.ts'
import { standing, type Turn } from '../support/worker.ts'
import { makeWorld, type World } from '../support/world.ts'
import type { Action, Asking, Edit, Step, Trouble } from './actions.ts'
import { judgeEnd, judgeRuns } from './judgements.ts'
import { type People, people } from './people.ts'
import { type Store, storeOf } from './stores.ts'
import { strangers } from './strangers.ts'
import { type Call, createWitness, type Sent, type Sight, type Witness } from './witness.ts'
import { ANN, BEN, DOT, EVE, HOUR, POLICIES, PROJECTS, RECEIVER, SETTINGS, START, TOKEN } from './world.ts'

const WHO = { Ann: ANN, Ben: BEN, Dot: DOT, Eve: EVE, token: TOKEN }

/** A call may hang this long before the client gives up on it. */
const TIMEOUT_MS = 1_500

/** A run may take this long in real time, on a busy machine. */
const PATIENCE_MS = 60_000

/** An alarm later than this is none that a run at work waits for. */
const SOON_MS = 200

/** API calls that one run may take at most in this small workspace, whatever goes wrong (G26). */
const MOST_CALLS = 700

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export async function happen(steps: readonly Step[]): Promise<readonly string[]> {
  const store = storeOf()
  const world = await makeWorld(POLICIES[0] as string, PROJECTS, {
    timeoutMs: TIMEOUT_MS,
    env: SETTINGS,
    log: store.wrap,
  })
  const sandbox = lookInto(world)
  const judged = new Set<string>()
  const witness: Witness = createWitness({
    look: sandbox.look,
    runs: () => world.stub.runs(12, null) as Promise<readonly RunSummary[]>,
    execution: async (run) => (await world.stub.proposalOf(run))?.execution ?? null,
    stored: store.held,
    now: () => nowOf(world),
    catchUp: (runs) => judgeRuns(world, witness, judged, runs),
  })
  const sequence = new Sequence(world, sandbox, witness, people(world, sandbox, witness.said), store, judged)
  for (const step of steps) {
    await sequence.step(step)
    if (witness.broken.length > 0) return [...witness.broken, ...(await course(world))]
  }
  await sequence.end()
  return witness.broken.length > 0 ? [...witness.broken, ...(await course(world))] : []
}

/** What the Worker says of its runs, for whoever looks into it. */
async function course(world: World): Promise<readonly string[]> {
  const runs = ((await world.stub.runs(40, null).catch(() => [])) as readonly RunSummary[]).toReversed()
  const lines = await Promise.all(
    runs.map(async ({ id, trigger, status, at, message }) => {
      const record = (await world.stub.run(id).catch(() => null)) as RunRecord | null
      const outcomes = (record?.outcomes ?? []).map(({ name, action, outcome }) => `${action} ${name}: ${outcome}`)
      return `  ${id} ${trigger} ${status} ${at}: ${message} ${outcomes.join(', ')}`
    }),
  )
  return ['What the Worker says:', ...lines]
}

/** The Worker's clock. */
function nowOf(world: World): number {
  return Date.now() + (world.setting().skewMs ?? 0)
}

export interface Looking {
  look(): Promise<Sight>
  /** Somebody may have changed something. */
  changed(): void
}

/**
 * What the sandbox holds, read again only when somebody may have changed it since. Kept as a value, never as a promise: one
 * that belongs to an object that is killed never resolves.
 */
function lookInto(world: World): Looking {
  let seen: Sight | null = null
  let changes = 0
  return {
    look: async () => {
      if (seen !== null) return seen
      const before = changes
      const sight = new Map((await world.projects()).map((project) => [project.projectId, project]))
      if (changes === before) seen = sight
      return sight
    },
    changed: () => {
      changes += 1
      seen = null
    },
  }
}

class Sequence {
  /** Policy time of the newest tick. */
  private clock = START
  private trouble: Trouble = { kind: 'none' }
  private requests = 0
  /** Requests that concern one project. */
  private single = 0
  private kills = 0
  /** The service does not answer for days. */
  private isWeek = false
  private turns = 0
  private newest: Turn | null = null
  private last: (() => Promise<unknown>) | null = null
  private readonly world: World
  private readonly sandbox: Looking
  private readonly witness: Witness
  private readonly people: People
  private readonly store: Store
  private readonly judged: Set<string>

  constructor(world: World, sandbox: Looking, witness: Witness, people: People, store: Store, judged: Set<string>) {
    this.world = world
    this.sandbox = sandbox
    this.witness = witness
    this.people = people
    this.store = store
    this.judged = judged
    world.set({
      fetch: (input, init, ctx) => this.send(String(input), init, ctx),
      outside: (input, init) => this.told(input, init),
      turned: (turn) => this.turned(turn),
    })
  }

  async step({ action, trouble }: Step): Promise<void> {
    this.trouble = trouble
    this.requests = 0
    this.single = 0
    this.kills = 0
    if (trouble.kind === 'fault' || trouble.kind === 'outage') {
      const { endpoint, call, fault } = trouble
      const calls = trouble.kind === 'fault' ? [call] : Array.from({ length: 400 }, (_, n) => call + n)
      const retryAfter = trouble.kind === 'outage' ? trouble.retryAfter : null
      await this.world.faults({
        endpoint,
        kind: fault,
        calls,
        ...(/hang|slow/.test(fault) ? { delayMs: TIMEOUT_MS + 500 } : {}),
        ...(retryAfter === null ? {} : { retryAfter }),
      })
    }
    if (trouble.kind === 'store') this.store.trouble(trouble.does, trouble.from, trouble.times)
    await this.act(action)
    await this.world.faults()
    this.store.heal()
    this.trouble = { kind: 'none' }
    this.isWeek = false
    await this.settle()
    await this.judge()
  }

  private async act(action: Action): Promise<void> {
    const { said, permissions } = this.witness
    switch (action.kind) {
      case 'again':
        return this.settle(this.last)
      case 'together': {
        for (const one of action.actions) await this.start(one)
        return this.settle()
      }
      case 'preview':
        return this.quietly(async () => void (await this.world.stub.plan().catch(() => null)))
      case 'edit':
        return this.people.edit(action.edit)
      case 'make':
        return this.people.make(action.folder, action.which)
      case 'forget':
        return this.people.forget()
      case 'pause':
        await this.pauseNow()
        return
      case 'resume':
        return this.resume()
      case 'accept': {
        const { hash } = (await this.world.stub.base().catch(() => null)) ?? { hash: null }
        if (hash !== null) await this.world.stub.acceptBase('Ann', hash).catch(() => null)
        return
      }
      case 'stranger':
        return this.quietly(() => strangers(this.world, this.witness))
      case 'policy':
        this.world.set({ policy: POLICIES[action.which] as string })
        permissions.deploy(action.which)
        return
      case 'settings':
        this.world.set({ callsPerSlice: action.callsPerSlice })
        await this.world.renew().catch(() => null)
        return
      case 'switch':
        await this.world.control('switches', { [action.name]: action.value })
        this.sandbox.changed()
        return
      case 'wait':
        this.world.set({ skewMs: (this.world.setting().skewMs ?? 0) + action.minutes * 60_000 })
        await this.world.alarm().catch(() => null)
        return this.settle()
      case 'weeks':
        this.isWeek = true
        await this.world.faults({ endpoint: 'projects/read', kind: action.fault })
        for (let day = 0; day < action.days; day++) {
          await this.start({ kind: 'tick', hours: 24 })
          await this.settle()
          await this.judge()
        }
        return
      case 'sweep':
        if (action.mode === 'report' && !said.paused && (await this.goingOn()) === 0) {
          return this.quietly(() => this.settle(() => this.start(action)))
        }
        return this.settle(() => this.start(action))
      default:
        return this.settle(() => this.start(action))
    }
  }

  /** Asks the Worker for something; resolves when it is taken, and to null when nobody answered. */
  private async start(action: Asking): Promise<unknown> {
    const { stub } = this.world
    switch (action.kind) {
      case 'tick':
        return this.tick(action.hours)
      case 'sweep':
        return this.ask({ kind: 'sweep', mode: action.mode, rules: null })
      case 'hold':
      case 'release': {
        const { projectId } = await this.people.pick(action.which)
        return this.keep(action.kind, projectId)
      }
      case 'delete':
        return this.command({ type: 'project.delete', project: (await this.people.pick(action.which)).projectId })
      case 'restore':
        return this.command({ type: 'project.restore', projectId: await this.people.pickGone(action.which) })
      case 'update':
        return this.update(action)
      case 'delete directory':
        return this.command({ type: 'directory.delete', directory: action.directory })
      case 'undo': {
        const runs = (await stub.runs(20, null).catch(() => [])) as readonly RunSummary[]
        const acted = runs.filter(({ counts }) => counts.acted > 0)
        const run = acted[action.back % Math.max(1, acted.length)]?.id ?? 'none'
        const record = await stub.run(run).catch(() => null)
        const projectId = action.one ? (record?.outcomes[0]?.projectId ?? null) : null
        return this.ask({ kind: 'undo', mode: 'act', run, projectId })
      }
      case 'decide':
        return this.decide(action)
    }
  }

  private tick(hours: number): Promise<unknown> {
    const { said } = this.witness
    // So far ahead that it is refused, and nothing changes.
    const isAhead = hours > 10_000
    if (hours > 0 && !isAhead) this.clock += hours * HOUR
    const scheduled = isAhead ? this.clock + hours * HOUR : this.clock + Math.min(0, hours) * HOUR
    const go = async () => {
      const at = { at: Date.now(), workerAt: nowOf(this.world) }
      const taken = await this.world.stub.tick(scheduled).catch(() => null)
      if (taken === null) return null
      if (isAhead && taken.ok) this.witness.broken.push('A tick over a year ahead was taken (G26)')
      if (!taken.ok) return taken
      const request = { kind: 'sweep', mode: 'act', rules: null } as const
      if (!said.asked.has(taken.run)) said.asked.set(taken.run, { request, ...at })
      if (scheduled >= said.tick.scheduled && !taken.repeated) said.tick = { scheduled, arrived: at.workerAt }
      return taken
    }
    if (!isAhead) this.last = go
    return go()
  }

  private command(command: Extract<RunRequest, { kind: 'command' }>['command']): Promise<unknown> {
    return this.ask({ kind: 'command', mode: 'act', command })
  }

  private async update({ which, what }: Extract<Asking, { kind: 'update' }>): Promise<unknown> {
    const { projectId } = await this.people.pick(which)
    const fields = {
      description: { description: `said ${this.clock}` },
      parameters: { parameters: { k: String(this.clock) } },
      name: { name: `Moved/by word ${projectId}` },
      release: { description: 'free now', release: true as const },
    }[what]
    if (what === 'release') this.witness.said.held.delete(projectId)
    return this.command({ type: 'project.update', project: projectId, ...fields })
  }

  private ask(request: RunRequest): Promise<unknown> {
    const submission = { triggerId: crypto.randomUUID(), trigger: 'api', actor: 'token', request } as const
    const asked = { request, at: Date.now(), workerAt: nowOf(this.world) }
    const go = async () => {
      const taken = await this.world.stub.submit(submission).catch(() => null)
      if (taken?.ok && !this.witness.said.asked.has(taken.run)) this.witness.said.asked.set(taken.run, asked)
      return taken
    }
    this.last = go
    return go()
  }

  private async keep(kind: 'hold' | 'release', projectId: number): Promise<unknown> {
    const { said } = this.witness
    const asked = { at: Date.now(), workerAt: nowOf(this.world) }
    if (kind === 'release') said.held.delete(projectId)
    const stub = this.world.stub
    const held = await (kind === 'hold' ? stub.hold(projectId, null, ANN) : stub.release(projectId, ANN)).catch(
      () => null,
    )
    if (held?.ok) {
      if (kind === 'hold') said.held.add(projectId)
      else said.broughtBack.delete(projectId)
      const command = { type: kind === 'hold' ? 'project.hold' : 'project.release', projectId, until: null } as const
      if (held.run !== null)
        said.asked.set(held.run, { request: { kind: 'command', mode: 'act', command } as RunRequest, ...asked })
    }
    // Nothing is asked again here: a hold whose answer was lost may stand, which is nobody's loss.
    return held ?? {}
  }

  private async decide({ by, decision, plan }: Extract<Asking, { kind: 'decide' }>): Promise<unknown> {
    const { stub } = this.world
    const open = await stub.proposal().catch(() => null)
    if (open === null) return {}
    const items = await stub.waiting(open.run).catch(() => null)
    if (items === null) return {}
    const hash = plan === 'right' ? open.hash : '0'.repeat(64)
    const decided = await stub
      .decideOn({ run: open.run, plan: hash, decision, by: WHO[by], through: 'api' })
      .catch(() => null)
    const mayApprove = by === 'Ann' || by === 'Ben' || (by === 'token' && open.needs === 1)
    const counts = plan === 'right' && open.state === 'open' && (decision === 'refuse' ? by !== 'Eve' : mayApprove)
    if (decided?.ok && !counts)
      this.witness.broken.push(`A decision counted that must not: ${by}, ${decision}, ${plan} (G7)`)
    if (decided?.ok && decision === 'approve' && decided.run !== null) {
      this.witness.permissions.grant({
        run: open.run,
        needs: open.needs,
        by: [...open.approvals.map((one) => one.by), by],
        at: nowOf(this.world),
        items: new Set(items.map(({ action, projectId }) => `${action} ${projectId}`)),
      })
    }
    return decided ?? {}
  }

  /** Nothing may be changed meanwhile. */
  private async quietly(work: () => Promise<void>): Promise<void> {
    this.witness.said.idle = true
    await work()
    this.witness.said.idle = false
  }

  private async resume(): Promise<void> {
    this.witness.said.paused = false
    await this.world.stub.resume().catch(() => null)
    await this.settle()
  }

  private async goingOn(): Promise<number> {
    return (await this.standing())?.going ?? 1
  }

  /** Asks, and waits until nothing goes on any more, or everything stands still because of a pause. */
  private async settle(start: (() => Promise<unknown>) | null = null): Promise<void> {
    // A killed object does not answer; the same trigger once more is the same run.
    if (start !== null && (await start()) === null) {
      for (let tries = 0; (await (this.last ?? start)()) === null; tries++) {
        if (tries === 50) return void this.witness.broken.push('A trigger was never taken (G26)')
        await pause(5)
      }
    }
    const end = Date.now() + PATIENCE_MS
    let turn: Turn | null = await this.standing()
    while (turn === null || turn.going > 0) {
      if (Date.now() > end) return void this.witness.broken.push('A run never ended (G26)')
      const seen = this.turns
      const wait = (turn?.alarm ?? 0) - Date.now()
      if (turn !== null && wait > SOON_MS) {
        // Nothing is to be done for now: a pause keeps it, or a throttle, whose time passes at once here.
        if (this.witness.said.paused) return
        await this.letTimePass(wait)
      }
      // As the next tick would: the same one once more changes nothing, and wakes the object.
      else if (turn?.alarm === null) await this.world.submitTick(this.clock).catch(() => null)
      turn = (await this.turnAfter(seen)) ?? (await this.standing())
    }
  }

  /** How the object stands; null when it was killed just now. */
  private standing(): Promise<Turn | null> {
    return this.world.inside(standing).then(
      (turn) => turn,
      () => null,
    )
  }

  /** The next turn of the object; null when it was killed, or takes long. */
  private async turnAfter(seen: number): Promise<Turn | null> {
    // Asked for again and again: a promise that another object resolves is lost when that object is killed.
    for (const end = Date.now() + 1_000; this.turns === seen && Date.now() < end; ) await pause(10)
    if (this.turns > seen && this.newest !== null) return this.newest
    // The platform starts a failed alarm again after two seconds; this is sooner.
    await this.world.alarm().catch(() => null)
    return null
  }

  private kill(ctx: DurableObjectState): void {
    this.turned(null)
    ctx.abort('killed by a sequence')
  }

  private turned(turn: Turn | null): void {
    this.turns += 1
    this.newest = turn
  }

  private async letTimePass(ms: number): Promise<void> {
    this.world.set({ skewMs: (this.world.setting().skewMs ?? 0) + ms + 1_000 })
    await this.world.alarm().catch(() => null)
  }

  /** The Worker's network: the witness looks at what goes out, and the trouble of this step happens. */
  private async send(url: string, init: RequestInit | undefined, ctx: DurableObjectState): Promise<Response> {
    const endpoint = url.split('/api/v2/')[1] ?? ''
    const body = String(init?.body ?? '')
    this.requests += 1
    const nth = this.requests
    const { trouble } = this
    const isRead = /(read|list|authenticate)$/.test(endpoint)
    if (trouble.kind === 'kill' && trouble.when === 'before' && trouble.nth === nth) this.kill(ctx)
    if (trouble.kind === 'kills' && nth % trouble.every === 0 && this.kills < trouble.times) {
      this.kills += 1
      this.kill(ctx)
    }
    if (trouble.kind === 'pause' && trouble.nth === nth && isRead) await this.pauseNow()
    if (trouble.kind === 'stop' && trouble.nth === nth && isRead) await this.stopNow()
    if (trouble.kind === 'meanwhile' && trouble.nth === nth && isRead) await this.start(trouble.action)
    const at = this.personAt(body)
    if (at !== null && isRead) await this.people.editOf(at.projectId, at.what)
    const call = await this.witness.before(endpoint, body)
    // What is done while a call is on its way nobody can know of.
    if (trouble.kind === 'person' && trouble.nth === nth) await this.people.edit(trouble.edit)
    init?.signal?.throwIfAborted()
    if (!isRead) this.sandbox.changed()
    const answer = await this.fetch(url, init, call, { endpoint, body, began: Date.now() })
    if (!isRead) this.sandbox.changed()
    if (at !== null && !isRead) await this.people.editOf(at.projectId, at.what)
    if (trouble.kind === 'kill' && trouble.when === 'after' && trouble.nth === nth) this.kill(ctx)
    return answer
  }

  private async fetch(url: string, init: RequestInit | undefined, call: Call | null, sent: Sent): Promise<Response> {
    try {
      const answer = await fetch(url, init)
      // An answer as it should be is read once; what breaks off must break off for the Worker, too.
      if (this.trouble.kind === 'fault' || this.trouble.kind === 'outage' || this.isWeek) {
        await this.witness.after(sent, call, answer.ok ? await textOf(answer.clone()) : null, answer)
        return answer
      }
      const text = await answer.text()
      await this.witness.after(sent, call, text, answer)
      return new Response(text, answer)
    } catch (error) {
      if (call !== null) this.sandbox.changed()
      await this.witness.after(sent, call, null, null)
      throw error
    }
  }

  /** Whether somebody comes to the project that this request is about. */
  private personAt(body: string): { readonly projectId: number; readonly what: Edit['what'] } | null {
    const { trouble } = this
    const projectId = Number(/"?projectId"?[=:]\s*"?(\d+)/.exec(body)?.[1] ?? 0)
    if (projectId === 0 || trouble.kind !== 'person at it') return null
    this.single += 1
    return this.single === trouble.nth ? { projectId, what: trouble.what } : null
  }

  /** The receiver of messages. */
  private async told(input: string, init: RequestInit): Promise<Response> {
    if (input !== RECEIVER) return fetch(input, init)
    const { trouble } = this
    if (trouble.kind === 'outage' && trouble.endpoint === '*') return new Response(null, { status: 503 })
    const text = new TextDecoder().decode(init.body as ArrayBuffer)
    const { data } = JSON.parse(text) as { readonly data: { readonly [list: string]: unknown } }
    const items = ['marked', 'due', 'items'].flatMap(
      (list) => (data[list] as { items?: { projectId: number }[] } | undefined)?.items ?? [],
    )
    this.witness.permissions.tell(
      items.map(({ projectId }) => projectId),
      this.witness.policyNow(),
    )
    return new Response(null, { status: 204 })
  }

  private async pauseNow(): Promise<void> {
    const done = await this.world.stub.pause('Ann').catch(() => null)
    if (done !== null) this.witness.said.paused = true
  }

  private async stopNow(): Promise<void> {
    const run = (await this.world.stub.runs(30, null)).find(({ status }) => status === 'running')
    if (run !== undefined && (await this.world.stub.stop(run.id, ANN))) this.witness.said.stopped.add(run.id)
  }

  /** What the runs that have ended since say, beside what the sandbox shows. */
  private async judge(): Promise<void> {
    const { broken } = this.witness
    const before = this.judged.size
    await judgeRuns(this.world, this.witness, this.judged, await this.world.stub.runs(60, null))
    const ended = Math.max(1, this.judged.size - before)
    if (this.requests > ended * MOST_CALLS) broken.push(`${this.requests} API calls in ${ended} runs (G26)`)
  }

  /** Once everything works again, everything comes to an end, and nothing is lost. */
  async end(): Promise<void> {
    const { broken, said } = this.witness
    await this.world.control('switches', { listOmits: 0 })
    this.world.set({ timeoutMs: 20_000 })
    // Whoever was asked to slow down for hours waits for so long.
    await this.letTimePass(3 * HOUR)
    await this.world.renew().catch(() => null)
    if (said.paused) await this.resume()
    for (let interval = 0; interval < 2; interval++) {
      await this.settle(() => this.tick(24))
      await this.judge()
      const { hash } = (await this.world.stub.base().catch(() => null)) ?? { hash: null }
      if (hash !== null) await this.world.stub.acceptBase('Ann', hash)
    }
    await this.judge()
    if (broken.length > 0) return
    await judgeEnd(this.world, this.witness, this.people, this.sandbox)
  }
}

/** The body of an answer; null where it breaks off. */
function textOf(answer: Response): Promise<string | null> {
  return answer.text().catch(() => null)
}
