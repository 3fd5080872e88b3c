/** What the platform hands to the Worker: settings, the store, the Durable Object. */

import type { Settings } from './config.ts'
import type { Workspace } from './workspace/workspace.ts'

export interface Env extends Settings {
  readonly LOG: KVNamespace
  readonly WORKSPACE: DurableObjectNamespace<Workspace>
}
