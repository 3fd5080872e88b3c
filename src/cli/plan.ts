/** `npm run plan`: what the policy would do to the real account, from the terminal. No deploy, no effect. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs, parseEnv } from 'node:util'
import { PUBLIC_API, readConfig } from '../config.ts'
import { reasonText, warningText } from '../core/explain.ts'
import { capText } from '../core/plan.ts'
import { type Policy, problemText, readPolicy } from '../core/policy.ts'
import { createClient } from '../quantconnect/client.ts'
import { failureText } from '../quantconnect/failure.ts'
import { createMeter } from '../quantconnect/meter.ts'
import { type Look, lookAt } from '../workspace/look.ts'
import { paintFor, progress, table } from './paint.ts'
import { policyFile, root } from './settings.ts'

const HELP = `Shows what the policy would do to your QuantConnect workspace now. It only reads.

  --policy FILE  the policy (default: policy.toml)
  --env FILE     where the settings are (default: .dev.vars; the environment wins over it)
  --all          also the projects that are kept
  --json         the same for programs
  --help

Settings: QC_USER_ID, QC_API_TOKEN, QC_ORGANIZATION_ID, and QC_API_URL for a sandbox. See .dev.vars.example.
A terminal knows nothing of earlier ticks, so a project that a rule selects is shown as newly marked; the deployed Worker,
which remembers, answers GET /api/plan.

Exit codes: 0 shown, 2 could not be made.
`

/** Enough for any workspace; a terminal has no limit of sub-requests. */
const MOST_CALLS = 100_000

/** In the order in which a reader wants them: what goes, what would, what nobody knows, what is safe. */
const ORDER = ['due', 'marked', 'notJudged', 'held', 'protected', 'kept']

await main()

async function main(): Promise<void> {
  const steps = progress(process.stderr)
  try {
    const { values } = parseArgs({
      options: {
        policy: { type: 'string', default: policyFile },
        env: { type: 'string', default: join(root, '.dev.vars') },
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return console.log(HELP)
    const policy = await policyFrom(values.policy)
    const { quantconnect, organizationId } = await settingsFrom(values.env)

    const { url: baseUrl, userId, token, paceMs: minIntervalMs } = quantconnect
    const client = createClient(
      { baseUrl, userId, token, minIntervalMs },
      {
        fetch: (input, init) => fetch(input, init),
        now: () => Date.now(),
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        random: () => Math.random(),
      },
    )
    const meter = createMeter(MOST_CALLS)
    const seen = await lookAt(client, policy, meter, {
      organizationId,
      now: Date.now(),
      memory: { marks: [], holds: [], ownWrites: [] },
      today: { total: 0, byRule: {} },
      onProgress: (text) => steps.say(text),
    })
    steps.done()
    if (!seen.ok) throw new Error(failureText(seen.failure))
    const source = `${baseUrl === PUBLIC_API ? 'QuantConnect' : baseUrl}, organisation ${organizationId}`
    if (values.json) console.log(JSON.stringify(asJson(seen.value, policy, meter.used), null, 2))
    else show(seen.value, policy, meter.used, source, values.all)
  } catch (error) {
    steps.done()
    console.error(`No plan could be made. ${(error as Error).message}`)
    process.exitCode = 2
  }
}

async function policyFrom(file: string): Promise<Policy> {
  const read = await readPolicy(await readFile(file, 'utf8'))
  if (read.ok) return read.policy
  throw new Error(`The policy cannot be used:\n${read.problems.map(problemText).join('\n')}`)
}

async function settingsFrom(file: string) {
  const text = await readFile(file, 'utf8').catch(() => '')
  const given = { ...parseEnv(text), ...process.env }
  const read = readConfig({ ADMIN_TOKEN: 'not needed to look at things', ...given })
  if (read.ok) return read.config
  throw new Error(`${read.problems.join(' ')} Put them into .dev.vars (see .dev.vars.example) or into the environment.`)
}

function rowsOf({ inventory, decision }: Look, policy: Policy) {
  const names = new Map(inventory.projects.map(({ id, name }) => [id, name]))
  const rows = decision.verdicts.map(({ projectId, state, reasons }) => ({
    projectId,
    name: names.get(projectId) ?? '',
    verdict: state,
    rules: [...new Set(reasons.flatMap((reason) => ('rule' in reason && reason.rule !== null ? [reason.rule] : [])))],
    reasons: reasons.map((reason) => reasonText(reason, policy)),
    /** Without what the rules' names say already. */
    brief: reasons.filter(({ kind }) => kind !== 'matched').map((reason) => reasonText(reason, policy)),
    isPlain: reasons.every(({ kind }) => kind === 'no rule'),
  }))
  return rows.sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || (a.name < b.name ? -1 : 1))
}

function asJson(look: Look, policy: Policy, apiCalls: number) {
  const { decision, plan } = look
  const warnings = [...policy.warnings.map(problemText), ...decision.warnings.map(warningText)]
  const projects = rowsOf(look, policy).map(({ projectId, name, verdict, rules, reasons }) => ({
    projectId,
    name,
    verdict,
    rules,
    reasons,
  }))
  return { policy: policy.hash, counts: decision.counts, plan, projects, warnings, apiCalls }
}

function show(look: Look, policy: Policy, apiCalls: number, source: string, all: boolean): void {
  const paint = paintFor(process.stdout, process.env)
  const { decision, plan } = look
  const rows = rowsOf(look, policy).filter((row) => all || !row.isPlain)
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY

  console.log(`${paint.bold('Plan')}  ${source}; ${apiCalls} API calls, all of them reads\n`)
  const cells = rows.map((row) => [row.name, row.projectId, row.verdict, row.rules.join(', '), row.brief.join(' ')])
  for (const line of table(['Project', 'Id', 'Verdict', 'Rule', 'Why'], cells).split('\n'))
    console.log(line.slice(0, width))
  const { kept, held, notJudged, marked, due, inventory } = decision.counts
  const sum = `${kept} kept + ${decision.counts.protected} protected + ${held} held + ${notJudged} not judged + ${marked} marked + ${due} due`
  console.log(`\n${sum} = ${inventory} projects`)
  if (!all) console.log(paint.dim('Projects that no rule selects are left out; --all shows them too.'))
  for (const breach of plan.breaches) console.log(paint.yellow(capText(breach)))
  for (const warning of policy.warnings) console.log(paint.yellow(problemText(warning)))
  for (const warning of decision.warnings) console.log(paint.yellow(warningText(warning)))
}
