/** `npm run why`: why a project is kept, protected, held, not judged, marked or due, with every rule's every condition. */

import { activityText } from '../core/plan/activity-view.ts'
import { type RuleFact, type Why, why } from '../core/plan/explain.ts'
import type { Policy } from '../core/policy/policy.ts'
import { command, Misuse, type Terminal, Unable, type Values } from './command.ts'
import { findProject } from './find-project.ts'
import { timeText } from './paint.ts'
import { loadPolicy } from './policy-file.ts'
import { policyFile } from './settings.ts'
import { NO_MEMORY, openWorker, SOURCE_HELP, SOURCE_OPTIONS, seeInventory, sourceOf } from './source.ts'

const HELP = `Says why a project is where it is: every rule, every condition, what was read and what was asked for. It only reads.

  npm run why -- NAME          by its full name
  npm run why -- ID            by its id

  --policy FILE      the policy (default: policy.toml)
${SOURCE_HELP}
  --json             the same for programs
  --help

Without --inventory and --worker it looks at your account, now. A terminal knows nothing of earlier ticks, so a mark is
shown as new; the Worker remembers, and explains by its own policy.

Exit codes: 0 nothing will happen to it, 1 it is marked, due or not judged, 2 could not be explained.
`

const OPTIONS = { policy: { type: 'string' }, ...SOURCE_OPTIONS } as const

await command(HELP, OPTIONS, async (values, words, terminal) => {
  const wanted = words.join(' ')
  if (wanted === '') throw new Misuse('Which project? Give its name or its id.')
  const { answer, policy } =
    sourceOf(values) === 'worker' ? await ask(values, wanted, terminal) : await explain(values, wanted, terminal)
  if (values.json) terminal.printJson(answer)
  else show(answer, policy, terminal)
  return ['marked', 'due', 'notJudged'].includes(answer.verdict) ? 'findings' : 'clean'
})

interface Answered {
  readonly answer: Why
  /** Null when the Worker answered: it has a policy of its own. */
  readonly policy: Policy | null
}

async function explain(values: Values<typeof OPTIONS>, wanted: string, terminal: Terminal): Promise<Answered> {
  const policy = await loadPolicy(values.policy ?? policyFile)
  const { inventory } = await seeInventory(values, [policy], terminal)
  const answer = why(policy, inventory, NO_MEMORY, inventory.at, findProject(inventory.projects, wanted).id)
  if (answer === null) throw new Unable('The project is not in the inventory any more.')
  return { answer, policy }
}

async function ask(values: Values<typeof OPTIONS>, wanted: string, { say }: Terminal): Promise<Answered> {
  if (values.policy !== undefined) {
    throw new Misuse('The Worker explains by its own policy; --policy does not fit --worker.')
  }
  const worker = await openWorker(values)
  say(`Asking ${values.worker} …`)
  const { projects, formerNames } = await worker.inventory()
  return { answer: await worker.why(findProject(projects, wanted, formerNames).id), policy: null }
}

function show(
  { projectId, name, verdict, sentences, rules, mark, due, activity }: Why,
  policy: Policy | null,
  terminal: Terminal,
): void {
  const { paint, print, printTable } = terminal
  print(`${name}  (${projectId})`, paint.bold)
  for (const sentence of sentences) print(sentence)
  print()
  const marked =
    mark === null ? (verdict === 'marked' ? 'new' : 'none') : `since ${timeText(mark.since)} by rule "${mark.rule}"`
  print(`Mark: ${marked}. Due: ${due === null ? 'not as things stand' : timeText(due)}.`)
  print(activityText(activity))
  if (rules.length === 0) return
  print()
  const outcomes = rules.map((fact) => [
    fact.rule,
    fact.matched,
    fact.outcome,
    keepText(fact, policy),
    fact.sentences.join(' '),
  ])
  printTable(['Rule', 'When', 'Outcome', 'Keep', 'Because'], outcomes)
  print()
  const facts = rules.flatMap(({ rule, predicates }) =>
    predicates.map(({ part, predicate, value, threshold, reading }) => [
      rule,
      part,
      predicate,
      value,
      threshold,
      reading,
    ]),
  )
  printTable(['Rule', 'Part', 'Condition', 'Read', 'Asked for', 'Reading'], facts)
}

/** Whether the project is in a slot of the rule's `keep`. */
function keepText({ rule, outcome, sentences }: RuleFact, policy: Policy | null): string {
  const keep = policy?.rules.find(({ id }) => id === rule)?.keep ?? null
  const newest = keep === null ? '' : `newest ${keep.newest}`
  if (sentences.some((sentence) => sentence.includes('it is among the newest'))) return `in a slot ${newest}`.trim()
  return keep !== null && outcome === 'selected' ? `outside ${newest}` : ''
}
