/** Every endpoint this cloud has (§2.1); what is not here is `Endpoint not found`. */
import { backtestEndpoints } from './backtests.ts'
import type { Endpoints } from './call.ts'
import { fileEndpoints } from './files.ts'
import { liveEndpoints } from './live.ts'
import { projectEndpoints } from './projects.ts'
import { versionEndpoints } from './versions.ts'

export const endpoints: Endpoints = {
  authenticate: () => ({}),
  ...projectEndpoints,
  ...fileEndpoints,
  ...backtestEndpoints,
  ...liveEndpoints,
  ...versionEndpoints,
}
