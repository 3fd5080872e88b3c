/** What stands against the list of projects: what a person is shown before accepting it by its hash (G6, G32). */

import type { BaseView } from '../ledger/asks.ts'
import { readObjections } from '../ledger/objections.ts'
import { iso } from '../ledger/runs.ts'

/** So many projects are named; `count` says how many there are. */
const MOST_SHOWN = 100

const NOTHING: BaseView = { code: null, hash: null, count: 0, missing: [], at: null, acceptedBy: null, message: '' }

/** The gravest objection that nobody has accepted; else the last one that somebody did. */
export async function showBase(sql: SqlStorage): Promise<BaseView> {
  const objections = await readObjections(sql)
  const shown = objections.find(({ acceptedBy }) => acceptedBy === null) ?? objections[0]
  if (shown === undefined) return NOTHING
  const { code, hash, projects, at, acceptedBy, says } = shown
  const missing = projects.slice(0, MOST_SHOWN).map(({ id, name }) => ({ projectId: id, name }))
  return { code, hash, count: projects.length, missing, at: iso(at), acceptedBy, message: says }
}
