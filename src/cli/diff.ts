/** `npm run diff`: two policies on one workspace, and which matches come and go between them. */

import { reasonText, ruleSentence } from '../core/plan/explain.ts'
import type { Policy } from '../core/policy/policy.ts'
import { diffPolicies, type PolicyDiff, type ProjectDiff, type Side } from '../core/replay/diff.ts'
import { command, Misuse, type Terminal } from './command.ts'
import { counted } from './paint.ts'
import { loadPolicy, shown } from './policy-file.ts'
import { NO_MEMORY, SOURCE_HELP, SOURCE_OPTIONS, seeInventory } from './source.ts'

const HELP = `Says what a change of the policy changes: per rule and per project, which matches come and go. It only reads.

  npm run diff -- OLD.toml NEW.toml                       on your account, now
  npm run diff -- OLD.toml NEW.toml --inventory FILE      on an inventory, at its time
  npm run diff -- OLD.toml NEW.toml --worker URL          on the last survey of the Worker

${SOURCE_HELP}
  --json             the same for programs
  --help

A rule is the same rule if its id is. Matches are what a rule selects before any grace; marks play no part.

Exit codes: 0 no match and no verdict differs, 1 some do, 2 could not be compared.
`

await command(HELP, SOURCE_OPTIONS, async (values, words, terminal) => {
  const [first, second, third] = words
  if (first === undefined || second === undefined)
    throw new Misuse('Two policies are compared: the old one and the new one.')
  if (third !== undefined) throw new Misuse(`"${third}" is not expected here.`)
  const [old, next] = [await loadPolicy(first), await loadPolicy(second)]
  const { inventory, source } = await seeInventory(values, [old, next], terminal)
  const diff = diffPolicies(old, next, inventory, NO_MEMORY, inventory.at)
  if (values.json) terminal.printJson(asJson(diff, old, next))
  else show(diff, old, next, `${shown(first)} → ${shown(second)}; ${source}`, terminal)
  return diff.projects.length > 0 ? 'findings' : 'clean'
})

function asJson({ rules, projects }: PolicyDiff, old: Policy, next: Policy) {
  const side = ({ reasons, ...rest }: Side, policy: Policy) => ({ ...rest, reasons: sentences(reasons, policy) })
  return {
    policies: { before: old.hash, after: next.hash },
    rules: rules.map((one) => {
      return { ...one, sentences: { before: sentenceOf(old, one.rule), after: sentenceOf(next, one.rule) } }
    }),
    projects: projects.map(({ before, after, ...rest }) => ({
      ...rest,
      before: side(before, old),
      after: side(after, next),
    })),
  }
}

function show(diff: PolicyDiff, old: Policy, next: Policy, source: string, terminal: Terminal): void {
  const { paint, print, printTable } = terminal
  print(`Diff  ${source}`, paint.bold)
  print()
  const rules = diff.rules.map(({ rule, change, before, after, gained, lost }) => {
    return [rule, change, before, after, `+${gained.length}`, `-${lost.length}`]
  })
  printTable(['Rule', 'Change', 'Selected before', 'After', 'New', 'No longer'], rules)
  print()
  if (diff.projects.length === 0) {
    print('No match and no verdict differs.')
  } else {
    const cells = diff.projects.map((one) => {
      return [one.name, one.projectId, rulesText(one), changeText(one), sentences(one.after.reasons, next).join(' ')]
    })
    printTable(['Project', 'Id', 'Rules', 'Verdict', 'Why now'], cells)
    print()
    print(`${counted(diff.projects.length, 'project')} with a difference.`)
  }
  const edited = diff.rules.filter(({ change }) => change === 'edited')
  if (edited.length > 0) print('Edited, so that every grace starts again:', paint.dim)
  for (const { rule } of edited) {
    print(`  ${rule}`)
    print(`    was  ${sentenceOf(old, rule)}`)
    print(`    is   ${sentenceOf(next, rule)}`)
  }
  for (const text of settingsThatDiffer(old, next)) print(text, paint.dim)
}

/** A rule in words; null where the policy does not have it. */
function sentenceOf({ rules }: Policy, id: string): string | null {
  const rule = rules.find((one) => one.id === id)
  return rule === undefined ? null : ruleSentence(rule)
}

function rulesText({ gained, lost }: ProjectDiff): string {
  return [...gained.map((rule) => `+${rule}`), ...lost.map((rule) => `-${rule}`)].join(' ')
}

function changeText({ before, after }: ProjectDiff): string {
  const [from, to] = [sideText(before), sideText(after)]
  if (from !== to) return `${from} → ${to}`
  return before.to === after.to ? `still ${from}` : `${from}, to "${after.to}" instead of "${before.to}"`
}

function sideText({ verdict, rule, action }: Side): string {
  return rule === null ? verdict : `${verdict} (${rule}: ${action})`
}

function sentences(reasons: Side['reasons'], policy: Policy): readonly string[] {
  return reasons.map((reason) => reasonText(reason, policy))
}

/** What is not about matches, and yet changes what acts. */
function settingsThatDiffer(old: Policy, next: Policy): readonly string[] {
  const [before, after] = [settingsOf(old), settingsOf(next)]
  const names = [...new Set([...before.keys(), ...after.keys()])]
  return names.flatMap((name) => {
    const [was = 'none', is = 'none'] = [before.get(name), after.get(name)]
    return is === was ? [] : [`${name}${name.endsWith(']') ? '' : ':'} ${was} → ${is}`]
  })
}

/** In words, by name. */
function settingsOf({ limits, window, timezone, notify, people, rules }: Policy): ReadonlyMap<string, string> {
  const approvers = people.filter(({ may }) => may.includes('approve')).map(({ name }) => name)
  return new Map([
    ...Object.entries(limits).map(([key, value]) => [`[limits] ${key}`, String(value)] as const),
    ['[window]', window === null ? 'always' : `${window.text}, ${timezone}`],
    ['[notify] channels', listed(notify.channels)],
    ['Who may approve', listed(approvers)],
    ...rules.map(({ id, limit }) => {
      const own = Object.entries(limit).map(([key, value]) => `${key} ${value}`)
      return [`limit of rule "${id}"`, listed(own)] as const
    }),
  ])
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? 'none' : [...words].sort().join(', ')
}
