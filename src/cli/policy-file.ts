/** Policies as commands read them: from a file, and only one that can be used. */

import { relative } from 'node:path'
import { type Policy, type PolicyProblem, type PolicyResult, problemText, readPolicy } from '../core/policy/policy.ts'
import { Unable } from './command.ts'
import { readText } from './read-text.ts'

/** Reads and checks a file. A file that cannot be read at all is an error. */
export async function checkPolicy(file: string): Promise<PolicyResult> {
  return readPolicy(await readText(file, `The policy ${shown(file)}`))
}

/** The policy of a file, or an error that says all that is wrong with it. */
export async function loadPolicy(file: string): Promise<Policy> {
  const read = await checkPolicy(file)
  if (read.ok) return read.policy
  const problems = read.problems.map((problem) => problemIn(file, problem))
  throw new Unable(`The policy ${shown(file)} cannot be used:\n${problems.join('\n')}`)
}

/** A problem as one line that names the file it is in. */
export function problemIn(file: string, problem: PolicyProblem): string {
  return `${shown(file)}${problemText(problem).slice('policy.toml'.length)}`
}

/** A file as people know it: from where they are, unless that is further than from the root. */
export function shown(file: string): string {
  const near = relative(process.cwd(), file)
  return near === '' || near.startsWith('..') ? file : near
}
