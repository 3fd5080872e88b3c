/** Keep and release: the two commands that can only save something. */

import { isDate } from '../core/base/zone.ts'
import { plainText } from '../core/cards/card-text.ts'
import type { Word } from '../core/evidence/named.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import { type Answer, type Asker, announce, tell } from './answer.ts'
import type { Typed } from './command.ts'
import { usage } from './help.ts'
import { once } from './once.ts'
import { allowed } from './rights.ts'
import { oneProject } from './which.ts'

/** A last day (`2027-01-31`), so many days from today, or for ever (null). */
export type HoldUntil = string | { readonly days: number } | null

const DEFAULT_DAYS = 30
const MOST_DAYS = 3_650

export async function keep(env: Env, asker: Asker, typed: Typed): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'keep projects')
  if (!may.ok) return may.answer
  const which = await oneProject(env, typed, 'words')
  if (!which.ok) return which.answer
  const until = untilOf(which.rest)
  if (until === undefined) {
    const said = which.rest.map(({ text }) => text).join(' ')
    return tell(`Until when is "${plainText(said)}"? ${usage('keep')}`)
  }
  const { projectId, name } = which.project
  return once(env, asker, async () => {
    const kept = await hold(env, asker, projectId, until, may.person.name)
    if (!kept.ok) return tell(kept.message)
    const what = `${plainText(name)} (${projectId})`
    if (kept.isLonger) return tell(`${what} is kept ${kept.end} already. That is longer, so it stays.`)
    return announce(`${may.person.name} keeps ${what} ${kept.end}.`)
  })
}

/** Also for the buttons. The answer is the presser's alone, for the channel has seen the card. */
export async function keepProject(
  env: Env,
  asker: Asker,
  projectId: number,
  until: HoldUntil,
  name: string,
): Promise<Answer> {
  return once(env, asker, async () => {
    const kept = await hold(env, asker, projectId, until, name)
    if (!kept.ok) return tell(kept.message)
    if (kept.isLonger) return tell(`Project ${projectId} is kept ${kept.end} already. That is longer, so it stays.`)
    return tell(`${name} keeps project ${projectId} ${kept.end}.`)
  })
}

export async function release(env: Env, asker: Asker, typed: Typed): Promise<Answer> {
  const may = await allowed(env, asker, 'operate', 'release projects')
  if (!may.ok) return may.answer
  const which = await oneProject(env, typed, 'rest')
  if (!which.ok) return which.answer
  const { projectId, name } = which.project
  const by = { kind: 'person', name: may.person.name } as const
  return once(env, asker, async () => {
    const released = await workspaceOf(env).release(projectId, by, asker.vendor)
    if (!released.ok) return tell(released.message)
    return announce(`${may.person.name} released ${plainText(name)} (${projectId}): the policy decides about it again.`)
  })
}

/** `isLonger`: a hold that lasts longer than the one asked for was there. */
type Kept =
  | { readonly ok: true; readonly end: string; readonly isLonger: boolean }
  | { readonly ok: false; readonly message: string }

async function hold(env: Env, asker: Asker, projectId: number, until: HoldUntil, name: string): Promise<Kept> {
  const workspace = workspaceOf(env)
  let last = until
  if (last !== null && typeof last === 'object') {
    const day = await workspace.dayAfter(last.days)
    if (!day.ok) return day
    last = day.value
  }
  const held = await workspace.hold(projectId, last, { kind: 'person', name }, asker.vendor)
  if (!held.ok) return held
  const end = held.until === null ? 'for ever' : `to the end of ${held.until}`
  return { ok: true, end, isLonger: held.until !== last }
}

/** `30d`, `6w`, `forever`, `for ever`, `until 2027-01-31`, `2027-01-31`; nothing = 30 days. Undefined: none of these. */
function untilOf(words: readonly Word[]): HoldUntil | undefined {
  const said = words.map(({ text }) => text.toLowerCase()).join(' ')
  if (said === '') return { days: DEFAULT_DAYS }
  if (['forever', 'for ever', 'always'].includes(said)) return null
  const span = /^(?:for )?(\d{1,4}) ?(d|days?|w|weeks?)$/.exec(said)
  if (span !== null) {
    const days = Number(span[1]) * (span[2]?.startsWith('w') === true ? 7 : 1)
    return days >= 1 && days <= MOST_DAYS ? { days } : undefined
  }
  const date = said.replace(/^until /, '')
  return isDate(date) ? date : undefined
}
