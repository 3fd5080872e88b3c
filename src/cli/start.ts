/** `npm start`: the main job before your eyes, on a made-up workspace, in the real Workers runtime. */

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { RunRecord, ShownInventory } from '../workspace/ledger/run.ts'
import { demoProjects, NEIGHBOURS, STALE } from './demo-workspace.ts'
import { paintFor, progress, table } from './paint.ts'
import { serve } from './serve.ts'
import { developmentSecrets, root } from './settings.ts'
import { workerApi } from './worker-api.ts'

const HELP = `Shows the main job: a stale directory is marked, then, two weeks of policy time later, backed up, deleted,
confirmed and logged. Nothing leaves this machine.

  --once     end when the job is done (exit code 0), instead of leaving the page open
  --port 0   where the Worker listens (0 = any free port)
  --help
`

const TWO_WEEKS = 14 * 86_400_000
const paint = paintFor(process.stdout, process.env)

await main()

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(HELP)

  const steps = progress(process.stderr)
  steps.say('Building the Worker and starting it beside a sandbox of QuantConnect …')
  const serving = await serve({
    port: Number(values.port),
    sandboxPort: 0,
    policy: join(root, 'src', 'cli', 'demo-policy.toml'),
    projects: 400,
    seed: 7,
  })
  try {
    await addDemoProjects(serving.sandbox)
    const api = workerApi(serving.worker, developmentSecrets.ADMIN_TOKEN)

    // On the hour, as the cron fires; the one to come, so that nothing in the workspace is younger than the tick.
    const firstTick = Math.ceil(Date.now() / 3_600_000) * 3_600_000
    steps.say('Tick one: surveying and marking …')
    const first = await api.tick(firstTick)
    const surveyed = await api.inventory()
    steps.say('Tick two, two weeks of policy time later: planning, backing up, deleting, confirming …')
    const second = await api.tick(firstTick + TWO_WEEKS)
    steps.done()

    showSurvey(first, surveyed)
    showMarked(first, surveyed)
    showDeleted(second)
    const faults = [...(await whatIsWrong(first, second, serving.sandbox))]
    for (const fault of faults) console.log(paint.red(`NOT AS IT SHOULD BE: ${fault}`))
    if (faults.length > 0) process.exitCode = 1

    if (values.once) return
    console.log(`\nThe page with both runs: ${paint.bold(`${serving.worker}/`)}`)
    console.log(`The sandbox's projects:  ${serving.sandbox}/_sandbox/state`)
    console.log('Ctrl-C ends.')
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    })
  } finally {
    steps.done()
    await serving.stop()
  }
}

/** The demonstration's own projects, beside the made-up ones. */
async function addDemoProjects(sandbox: string): Promise<void> {
  const { projects } = await sandboxState(sandbox)
  const workspace = [...projects, ...demoProjects(Date.now())]
  const answer = await fetch(`${sandbox}/_sandbox/reset`, { method: 'POST', body: JSON.stringify({ workspace }) })
  if (!answer.ok) throw new Error(`The sandbox refused the workspace: ${await answer.text()}`)
}

async function sandboxState(sandbox: string): Promise<{ readonly projects: readonly { readonly name: string }[] }> {
  return (await (await fetch(`${sandbox}/_sandbox/state`)).json()) as { projects: { name: string }[] }
}

function showSurvey(run: RunRecord, inventory: ShownInventory): void {
  heading('Surveyed', `${run.counts.inventory} projects with ${run.apiCalls} API calls`)
  const groups = new Map<string, string[]>()
  for (const project of inventory.projects) {
    const verdict = inventory.verdicts[project.id]
    if (verdict?.verdict !== 'protected' && verdict?.verdict !== 'held') continue
    for (const reason of verdict.reasons.slice(0, 1)) groups.set(reason, [...(groups.get(reason) ?? []), project.name])
  }
  heading('Protected or held', `${run.counts.protected} protected, ${run.counts.held} held; each with its reason`)
  for (const [reason, names] of groups) console.log(`${reason}\n${paint.dim(wrapped(names))}`)
}

function showMarked(run: RunRecord, inventory: ShownInventory): void {
  heading('Tick one', `${run.at}: ${run.status}`)
  const marked = inventory.projects.filter(({ id }) => inventory.verdicts[id]?.verdict === 'marked')
  const rows = marked.map(({ id, name }) => [name, id, inventory.verdicts[id]?.rule ?? '', 'marked, nothing done'])
  console.log(table(['Project', 'Id', 'Rule', 'What happened'], rows))
  for (const reason of inventory.verdicts[marked[0]?.id ?? 0]?.reasons ?? []) console.log(paint.dim(reason))
  showCounts(run)
}

function showDeleted(run: RunRecord): void {
  heading('Tick two', `${run.at}: ${run.status}`)
  const rows = run.outcomes.map(({ name, projectId, action, backup, outcome, detail }) => [
    name,
    projectId,
    backup === null ? 'none' : 'verified',
    `${action}: ${outcome}`,
    detail,
  ])
  console.log(table(['Project', 'Id', 'Backup', 'Outcome', 'Confirmed by a new list'], rows))
  for (const reason of run.plan?.items[0]?.reasons ?? []) console.log(paint.dim(reason))
  showCounts(run)
}

function showCounts({ counts, apiCalls }: RunRecord): void {
  const { kept, held, notJudged, marked, due, inventory } = counts
  const sum = `${kept} kept + ${counts.protected} protected + ${held} held + ${notJudged} not judged + ${marked} marked + ${due} due`
  console.log(`${sum} = ${inventory} projects; ${counts.confirmed} deletions confirmed; ${apiCalls} API calls`)
}

/** Looks at the sandbox itself, not at what the Worker says of it. */
async function whatIsWrong(first: RunRecord, second: RunRecord, sandbox: string): Promise<readonly string[]> {
  const names = new Set((await sandboxState(sandbox)).projects.map(({ name }) => name))
  heading('Untouched', 'as the sandbox itself shows it')
  console.log(
    table(
      ['Project', 'What it is', ''],
      NEIGHBOURS.map(({ name, what }) => [name, what, names.has(name) ? 'still there' : 'GONE']),
    ),
  )

  const wrong: string[] = []
  for (const { name } of NEIGHBOURS) if (!names.has(name)) wrong.push(`${name} is gone.`)
  for (const { name } of first.outcomes) wrong.push(`${name} was acted on at the first tick.`)
  for (const name of names) if (name.startsWith(`${STALE}/`)) wrong.push(`${name} is still there.`)
  if (second.counts.confirmed === 0) wrong.push('Nothing was confirmed as deleted.')
  for (const outcome of second.outcomes) {
    if (outcome.outcome !== 'done' || outcome.backup === null)
      wrong.push(`${outcome.name}: ${outcome.outcome}, ${outcome.detail}`)
  }
  for (const { counts, id } of [first, second]) {
    const sum = counts.kept + counts.protected + counts.held + counts.notJudged + counts.marked + counts.due
    if (sum !== counts.inventory) wrong.push(`The counts of run ${id} add up to ${sum}, not to ${counts.inventory}.`)
  }
  return wrong
}

function heading(title: string, what: string): void {
  console.log(`\n${paint.bold(title)}  ${what}`)
}

/** Names in lines of at most 116 characters, indented. */
function wrapped(names: readonly string[]): string {
  const lines = ['']
  for (const name of names) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + name.length > 114) lines.push(name)
    else lines[lines.length - 1] = last === '' ? name : `${last}, ${name}`
  }
  return lines.map((line) => `  ${line}`).join('\n')
}
