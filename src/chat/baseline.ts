/** What stands against the list of projects, and a person who accepts exactly that, by the start of its hash (G6). */

import { projects as countProjects, plainText } from '../core/cards/card-text.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import type { BaseView } from '../workspace/ledger/asks.ts'
import { type Answer, type Asker, announce, tell } from './answer.ts'
import type { Typed } from './command.ts'
import { once } from './once.ts'
import { allowed } from './rights.ts'

/** Names in one answer; the page and the API show more. */
const MOST_NAMED = 20

/** So many characters of the hash say that somebody has seen what it is about. */
const FEWEST = 6

/** Without a hash: shows what stands against the list, to anybody who may look. With one: accepts exactly that. */
export async function baseline(env: Env, asker: Asker, { words }: Typed): Promise<Answer> {
  const [word] = words
  const shown = await workspaceOf(env).base()
  if (word === undefined) return tell(shownText(shown))
  const may = await allowed(env, asker, 'operate', 'accept a baseline')
  if (!may.ok) return may.answer
  const { hash, count } = shown
  if (hash === null || shown.acceptedBy !== null) return tell(shownText(shown))
  const start = word.text.toLowerCase()
  if (start.length < FEWEST || !hash.startsWith(start)) {
    return tell(`"${plainText(word.text)}" is not what stands against the list now. ${shownText(shown)}`)
  }
  return once(env, asker, async () => {
    const { name } = may.person
    if (!(await workspaceOf(env).acceptBase(name, hash))) {
      return tell(`That is not what stands against the list any more. ${shownText(await workspaceOf(env).base())}`)
    }
    return announce(
      `${name} accepted that ${countProjects(count)} ${WHAT[shown.code ?? 'shrunk']}. The next run goes on from there.`,
    )
  })
}

const WHAT: { readonly [code in NonNullable<BaseView['code']>]: string } = {
  shrunk: 'are missing',
  moved_to_bin: 'were moved to the Recycle Bin by others',
  list_differs: 'are not the same in the list and in QuantConnect',
}

function shownText({ code, hash, count, missing, acceptedBy }: BaseView): string {
  if (code === null || hash === null) return 'Nothing stands against the list of projects.'
  const named = missing.slice(0, MOST_NAMED).map(({ projectId, name }) => `${plainText(name)} (${projectId})`)
  const more = count > named.length ? [`and ${count - named.length} more; GET /api/inventory/base shows 100`] : []
  const how =
    acceptedBy === null
      ? `If that is right, type "/sweep baseline ${hash.slice(0, 12)}": rules and deletions then go on with the next run.`
      : `${plainText(acceptedBy)} has accepted that; the next run goes on from there.`
  return [`${countProjects(count)} ${WHAT[code]}:`, ...named, ...more, how].join('\n')
}
