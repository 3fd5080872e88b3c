/** Paid evidence: facts that cost one API call per project, bought only where they would settle something. */

import type { PaidEvidence, PaidKind } from '../../core/evidence/project.ts'
import type { QuantConnect } from '../../quantconnect/client.ts'
import { failureText } from '../../quantconnect/failure.ts'
import type { Meter } from '../../quantconnect/meter.ts'

/** What has been bought so far, by project id. */
export type Paid = { [projectId: string]: PaidEvidence }

/** `later`: the calls are used up and nothing was learnt. */
export type Bought = 'later' | { readonly evidence: PaidEvidence[PaidKind]; readonly failed: boolean }

/** Reads one paid fact of one project. A call that failed makes it unknown. */
export async function buyEvidence(
  client: QuantConnect,
  projectId: number,
  kind: PaidKind,
  meter: Meter,
): Promise<Bought> {
  const read =
    kind === 'backtests' ? await client.listBacktests(projectId, meter) : await client.readFiles(projectId, meter)
  if (!read.ok) {
    return read.failure.kind === 'budget' ? 'later' : { evidence: { unknown: failureText(read.failure) }, failed: true }
  }
  if ('count' in read.value) return { evidence: read.value, failed: false }
  const bytes = read.value.reduce((sum, file) => sum + new TextEncoder().encode(file.content).length, 0)
  return { evidence: { count: read.value.length, bytes }, failed: false }
}

export function addPaid(paid: Paid, projectId: number, kind: PaidKind, evidence: PaidEvidence[PaidKind]): void {
  paid[projectId] = { ...paid[projectId], [kind]: evidence }
}
