/** `npm run schema`: writes policy.schema.json, by which editors complete and check a policy, from the Worker's own schema. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { policySchema } from '../core/policy/policy-schema-json.ts'
import { root } from './settings.ts'

const file = join(root, 'policy.schema.json')
await writeFile(file, `${JSON.stringify(policySchema(), null, 2)}\n`)
console.log(`${file} is current.`)
