/** Lets one history happen to a real Worker and a sandbox of its own, and gives back which promises were broken. */

import type { RunRequest } from '../../src/workspace/ledger/run.ts'
import { makeWorld, type World } from '../support/world.ts'
import type { Action, Edit, Step, Trouble } from './actions.ts'
import { createWitness, type Witness } from './witness.ts'
import { ANN, BEN, DOT, EVE, HOUR, POLICIES, PROJECTS, START, TOKEN } from './world.ts'

const PEOPLE = { Ann: ANN, Ben: BEN, Dot: DOT, Eve: EVE, token: TOKEN }

/** A call may hang this long before the client gives up on it. */
const TIMEOUT_MS = 400

export async function happen(steps: readonly Step[]): Promise<readonly string[]> {
  const world = await makeWorld(POLICIES[0] as string, PROJECTS, { timeoutMs: TIMEOUT_MS })
  const look = async () => new Map((await world.projects()).map((project) => [project.projectId, project]))
  const witness = createWitness(look)
  const history = new History(world, witness)
  const first = await look()
  for (const step of steps) {
    await history.step(step)
    if (witness.broken.length > 0) break
  }
  await history.end(first)
  return witness.broken
}

class History {
  /** Policy time of the newest tick. */
  private clock = START
  private trouble: Trouble = { kind: 'none' }
  private requests = 0
  private readonly world: World
  private readonly witness: Witness

  constructor(world: World, witness: Witness) {
    this.world = world
    this.witness = witness
    world.set({ fetch: (input, init, ctx) => this.send(String(input), init, ctx) })
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
    await this.world.control('edit', { projectId: project.projectId, ...fields }).catch(() => null)
  }

  private async pick(which: number) {
    const projects = [...(await this.world.projects())].sort((a, b) => a.projectId - b.projectId)
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
    let started = start === null
    for (let tries = 0; tries < 2_000; tries++) {
      if (!started) {
        // A killed object does not answer; the same trigger once more is the same run.
        const answer = await start?.().catch(() => null)
        started = answer != null
        continue
      }
      const runs = await this.world.stub.runs(30, null).catch(() => null)
      const going = runs?.filter(({ status }) => status === 'running' || status === 'queued')
      if (going?.length === 0) return
      if (going !== undefined && this.witness.said.paused && (await this.isStill())) return
      // Nobody waits for a throttle here: its time passes at once.
      if (tries % 5 === 4) await this.letThrottlePass()
      // The platform starts a failed alarm again after two seconds; this is sooner.
      if (tries % 10 === 9) await this.world.alarm().catch(() => null)
      // As the next tick would: the same one once more changes nothing, and wakes the object.
      if (tries % 200 === 199) await this.world.submitTick(this.clock).catch(() => null)
      await new Promise((resolve) => setTimeout(resolve, 4))
    }
    this.witness.broken.push('A run never ended (G12)')
  }

  private async letThrottlePass(): Promise<void> {
    const now = Date.now() + (this.world.setting().skewMs ?? 0)
    const until = await this.world
      .inside(({ storage: { sql } }) =>
        sql
          .exec<{ until: number }>(`SELECT json_extract(value, '$.until') AS until FROM facts WHERE name = 'throttle'`)
          .toArray(),
      )
      .catch(() => [])
    const wait = (until[0]?.until ?? 0) - now
    if (wait <= 0) return
    this.world.set({ skewMs: (this.world.setting().skewMs ?? 0) + wait + 1_000 })
    await this.world.alarm().catch(() => null)
  }

  private async isStill(): Promise<boolean> {
    const before = this.requests
    await new Promise((resolve) => setTimeout(resolve, 40))
    return this.requests === before
  }

  /** The Worker's network: the witness looks at what goes out, and the trouble of this step happens. */
  private async send(url: string, init: RequestInit | undefined, ctx: DurableObjectState): Promise<Response> {
    const endpoint = url.split('/api/v2/')[1] ?? ''
    this.requests += 1
    const nth = this.requests
    const { trouble } = this
    if (trouble.kind === 'kill' && trouble.when === 'before' && trouble.nth === nth) ctx.abort('killed by a history')
    if (trouble.kind === 'person' && trouble.nth === nth) await this.edit(trouble.edit)
    if (trouble.kind === 'pause' && trouble.nth === nth) await this.pauseNow(endpoint)
    if (trouble.kind === 'stop' && trouble.nth === nth) await this.stopNow(endpoint)
    await this.witness.before(endpoint, String(init?.body ?? ''), ctx.storage, this.world.log)
    init?.signal?.throwIfAborted()
    const answer = await fetch(url, init)
    const copy = answer.clone()
    const whole = answer.ok && ((await copy.json().catch(() => null)) as { success?: boolean } | null)?.success === true
    await this.witness.after(endpoint, whole)
    if (trouble.kind === 'kill' && trouble.when === 'after' && trouble.nth === nth) ctx.abort('killed by a history')
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
