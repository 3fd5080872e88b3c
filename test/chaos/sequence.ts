/** Lets one sequence happen to a real Worker and a sandbox of its own, and gives back which promises were broken. */

import type { RunRequest } from '../../src/workspace/ledger/run.ts'
import { standing, type Turn } from '../support/worker.ts'
import { makeWorld, type World } from '../support/world.ts'
import type { Action, Edit, Step, Trouble } from './actions.ts'
import { createWitness, type Sight, type Witness } from './witness.ts'
import { ANN, BEN, DOT, EVE, HOUR, POLICIES, PROJECTS, START, TOKEN } from './world.ts'

const PEOPLE = { Ann: ANN, Ben: BEN, Dot: DOT, Eve: EVE, token: TOKEN }

/** A call may hang this long before the client gives up on it. */
const TIMEOUT_MS = 400

/** A run may take this long in real time, on a busy machine. */
const PATIENCE_MS = 60_000

/** An alarm later than this is none that a run at work waits for. */
const SOON_MS = 200

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export async function happen(steps: readonly Step[]): Promise<readonly string[]> {
  const world = await makeWorld(POLICIES[0] as string, PROJECTS, { timeoutMs: TIMEOUT_MS })
  const sandbox = lookInto(world)
  const witness = createWitness(sandbox.look)
  const sequence = new Sequence(world, sandbox, witness)
  const first = await sandbox.look()
  for (const step of steps) {
    await sequence.step(step)
    if (witness.broken.length > 0) break
  }
  await sequence.end(first)
  return witness.broken
}

interface Looking {
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
  private turns = 0
  private newest: Turn | null = null
  private readonly world: World
  private readonly sandbox: Looking
  private readonly witness: Witness

  constructor(world: World, sandbox: Looking, witness: Witness) {
    this.world = world
    this.sandbox = sandbox
    this.witness = witness
    world.set({
      fetch: (input, init, ctx) => this.send(String(input), init, ctx),
      turned: (turn) => this.turned(turn),
    })
  }

  async step({ action, trouble }: Step): Promise<void> {
    this.trouble = trouble
    this.requests = 0
    if (trouble.kind === 'fault') {
      const { endpoint, call, fault } = trouble
      await this.world.faults({
        endpoint,
        kind: fault,
        calls: [call],
        delayMs: /hang|slow/.test(fault) ? 2 * TIMEOUT_MS : 0,
      })
    }
    await this.act(action)
    await this.world.faults()
    this.trouble = { kind: 'none' }
  }

  private async act(action: Action): Promise<void> {
    const { said } = this.witness
    switch (action.kind) {
      case 'tick':
        this.clock = Math.max(this.clock, this.clock + action.hours * HOUR)
        if (action.hours >= 0) said.firstMark ??= this.clock
        return this.settle(() => this.world.submitTick(this.clock + Math.min(0, action.hours) * HOUR))
      case 'repeat the tick':
        return this.settle(() => this.world.submitTick(this.clock))
      case 'sweep':
        return this.ask({ kind: 'sweep', mode: action.mode, rules: null }, action.mode === 'report')
      case 'preview':
        return this.quietly(async () => void (await this.world.stub.plan().catch(() => null)))
      case 'edit':
        return this.edit(action.edit)
      case 'delete':
      case 'update':
      case 'restore':
        return this.command(action.kind, await this.pick(action.which))
      case 'hold':
      case 'release': {
        const { projectId } = await this.pick(action.which)
        await this.world.stub[action.kind === 'hold' ? 'hold' : 'release'](
          projectId,
          ...((action.kind === 'hold' ? [null, ANN] : [ANN]) as [never, never]),
        ).catch(() => null)
        return this.settle(null)
      }
      case 'delete directory':
        return this.ask({
          kind: 'command',
          mode: 'act',
          command: { type: 'directory.delete', directory: action.directory },
        })
      case 'undo': {
        const runs = await this.world.stub.runs(20, null).catch(() => [])
        const run = runs[action.back % Math.max(1, runs.length)]?.id ?? 'none'
        return this.ask({ kind: 'undo', mode: 'act', run, projectId: null })
      }
      case 'decide':
        return this.decide(action)
      case 'pause':
        await this.world.stub.pause('Ann')
        said.paused = true
        return
      case 'resume':
        return this.resume()
      case 'policy':
        this.world.set({ policy: POLICIES[action.which] as string })
        said.firstMark = null
        return
      case 'wait':
        this.world.set({ skewMs: (this.world.setting().skewMs ?? 0) + action.minutes * 60_000 })
        await this.world.alarm().catch(() => null)
        return this.settle(null)
    }
  }

