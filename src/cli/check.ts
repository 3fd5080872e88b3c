/** `npm run check`: whether a policy can be used, what its author should know, and what it says in plain English. */

import { decide } from '../core/judge/decide.ts'
import { ruleSentence, warningText } from '../core/plan/explain.ts'
import type { Policy, PolicyProblem, Rule } from '../core/policy/policy.ts'
import { command, Misuse, type Outcome, type Terminal, type Values } from './command.ts'
import { counted } from './paint.ts'
import { checkPolicy, problemIn, shown } from './policy-file.ts'
import { policyFile } from './settings.ts'
import { NO_MEMORY, SOURCE_HELP, SOURCE_OPTIONS, seeInventory, sourceOf } from './source.ts'

const HELP = `Checks a policy file and says each rule as a sentence. Nothing leaves this machine, unless a Worker is asked.

  npm run check                          checks policy.toml
  npm run check -- FILE                  checks that file
  npm run check -- --inventory FILE      also what looks odd on that workspace: a protection or exception that matches
                                         nothing, a rule that would take everything
${SOURCE_HELP}
  --json             the same for programs
  --help

Exit codes: 0 nothing to say, 1 refused or with warnings, 2 could not be checked. A rule that only reports because
enforce is false is no warning.
`

await command(HELP, SOURCE_OPTIONS, async (values, words, terminal) => {
  if (words.length > 1) throw new Misuse(`One policy at a time: "${words[1]}" is not expected here.`)
  const file = words[0] ?? policyFile
  const read = await checkPolicy(file)
  return read.ok ? accepted(file, read.policy, values, terminal) : refused(file, read.problems, values.json, terminal)
})

function refused(
  file: string,
  problems: readonly PolicyProblem[],
  json: boolean,
  { paint, print, printJson }: Terminal,
): Outcome {
  const lines = problems.map((problem) => problemIn(file, problem))
  if (json) {
    printJson({ ok: false, file, hash: null, problems: withText(problems, lines), warnings: [], rules: [] })
    return 'findings'
  }
  for (const line of lines) print(line, paint.red)
  print(`${shown(file)} is refused: ${counted(lines.length, 'problem')}.`, paint.bold)
  return 'findings'
}

async function accepted(
  file: string,
  policy: Policy,
  values: Values<typeof SOURCE_OPTIONS>,
  terminal: Terminal,
): Promise<Outcome> {
  const onInventory = sourceOf(values) === 'account' ? [] : await warningsOnInventory(policy, values, terminal)
  const found = [...unheard(policy), ...onInventory]
  const rules = policy.rules.map((rule) => ({ rule: rule.id, sentence: ruleSentence(rule), acts: acts(rule) }))
  const warnings = found.map((text) => ({ text }))
  if (values.json) terminal.printJson({ ok: true, file, hash: policy.hash, problems: [], warnings, rules })
  else {
    const { paint, print } = terminal
    for (const { rule, sentence } of rules) {
      print(rule, paint.bold)
      print(`  ${sentence}`)
    }
    if (rules.length > 0) print()
    for (const { text } of warnings) print(text, paint.yellow)
    const reporting = rules.filter((rule) => !rule.acts).length
    const what = `${counted(rules.length, 'rule')}, of which ${reporting} only report`
    print(
      `${shown(file)} can be used: ${what}; ${counted(warnings.length, 'warning')}; hash ${policy.hash.slice(0, 12)}.`,
    )
  }
  return warnings.length > 0 ? 'findings' : 'clean'
}

async function warningsOnInventory(
  policy: Policy,
  values: Values<typeof SOURCE_OPTIONS>,
  terminal: Terminal,
): Promise<readonly string[]> {
  const { inventory } = await seeInventory(values, [policy], terminal)
  return decide(policy, inventory, NO_MEMORY, inventory.at).warnings.map(warningText)
}

/** Rules that act only after people were told or asked, where the policy names no channel to tell them through. */
function unheard({ rules, notify }: Policy): readonly string[] {
  const waiting = rules.filter((rule) => acts(rule) && (rule.approve !== 'never' || rule.notice > 0))
  if (notify.channels.length > 0 || waiting.length === 0) return []
  const names = waiting.map(({ id }) => `"${id}"`).join(', ')
  const which = waiting.length === 1 ? `Rule ${names} waits` : `Rules ${names} wait`
  return [
    `${which} until people have been told or have approved, and nobody is told: [notify] channels names no channel. Name one, as in channels = ["slack"]; without it plans wait on the pages only, and what needs a notice never goes.`,
  ]
}

/** Whether the rule does something, rather than only mark or report. */
function acts(rule: Rule): boolean {
  return rule.then !== 'report' && rule.enforce
}

function withText(problems: readonly PolicyProblem[], lines: readonly string[]) {
  return problems.map((problem, i) => ({ ...problem, text: lines[i] ?? '' }))
}
