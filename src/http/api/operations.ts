/** Every operation of the API, in the order in which the document shows them. */

import { verifyAudit } from './audit.ts'
import { showBackup, showBackups } from './backups.ts'
import { decide, showProposal } from './decision.ts'
import { listDeliveries, replayDelivery, testDeliveries } from './deliveries.ts'
import { showHealth } from './health.ts'
import { acceptBase, listInventories, showBase, showInventory, showStoredInventory } from './inventory.ts'
import { showMetrics } from './metrics.ts'
import type { Operation } from './operation.ts'
import { pause, resume } from './pause.ts'
import { showPlan, showWhy } from './plan.ts'
import { holdProject, listHolds, releaseProject, restoreProject, updateProject } from './projects.ts'
import { listRuns, showRun, startRun, stopRun, undoRun } from './runs.ts'

export const OPERATIONS: readonly Operation[] = [
  listRuns,
  startRun,
  showRun,
  stopRun,
  undoRun,
  showProposal,
  decide,
  showPlan,
  showWhy,
  updateProject,
  restoreProject,
  holdProject,
  releaseProject,
  listHolds,
  showInventory,
  showBase,
  acceptBase,
  listInventories,
  showStoredInventory,
  listDeliveries,
  replayDelivery,
  testDeliveries,
  pause,
  resume,
  showBackups,
  showBackup,
  verifyAudit,
  showHealth,
  showMetrics,
]