  private async decide({ by, decision, plan }: Extract<Action, { kind: 'decide' }>): Promise<void> {
    const open = await this.world.stub.proposal().catch(() => null)
    if (open === null) return
    const hash = plan === 'right' ? open.hash : '0'.repeat(64)
    const decided = await this.world.stub
      .decideOn({ run: open.run, plan: hash, decision, by: PEOPLE[by], through: 'api' })
      .catch(() => null)
    const mayApprove = by === 'Ann' || by === 'Ben' || (by === 'token' && open.needs === 1)
    const counts = plan === 'right' && open.state === 'open' && (decision === 'refuse' ? by !== 'Eve' : mayApprove)
    if (decided?.ok && !counts)
      this.witness.broken.push(`A decision counted that must not: ${by}, ${decision}, ${plan} (G7)`)
    await this.settle(null)
  }

  private async command(kind: 'delete' | 'update' | 'restore', project: { projectId: number }): Promise<void> {
    const { projectId } = project
    const command =
      kind === 'delete'
        ? ({ type: 'project.delete', project: projectId } as const)
        : kind === 'restore'
          ? ({ type: 'project.restore', projectId } as const)
          : ({
              type: 'project.update',
              project: projectId,
              description: `said ${this.clock}`,
              parameters: { k: 'v' },
            } as const)
    return this.ask({ kind: 'command', mode: 'act', command })
  }

  private async edit({ which, what }: Edit): Promise<void> {
    const project = await this.pick(which)
    const fields = {
      touch: { parameters: [{ key: 'fast', value: String(this.clock) }] },
      hold: { description: '[keep]' },
      unhold: { description: '', modified: new Date(START - 300 * 24 * HOUR).toISOString() },
      rename: { name: `Moved/${project.projectId}` },
      run: { live: [{ status: 'Running' }] },
      restore: { name: project.name.replace('Recycle Bin/', 'Back/') },
    }[what]
    this.sandbox.changed()
    await this.world.control('edit', { projectId: project.projectId, ...fields }).catch(() => null)
    this.sandbox.changed()
  }

  private async pick(which: number) {
    const projects = [...(await this.sandbox.look()).values()].sort((a, b) => a.projectId - b.projectId)
    return projects[which % projects.length] as (typeof projects)[number]
  }

  private async ask(request: RunRequest, isQuiet = false): Promise<void> {
    const submission = { triggerId: crypto.randomUUID(), trigger: 'api', actor: 'token', request } as const
    const go = () => this.settle(() => this.world.stub.submit(submission))
    return isQuiet ? this.quietly(go) : go()
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
    await this.settle(null)
  }

