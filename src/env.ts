/** What the platform hands to the Worker: settings, the store, the Durable Object. */

import type { Settings } from './config.ts'

export interface Env extends Settings {
  readonly LOG: KVNamespace
  /** Of the class `Workspace`, which is not named here: it stands above. */
  readonly WORKSPACE: DurableObjectNamespace
}
