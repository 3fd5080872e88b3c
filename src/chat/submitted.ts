/** Hands in what was typed as a run; the same message again is the same run, and its result follows. */

import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import type { RunRequest } from '../workspace/ledger/run.ts'
import { type Answer, type Asker, tell } from './answer.ts'

/** `doing`: what begins, as the start of the answer. */
export async function submitted(
  env: Env,
  { vendor, event }: Asker,
  actor: string,
  request: RunRequest,
  doing: string,
): Promise<Answer> {
  const { run } = await workspaceOf(env).submit({ triggerId: `${vendor}:${event}`, trigger: vendor, actor, request })
  return tell(`${doing}: run ${run}. The result follows here.`, { follows: run })
}
