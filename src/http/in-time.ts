/** What every chat's answers have in common: they come in time, and whatever goes wrong is said in words. */

import { type Answer, type Asker, tell } from '../chat/answer.ts'
import type { Config } from '../config.ts'
import type { Redaction } from '../core/base/secrets.ts'
import { logError } from '../log.ts'
import type { Gauges } from './auth.ts'

/** Slack and Discord wait three seconds; what takes longer than this is answered later. */
const AT_ONCE_MS = 2_000

const SORRY = 'Something unexpected went wrong here. Try again; if it stays, look into the log of the Worker.'

/** What the work comes to; null when it takes too long, and it goes on. */
export function inTime<T>(working: Promise<T>): Promise<T | null> {
  return Promise.race([working, wait(AT_ONCE_MS)])
}

/** `what` went wrong, for the log, which `clean` is for; `no` turns the answer that says so into what the work would have come to. */
export function orSorry<T>(clean: Redaction, what: string, working: Promise<T>, no: (answer: Answer) => T): Promise<T> {
  return working.catch((error: unknown) => {
    logError(clean, what, error)
    return no(tell(SORRY))
  })
}

function wait(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms))
}

/** What the requests of a chat are measured by. */
export interface Measured {
  readonly config: Config
  readonly gauges: Gauges
}

/** The answer to somebody who types and presses too often; null for an answer, and the request is counted. */
export function hurriedPerson({ config, gauges }: Measured, { vendor, userId }: Asker): Answer | null {
  const { organizationId, rates } = config
  const { wait } = gauges.pace.take(`${organizationId} ${vendor} ${userId}`, rates.writes, Date.now())
  if (wait === null) return null
  return tell(`At most ${rates.writes} commands and presses a minute. Nothing was done; try again in ${wait} s.`)
}

/** Whether somebody has asked for so much this minute that they are shown nothing more; if not, the request is counted. */
export function isHurriedReader({ config, gauges }: Measured, { vendor, userId }: Asker): boolean {
  const { organizationId, rates } = config
  return gauges.pace.take(`${organizationId} reads ${vendor} ${userId}`, rates.reads, Date.now()).wait !== null
}
