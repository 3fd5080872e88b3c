/** `npm run check`: whether the policy can be used, and what its author should know. */

import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { notBuilt, problemText, readPolicy } from '../core/policy.ts'
import { policyFile } from './settings.ts'

const HELP = `Checks a policy file. Nothing is sent anywhere.

  npm run check            checks policy.toml
  npm run check -- FILE    checks that file

Exit codes: 0 nothing to say, 1 refused or with warnings, 2 could not be read.
`

await main()

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  if (values.help) return console.log(HELP)
  const file = positionals[0] ?? policyFile
  const text = await readFile(file, 'utf8').catch((error: Error) => error)
  if (typeof text !== 'string') {
    console.error(`${file} could not be read: ${text.message}`)
    process.exitCode = 2
    return
  }
  const read = await readPolicy(text)
  const sayings = read.ok
    ? [
        ...read.policy.warnings.map(problemText),
        ...read.policy.rules
          .filter((rule) => rule.enforce)
          .flatMap((rule) => notBuilt(rule).map((why) => `Rule "${rule.id}" only reports: ${why}`)),
      ]
    : read.problems.map(problemText)
  for (const saying of sayings) console.log(saying)
  if (sayings.length > 0) process.exitCode = 1
  if (read.ok)
    console.log(`${file} can be used: ${read.policy.rules.length} rules, hash ${read.policy.hash.slice(0, 12)}.`)
  else console.log(`${file} is refused: ${sayings.length === 1 ? '1 problem' : `${sayings.length} problems`}.`)
}
