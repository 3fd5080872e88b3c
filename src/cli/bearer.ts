/** `npm run bearer`: what a live algorithm sends to prove which project it is of. */

import { join } from 'node:path'
import { bearerOf, isProjectId } from '../hooks/bearer.ts'
import { readHookSecrets } from '../hooks/secrets.ts'
import { readSettings } from './account.ts'
import { command, Misuse, Unable } from './command.ts'
import { root } from './settings.ts'

const HELP = `Prints the bearer of a project: what its live algorithm sends to POST /hooks/quantconnect with Notify.Web.

  npm run bearer -- ID          of the project with that id

  --env FILE         where QUANTCONNECT_SECRET is (default: .dev.vars; the environment wins over it)
  --json             the same for programs
  --help

It is good for that project alone. Of several secrets the first one makes it. The secret itself is never shown; give it
to the Worker with: npx wrangler secret put QUANTCONNECT_SECRET

Exit codes: 0 printed, 2 could not be made.
`

await command(HELP, { env: { type: 'string', default: join(root, '.dev.vars') } }, async (values, words, terminal) => {
  const [text, more] = words
  if (text === undefined) throw new Misuse('Of which project? Give its id.')
  if (more !== undefined) throw new Misuse(`One project at a time: "${more}" is not expected here.`)
  const projectId = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN
  if (!isProjectId(projectId)) throw new Misuse(`"${text}" is not the id of a project, a whole number above 0.`)
  const bearer = await bearerOf(await secretIn(values.env), projectId)
  if (values.json) terminal.printJson({ projectId, bearer })
  else terminal.print(bearer)
  return 'clean'
})

async function secretIn(file: string) {
  const problems: string[] = []
  const { QUANTCONNECT_SECRET } = await readSettings(file)
  const given = QUANTCONNECT_SECRET === undefined ? {} : { QUANTCONNECT_SECRET }
  const [secret] = readHookSecrets(given, problems).quantconnect
  if (secret !== undefined && problems.length === 0) return secret
  const [problem = 'QUANTCONNECT_SECRET is missing. Make one with: openssl rand -hex 32'] = problems
  throw new Unable(`${problem}. Put it into .dev.vars or into the environment.`)
}
