/** Every endpoint this cloud has (§2.1); what is not here is `Endpoint not found`. */
import { accountEndpoints } from './account.ts'
import { aiEndpoints } from './ai.ts'
import { backtestEndpoints } from './backtests.ts'
import type { Endpoints } from './call.ts'
import { collaborationEndpoints } from './collaboration.ts'
import { compileEndpoints } from './compile.ts'
import { downloadEndpoints } from './downloads.ts'
import { fileEndpoints } from './files.ts'
import { libraryEndpoints } from './libraries.ts'
import { liveEndpoints } from './live.ts'
import { liveResultEndpoints } from './live-results.ts'
import { marketEndpoints } from './market.ts'
import { nodeEndpoints } from './nodes.ts'
import { objectEndpoints } from './objects.ts'
import { optimizationEndpoints } from './optimizations.ts'
import { optimizeEndpoints } from './optimize.ts'
import { patchEndpoints } from './patch.ts'
import { projectEndpoints } from './projects.ts'
import { resultEndpoints } from './results.ts'
import { versionEndpoints } from './versions.ts'

export const endpoints: Endpoints = {
  authenticate: () => ({}),
  ...projectEndpoints,
  ...collaborationEndpoints,
  ...libraryEndpoints,
  ...nodeEndpoints,
  ...fileEndpoints,
  ...patchEndpoints,
  ...compileEndpoints,
  ...backtestEndpoints,
  ...resultEndpoints,
  ...optimizationEndpoints,
  ...optimizeEndpoints,
  ...liveEndpoints,
  ...liveResultEndpoints,
  ...objectEndpoints,
  ...downloadEndpoints,
  ...marketEndpoints,
  ...aiEndpoints,
  ...accountEndpoints,
  ...versionEndpoints,
}