  /** Waits until nothing goes on any more, or everything stands still because of a pause. */
  private async settle(start: (() => Promise<unknown>) | null): Promise<void> {
    // A killed object does not answer; the same trigger once more is the same run.
    for (let tries = 0; start !== null; tries++) {
      if ((await start().catch(() => null)) != null) break
      if (tries === 50) return void this.witness.broken.push('A trigger was never taken (G26)')
      await pause(5)
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
    for (const end = Date.now() + 1_000; this.turns === seen && Date.now() < end; ) await pause(2)
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
    this.requests += 1
    const nth = this.requests
    const { trouble } = this
    if (trouble.kind === 'kill' && trouble.when === 'before' && trouble.nth === nth) this.kill(ctx)
    if (trouble.kind === 'person' && trouble.nth === nth) await this.edit(trouble.edit)
    if (trouble.kind === 'pause' && trouble.nth === nth) await this.pauseNow(endpoint)
    if (trouble.kind === 'stop' && trouble.nth === nth) await this.stopNow(endpoint)
    await this.witness.before(endpoint, String(init?.body ?? ''), ctx.storage, this.world.log)
    init?.signal?.throwIfAborted()
    const isRead = /read|list|authenticate/.test(endpoint)
    if (!isRead) this.sandbox.changed()
    const answer = await fetch(url, init).finally(() => {
      if (!isRead) this.sandbox.changed()
    })
    await this.witness.after(endpoint, await isWhole(answer))
    if (trouble.kind === 'kill' && trouble.when === 'after' && trouble.nth === nth) this.kill(ctx)
    return answer
  }

  /** Said while a reading call is on its way; what is being sent already is beyond anybody's word. */
  private async pauseNow(endpoint: string): Promise<void> {
    if (!/read|list/.test(endpoint)) return
    await this.world.stub.pause('Ann')
    this.witness.said.paused = true
  }

  private async stopNow(endpoint: string): Promise<void> {
    if (!/read|list/.test(endpoint)) return
    const run = (await this.world.stub.runs(30, null)).find(({ status }) => status === 'running')
    if (run !== undefined && (await this.world.stub.stop(run.id, ANN))) this.witness.said.stopped.add(run.id)
  }

  /** What must be true of the end, as the sandbox has it. */
  async end(first: ReadonlyMap<number, { readonly name: string }>): Promise<void> {
    const { broken } = this.witness
    if (this.witness.said.paused) await this.resume()
    const now = new Map((await this.world.projects()).map((project) => [project.projectId, project]))
    for (const [id, { name }] of first) if (!now.has(id)) broken.push(`${name} (${id}) is lost`)
    const audit = await this.world.stub.verify(100, null)
    if (audit.problems.length > 0) broken.push(`The audit chain: ${JSON.stringify(audit.problems)} (G18)`)
    await this.judgeRecords(broken)
  }

  /** What the Worker says it did is what the log of the sandbox shows (G10), and every verdict has a reason (G17). */
  private async judgeRecords(broken: string[]): Promise<void> {
    const requests = await this.world.requests()
    const deleted = new Set(
      requests.filter(({ path }) => path === 'projects/delete').map(({ params }) => Number(params.projectId)),
    )
    for (const { id } of await this.world.stub.runs(100, null)) {
      const run = await this.world.stub.run(id)
      for (const { action, outcome, projectId, detail } of run?.outcomes ?? []) {
        if (detail === '') broken.push(`An outcome of run ${id} has no reason (G17)`)
        if (action === 'delete' && outcome === 'done' && !deleted.has(projectId)) {
          broken.push(`Run ${id} says it deleted ${projectId}, and no call was made (G10)`)
        }
      }
      const { inventory, kept, protected: safe, held, notJudged, marked, due } = run?.counts ?? ({} as never)
      if (kept + safe + held + notJudged + marked + due !== inventory)
        broken.push(`The verdicts of run ${id} do not add up (G11)`)
      if (run?.status === 'ok' && run.outcomes.some(({ outcome }) => outcome === 'failed' || outcome === 'unsure')) {
        broken.push(`Run ${id} is shown as ok and is not (G11)`)
      }
    }
  }
}

/** Whether it is an answer as it should be. */
async function isWhole(answer: Response): Promise<boolean> {
  if (!answer.ok) return false
  const said = (await answer
    .clone()
    .json()
    .catch(() => null)) as { success?: boolean } | null
  return said?.success === true
}
