/** `npm run deploy`: checks the policy that would be bundled, then deploys. A refused policy is never deployed. */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { checkPolicy, problemIn } from './policy-file.ts'
import { policyFile, root } from './settings.ts'

const read = await checkPolicy(policyFile)
if (!read.ok) {
  for (const problem of read.problems) console.error(problemIn(policyFile, problem))
  console.error('The policy is refused, so nothing was deployed.')
  process.exit(1)
}
const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
const { status } = spawnSync(process.execPath, [wrangler, 'deploy', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)
