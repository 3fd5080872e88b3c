/** `npm run plan`: what the policy would do, from the terminal. No deploy, no effect. */

import { type Decision, decide } from '../core/judge/decide.ts'
import { reasonText, warningText } from '../core/plan/explain.ts'
import { capText, makePlan, type Plan } from '../core/plan/plan.ts'
import { type Prospect, prospectsOf } from '../core/plan/prospect.ts'
import { untouchableText } from '../core/plan/sentences.ts'
import type { Policy } from '../core/policy/policy.ts'
import type { Preview } from '../workspace/ledger/run.ts'
import { command, Misuse, noWords, type Outcome, type Terminal, Unable, type Values } from './command.ts'
import { timeText } from './paint.ts'
import { loadPolicy } from './policy-file.ts'
import { policyFile } from './settings.ts'
import { NO_MEMORY, openWorker, type Seen, SOURCE_HELP, SOURCE_OPTIONS, seeInventory, sourceOf } from './source.ts'

const HELP = `Shows what the policy would do to your QuantConnect workspace. It only reads.

  npm run plan                         on your account, now
  npm run plan -- --inventory FILE     on an inventory, at its time
  npm run plan -- --worker URL         what the deployed Worker would do now, by its own policy and marks

  --policy FILE      the policy (default: policy.toml)
  --all              also the projects that are kept
${SOURCE_HELP}
  --json             the same for programs
  --help

Settings: QC_USER_ID, QC_API_TOKEN, QC_ORGANIZATION_ID, and QC_API_URL for a sandbox. See .dev.vars.example.
A terminal knows nothing of earlier ticks, so what a rule selects is shown as newly marked; the Worker remembers. What
lies before each rule is shown below: its grace, a message, people, the window, caps.

Exit codes: 0 nothing would be done or marked, 1 something would, 2 no plan could be made.
`

const OPTIONS = {
  policy: { type: 'string' },
  all: { type: 'boolean', default: false },
  ...SOURCE_OPTIONS,
} as const

/** In the order in which a reader wants them: what goes, what would, what nobody knows, what is safe. */
const ORDER = ['due', 'marked', 'notJudged', 'held', 'protected', 'kept']

await command(HELP, OPTIONS, async (values, words, terminal) => {
  noWords(words)
  return sourceOf(values) === 'worker' ? planOfWorker(values, terminal) : planHere(values, terminal)
})

async function planHere(values: Values<typeof OPTIONS>, terminal: Terminal): Promise<Outcome> {
  const policy = await loadPolicy(values.policy ?? policyFile)
  const seen = await seeInventory(values, [policy], terminal)
  const { inventory } = seen
  const decision = decide(policy, inventory, NO_MEMORY, inventory.at)
  refuseOtherOrganization(decision)
  const today = { total: 0, byRule: {} }
  const plan = await makePlan(policy, inventory, decision, NO_MEMORY, { today, now: inventory.at })
  const prospects = prospectsOf(policy, inventory, decision.verdicts, today)
  const rows = rowsOf(seen, decision, policy)
  const warnings = decision.warnings.map(warningText)
  if (values.json) terminal.printJson(asJson(policy, decision, plan, prospects, rows, warnings, seen.apiCalls))
  else show(seen, decision, plan, prospects, rows, warnings, values.all, terminal)
  return outcomeOf(decision.counts)
}

/** Where not one project is of the organization, the plan would only say that nothing is to be done. */
function refuseOtherOrganization({ standstill: { untouchable } }: Decision): void {
  if (untouchable !== null && untouchable.ofOthers === untouchable.projects) {
    throw new Unable(untouchableText(untouchable))
  }
}

function rowsOf({ inventory }: Seen, decision: Decision, policy: Policy) {
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

type Rows = ReturnType<typeof rowsOf>

function asJson(
  policy: Policy,
  { counts }: Decision,
  plan: Plan,
  prospects: readonly Prospect[],
  rows: Rows,
  warnings: readonly string[],
  apiCalls: number,
) {
  const rules = prospects.map(({ earliest, ...rest }) => {
    return { ...rest, earliest: earliest === null ? null : new Date(earliest).toISOString() }
  })
  const projects = rows.map(({ brief: _brief, isPlain: _isPlain, ...row }) => row)
  return { policy: policy.hash, counts, plan, rules, projects, warnings, apiCalls }
}

function show(
  { source }: Seen,
  { counts }: Decision,
  plan: Plan,
  prospects: readonly Prospect[],
  rows: Rows,
  warnings: readonly string[],
  all: boolean,
  { paint, print, printTable }: Terminal,
): void {
  print(`Plan  ${source}`, paint.bold)
  print()
  const cells = rows
    .filter((row) => all || !row.isPlain)
    .map((row) => [row.name, row.projectId, row.verdict, row.rules.join(', '), row.brief.join(' ')])
  printTable(['Project', 'Id', 'Verdict', 'Rule', 'Why'], cells)
  print()
  print(sumText(counts))
  if (!all) print('Projects that no rule selects are left out; --all shows them too.', paint.dim)
  if (prospects.length > 0) {
    print()
    const lines = prospects.map(({ rule, action, projects, earliest, waitsFor }) => {
      const when = earliest === null ? 'never, as it stands' : timeText(earliest)
      return [rule, `${action} ${projects}`, when, waitsFor.join('; ')]
    })
    printTable(['Rule', 'Would', 'Not before', 'And waits for'], lines)
  }
  for (const line of [...plan.breaches.map(capText), ...warnings]) print(line, paint.yellow)
}

async function planOfWorker(values: Values<typeof OPTIONS>, terminal: Terminal): Promise<Outcome> {
  if (values.policy !== undefined)
    throw new Misuse('The Worker plans by its own policy; --policy does not fit --worker.')
  const worker = await openWorker(values)
  terminal.say(`Asking ${values.worker} for its plan …`)
  const plan = await worker.plan()
  if (values.json) terminal.printJson(plan)
  else showPreview(plan, values.worker ?? '', terminal)
  return outcomeOf(plan.counts)
}

function showPreview(plan: Preview, worker: string, { paint, print, printTable }: Terminal): void {
  print(`Plan  ${worker}, ${timeText(plan.at)}; policy ${plan.policy.slice(0, 12)}`, paint.bold)
  print()
  const cells = [
    ...plan.items.map((one) => [one.name, one.projectId, one.action, one.rule ?? '', one.reasons.join(' ')]),
    ...plan.marked.map((one) => [one.name, one.projectId, 'marked', one.rule ?? '', one.reasons.slice(1).join(' ')]),
    ...plan.notJudged.map((one) => [one.name, one.projectId, 'notJudged', '', one.reasons.join(' ')]),
  ]
  if (cells.length > 0) printTable(['Project', 'Id', 'What', 'Rule', 'Why'], cells)
  else print('Nothing is due, nothing is marked, and all could be judged.')
  print()
  print(sumText(plan.counts))
  for (const line of [...plan.stopped, ...plan.warnings]) print(line, paint.yellow)
}

function outcomeOf({ due, marked }: Pick<Decision['counts'], 'due' | 'marked'>): Outcome {
  return due + marked > 0 ? 'findings' : 'clean'
}

function sumText({ kept, held, notJudged, marked, due, inventory, ...rest }: Decision['counts']): string {
  const sum = `${kept} kept + ${rest.protected} protected + ${held} held + ${notJudged} not judged + ${marked} marked + ${due} due`
  return `${sum} = ${inventory} projects`
}
