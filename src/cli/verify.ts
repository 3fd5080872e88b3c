/** `npm run verify`: the audit chain of a running Worker, hashed again on this machine, so that its own word is not needed. */

import {
  type AuditPage,
  type AuditProblem,
  type Link,
  orderProblems,
  recordProblems,
  type ShownLink,
} from '../records/chain.ts'
import { readAdminToken } from './account.ts'
import { command, Misuse, noWords, type Terminal } from './command.ts'
import { counted } from './paint.ts'
import { SOURCE_OPTIONS } from './source.ts'
import { type WorkerApi, workerApi } from './worker-api.ts'

const HELP = `Verifies the audit chain of a Worker: fetches every link and every record, hashes each record again on this machine and
compares it with its link and with the record before. Finds what was edited, dropped or reordered. It only reads.

  npm run verify -- --worker URL

  --head HASH        a head that was noted earlier: it must still be in the chain, which nobody who rewrites the whole
                     chain can arrange
  --env FILE         where ADMIN_TOKEN is (default: .dev.vars; the environment wins over it). A READ_TOKEN is enough
  --json             the same for programs
  --help

Records older than RECORD_DAYS are gone from the store; their links are checked, and they are counted as expired.

Exit codes: 0 the chain is whole, 1 something is wrong with it, 2 could not be verified.
`

const OPTIONS = { worker: SOURCE_OPTIONS.worker, env: SOURCE_OPTIONS.env, head: { type: 'string' } } as const

/** Requests at the same time. */
const AT_ONCE = 5

interface Verified {
  readonly ok: boolean
  readonly checked: number
  readonly expired: number
  readonly head: AuditPage['head']
  readonly start: AuditPage['start']
  /** `by`: whether this machine found it or the Worker, which looks at copies that are not shown. */
  readonly problems: readonly (AuditProblem & { readonly by: 'here' | 'worker' })[]
}

await command(HELP, OPTIONS, async (values, words, terminal) => {
  noWords(words)
  if (values.worker === undefined) throw new Misuse('Which Worker? Give its address: --worker URL.')
  if (values.head !== undefined && !/^[0-9a-f]{64}$/.test(values.head)) {
    throw new Misuse('--head takes a hash as this command prints it: 64 characters of 0-9 and a-f.')
  }
  const api = workerApi(values.worker, await readAdminToken(values.env))
  const verified = await verify(api, values.head ?? null, terminal)
  if (values.json) terminal.printJson(verified)
  else show(values.worker, verified, terminal)
  return verified.ok ? 'clean' : 'findings'
})

async function verify(api: WorkerApi, noted: string | null, { say }: Pick<Terminal, 'say'>): Promise<Verified> {
  const first = await api.auditPage(null)
  const links: ShownLink[] = []
  const found: Verified['problems'][number][] = []
  let expired = 0
  let page: AuditPage | null = first
  while (page !== null) {
    links.push(...page.links)
    found.push(...page.problems.map((problem) => ({ ...problem, by: 'worker' as const })))
    for (let n = 0; n < page.links.length; n += AT_ONCE) {
      const looks = page.links.slice(n, n + AT_ONCE).map((link) => checkRecord(api, link))
      for (const seen of await Promise.all(looks)) {
        if (seen === 'expired') expired += 1
        else found.push(...seen.map((problem) => ({ ...problem, by: 'here' as const })))
      }
    }
    say(`Hashing records: ${counted(links.length, 'link')} …`)
    page = page.cursor === null ? null : await api.auditPage(page.cursor)
  }
  const whole = [...orderProblems(links, first.head?.position ?? null, null), ...endProblems(first, links, noted)]
  const problems = [...whole.map((problem) => ({ ...problem, by: 'here' as const })), ...found]
  const { head, start } = first
  return { ok: problems.length === 0, checked: links.length - expired, expired, head, start, problems }
}

async function checkRecord(api: WorkerApi, link: ShownLink): Promise<'expired' | readonly AuditProblem[]> {
  const record = await api.recordOf(link.run)
  const { position, run } = link
  if (record === null || record.audit.hash === null) {
    if (Date.parse(link.keptUntil) <= Date.now()) return 'expired'
    return [{ position, run, what: `The Worker shows no record, and keeps them until ${link.keptUntil}.` }]
  }
  return (await recordProblems(link, record, 'Its record')).map((what) => ({ position, run, what }))
}

/** What is wrong at either end of the chain, and with a head that somebody noted. */
function endProblems(
  { head, start }: AuditPage,
  links: readonly Link[],
  noted: string | null,
): readonly AuditProblem[] {
  const problems: AuditProblem[] = []
  const [newest, oldest] = [links[0], links.at(-1)]
  if (newest !== undefined && (newest.hash !== head?.hash || newest.run !== head.run)) {
    const what = `The chain ends with ${newest.hash}, and the head is ${head?.hash ?? 'missing'}.`
    problems.push({ position: newest.position, run: newest.run, what })
  }
  if (oldest !== undefined && (oldest.position !== start?.position || oldest.previous !== start.previous)) {
    const what = `The chain begins here, and must begin at position ${start?.position ?? '?'}.`
    problems.push({ position: oldest.position, run: oldest.run, what })
  }
  if (noted !== null && !links.some(({ hash, previous }) => hash === noted || previous === noted)) {
    problems.push({ position: null, run: null, what: `The head noted earlier, ${noted}, is not in the chain.` })
  }
  return problems
}

function show(worker: string, verified: Verified, { paint, print, printTable }: Terminal): void {
  const { ok, checked, expired, head, start, problems } = verified
  print(`Audit  ${worker}`, paint.bold)
  print()
  if (problems.length > 0) {
    const cells = problems.map(({ position, run, what, by }) => {
      return [position ?? '', run ?? '', by === 'here' ? 'this machine' : 'the Worker', what]
    })
    printTable(['Position', 'Run', 'Found by', 'What is wrong'], cells)
    print()
  }
  const text = `${counted(checked, 'record')} hashed here, ${expired} expired`
  const from = start === null ? '' : `, positions ${start.position} to ${head?.position ?? '?'}`
  print(
    `${text}${from}: ${ok ? 'the chain is whole.' : `${counted(problems.length, 'problem')}.`}`,
    ok ? paint.green : paint.red,
  )
  if (head !== null) print(`Head: ${head.hash}`)
}
