/** What is wrong in a policy, where, and how to mend it. */

import type { KeyPath } from './policy-lines.ts'

/** Something wrong, with where it is as a path into the file. */
export interface Found {
  readonly path: KeyPath
  readonly problem: string
  readonly fix: string
}

export interface PolicyProblem {
  /** Id of the rule, or null when it is not about one. */
  readonly rule: string | null
  /** The key, dotted: `when.path`. */
  readonly key: string | null
  /** Line of the file, from 1. */
  readonly line: number | null
  /** What is wrong, without a full stop. */
  readonly problem: string
  /** How to mend it, as a sentence. */
  readonly fix: string
}

/** One readable line: `policy.toml line 12, rule "x", key "when.idel": unknown key. Did you mean "idle"?` */
export function problemText({ rule, key, line, problem, fix }: PolicyProblem): string {
  const where = ['policy.toml']
  if (line !== null) where[0] = `policy.toml line ${line}`
  if (rule !== null) where.push(`rule "${rule}"`)
  if (key !== null) where.push(`key "${key}"`)
  return `${where.join(', ')}: ${problem}. ${fix}`
}
