/** The JSON Schema of `policy.toml` for editors, made from the very schema the Worker checks with. */

import { toJsonSchema } from '@valibot/to-json-schema'
import { PolicyFile } from './policy-schema.ts'

/** As plain data; `policy.schema.json` is this, written down. */
export function policySchema(): unknown {
  const schema = toJsonSchema(PolicyFile, { typeMode: 'input', target: 'draft-07' })
  return { ...schema, title: 'The policy of leansweep' }
}
