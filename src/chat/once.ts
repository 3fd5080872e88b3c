/**
 * A command or a press that comes again, from a captured request or a retry, has no second effect: what is not a run of its
 * own, which knows its trigger, is looked up here.
 */

import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import { type Answer, type Asker, tell } from './answer.ts'

/** Does the work the first time that event comes. */
export async function once(env: Env, { vendor, event }: Asker, work: () => Promise<Answer>): Promise<Answer> {
  if (await workspaceOf(env).firstTime(`${vendor}:${event}`)) return work()
  return tell('That came twice and was done once.')
}
