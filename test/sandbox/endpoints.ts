/** Every endpoint this cloud has (§2.1); what is not here is `Endpoint not found`. */
import { accountEndpoints } from './account.ts'
import { backtestEndpoints } from './backtests.ts'
import type { Endpoints } from './call.ts'
import { collaborationEndpoints } from './collaboration.ts'
import { compileEndpoints } from './compile.ts'
import { fileEndpoints } from './files.ts'
import { libraryEndpoints } from './libraries.ts'
import { liveEndpoints } from './live.ts'
import { nodeEndpoints } from './nodes.ts'
import { objectEndpoints } from './objects.ts'
import { optimizationEndpoints } from './optimizations.ts'
import { patchEndpoints } from './patch.ts'
import { projectEndpoints } from './projects.ts'
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
  ...optimizationEndpoints,
  ...liveEndpoints,
  ...objectEndpoints,
  ...accountEndpoints,
  ...versionEndpoints,
}
