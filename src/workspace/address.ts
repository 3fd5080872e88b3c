/** Where the doors find the workspace. */

import type { Env } from '../env.ts'
import type { Workspace } from './workspace.ts'

/** The one object that owns this organisation's runs. */
export function workspaceOf(env: Env): DurableObjectStub<Workspace> {
  const name = env.QC_ORGANIZATION_ID?.trim().toLowerCase()
  return env.WORKSPACE.getByName(name || 'not-configured') as DurableObjectStub<Workspace>
}
