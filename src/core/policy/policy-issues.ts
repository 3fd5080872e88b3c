/** From what a form or a check found to problems for people: where each is in the file, each once, in the order of the file. */

import type * as v from 'valibot'
import type { KeyPath } from './policy-lines.ts'
import { type Found, type PolicyProblem, problemText } from './policy-problem.ts'

/** What the form found, of every issue the value that was attempted. */
export function issuesFound(issues: readonly v.BaseIssue<unknown>[]): readonly Found[] {
  return issues.flatMap((issue) => explainIssue(issue, []))
}

/** `tree`: the whole file as values; `lines`: where each of its keys is. */
export function problemsAt(
  found: readonly Found[],
  tree: unknown,
  lines: (path: KeyPath) => number | null,
): readonly PolicyProblem[] {
  return inOrder(withoutRepeats(found.map((one) => placed(tree, lines, one))))
}

/** Of a value that may take several forms, the form that was attempted is explained. */
function explainIssue(issue: v.BaseIssue<unknown>, above: KeyPath): readonly Found[] {
  const steps = issue.path ?? []
  // A list where a table is meant: its places are no keys.
  const keys = steps.filter(({ type, input }) => type !== 'object' || !Array.isArray(input))
  const path = [...above, ...keys.map(({ key }) => key as string | number)]
  const isList = Array.isArray(issue.input)
  const inside = (issue.issues ?? []).filter(
    (one) => one.path !== undefined && (one.path[0].type === 'array') === isList,
  )
  if (inside.length > 0) return inside.flatMap((one) => explainIssue(one, path))
  const [problem = '', fix = ''] = issue.message.split('\n')
  return [{ path, problem, fix }]
}

function placed(tree: unknown, lines: (path: KeyPath) => number | null, { path, problem, fix }: Found): PolicyProblem {
  const [first, position, ...rest] = path
  const inRule = first === 'rule' && typeof position === 'number'
  const key = (inRule ? rest : path).filter((part) => typeof part === 'string').join('.')
  return { rule: inRule ? idOf(tree, position) : null, key: key === '' ? null : key, line: lines(path), problem, fix }
}

function idOf(tree: unknown, position: number): string {
  const rules = (tree as { rule?: unknown }).rule
  const id = Array.isArray(rules) ? (rules[position] as { id?: unknown } | null)?.id : undefined
  return typeof id === 'string' ? id : `number ${position + 1}`
}

/** A list with many items is no table for each of them, which is said once. */
function withoutRepeats(problems: readonly PolicyProblem[]): readonly PolicyProblem[] {
  return [...new Map(problems.map((problem) => [problemText(problem), problem])).values()]
}

function inOrder(problems: readonly PolicyProblem[]): readonly PolicyProblem[] {
  return [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
}
