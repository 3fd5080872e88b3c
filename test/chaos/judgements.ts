/** What must be true of runs that have ended, and of the end of a sequence: truth, liveness, bounds and loss. */

import type { Outcome, RunRecord, RunRequest, RunSummary } from '../../src/workspace/ledger/run.ts'
import type { World } from '../support/world.ts'
import type { People } from './people.ts'
import type { Looking } from './sequence.ts'
import type { Witness } from './witness.ts'

const GOOD: ReadonlySet<string> = new Set(['ok', 'succeeded', 'partial', 'waiting', 'awaiting_approval'])

/** Every run that has ended and is not in `judged` yet, oldest first; those are added to it. */
export async function judgeRuns(
  world: World,
  witness: Witness,
  judged: Set<string>,
  runs: readonly RunSummary[],
): Promise<void> {
  for (const run of runs.toReversed()) {
    if (judged.has(run.id) || run.status === 'running' || run.status === 'queued') continue
    judged.add(run.id)
    const record = (await world.stub.run(run.id)) as RunRecord | null
    if (record === null) {
      witness.broken.push(`Run ${run.id} is listed and has no record (G18)`)
      continue
    }
    judgeRun(record, witness)
    const mayMark =
      run.trigger === 'cron'
        ? run.mode === 'act'
        : witness.said.asked.get(run.id)?.request.kind === 'sweep' && run.mode === 'act'
    if (mayMark && run.counts.inventory > 0) {
      const listed = witness.listedBetween(Date.parse(run.startedAt ?? run.at), Date.parse(run.finishedAt ?? run.at))
      if (listed !== null)
        witness.permissions.scanned(listed, Date.parse(run.at), witness.said.workedOn, GOOD.has(run.status))
    }
  }
}

/** What a run says it did is what the calls show (G10, G11), and every verdict has a reason (G17). */
function judgeRun(run: RunRecord, { broken, calls, said, policyNow }: Witness): void {
  const { id, status } = run
  const tell = (what: string) => void broken.push(`Run ${id} (${run.trigger}, ${status}): ${what}`)
  const { inventory, kept, protected: safe, held, notJudged, marked, due } = run.counts
  if (kept + safe + held + notJudged + marked + due !== inventory) tell('the verdicts do not add up (G11)')
  for (const outcome of run.outcomes) {
    const { action, projectId, detail, outcome: kind } = outcome
    if (detail === '') tell(`an outcome of ${projectId} has no reason (G17)`)
    const own = calls.filter((call) => call.projectId === projectId && call.runs.includes(id))
    if (kind === 'done' && action === 'delete' && !own.some((call) => call.endpoint === 'projects/delete')) {
      tell(`it says it deleted ${projectId}, and no call was made (G10)`)
    }
    // While two are going on, one of them standing still, either may have made a call.
    const went = own.filter((call) => call.answer === 'done' && call.runs.length === 1)
    if ((kind === 'not_attempted' || kind === 'protected' || kind === 'changed') && went.length > 0) {
      tell(`it says ${kind} of ${projectId}, and ${went.map(({ endpoint }) => endpoint).join(', ')} was done (G10)`)
    }
    if (kind === 'done' && (action === 'restore' || action === 'rebuild')) {
      if (run.outcomes.length > 0 && said.asked.get(id)?.request.kind === 'command')
        said.broughtBack.set(projectId, policyNow())
    }
  }
  judgeStatus(run, said.asked.get(id)?.request ?? null, tell)
}

function judgeStatus(
  { status, outcomes, message }: RunRecord,
  request: RunRequest | null,
  tell: (what: string) => void,
): void {
  if (status !== 'ok' && message === '' && outcomes.length === 0) tell('it says nothing (G11)')
  if (status !== 'ok') return
  const bad = outcomes.filter(({ outcome }) => !GOOD_OUTCOMES.has(outcome))
  const first = bad[0]
  if (first !== undefined) tell(`it is shown as ok, and ${first.projectId} is ${first.outcome}: ${first.detail} (G11)`)
  if (request?.kind === 'command' && outcomes.length === 0 && message === '' && !MIRRORS.has(request.command.type)) {
    tell(`a command did nothing, and is shown as ok: ${JSON.stringify(request.command)} (G11)`)
  }
}

/** What was asked for stands before these begin; a description that says it already is left as it is. */
const MIRRORS: ReadonlySet<string> = new Set(['project.hold', 'project.release'])

const GOOD_OUTCOMES: ReadonlySet<Outcome['outcome']> = new Set(['done', 'already'])

/** Rows and bytes that so short a sequence may leave in the object at most (G27). */
const MOST_BYTES = 4_000_000

export async function judgeEnd(world: World, witness: Witness, people: People, sandbox: Looking): Promise<void> {
  const { broken, said } = witness
  const runs = (await world.stub.runs(100, null)) as readonly RunSummary[]
  const going = runs.filter(({ status }) => status === 'running' || status === 'queued')
  if (going.length > 0)
    broken.push(`${going.length} runs have not ended: ${going.map(({ id }) => id).join(', ')} (G26)`)
  const [last] = runs.filter(({ trigger }) => trigger === 'cron')
  if (last === undefined || !GOOD.has(last.status) || last.counts.inventory === 0) {
    broken.push(`Two intervals after the last fault the scheduled run is ${last?.status}: ${last?.message}`)
  }
  if (runs.length < 100) {
    for (const [id] of said.asked)
      if (!runs.some((run) => run.id === id)) broken.push(`Run ${id} was taken and is nowhere (G26)`)
  }
  const audit = await world.stub.verify(100, null)
  if (audit.problems.length > 0) broken.push(`The audit chain: ${JSON.stringify(audit.problems)} (G18)`)
  const bytes = await world.inside(({ storage }) => storage.sql.databaseSize)
  if (bytes > MOST_BYTES) broken.push(`The object holds ${bytes} bytes (G27)`)
  await judgeLoss(witness, people, sandbox)
}

/** Every project is somewhere, with what people wrote into it. */
async function judgeLoss({ broken, said }: Witness, people: People, sandbox: Looking): Promise<void> {
  sandbox.changed()
  const now = await sandbox.look()
  for (const [id, name] of people.known) {
    if (!now.has(id) && !people.forgotten.has(id)) broken.push(`${name} (${id}) is lost`)
  }
  for (const [id, files] of said.written) {
    const project = now.get(id)
    for (const [name, content] of files) {
      const present = project?.files.find((file) => file.name === name)?.content
      if (project !== undefined && present !== content)
        broken.push(`What somebody wrote into ${name} of ${project.name} is lost (G24)`)
    }
  }
}
