/** `npm run backtest`: replays a policy over stored inventories, and says what of it would have been regretted. */

import { DAY } from '../core/base/duration.ts'
import type { Policy, Rule } from '../core/policy/policy.ts'
import { asIfEnforced, type Replay, replayNext, START } from '../core/replay/backtest.ts'
import { reportOf, showReport } from './backtest-report.ts'
import { command, Misuse, noWords, type Terminal, Unable, wholeNumber } from './command.ts'
import { type Entry, folderEntries, workerEntries } from './inventories.ts'
import { counted, timeText } from './paint.ts'
import { loadPolicy, shown } from './policy-file.ts'
import { policyFile } from './settings.ts'
import { SOURCE_OPTIONS } from './source.ts'

const HELP = `Replays a policy over stored inventories: how many projects would have gone, day by day, and how many of those were
later modified, backtested, deployed live or restored, and so would have been regretted. It only reads.

  npm run backtest -- --worker URL                over what a Worker has stored
  npm run backtest -- --inventories FOLDER        over the .json files of a folder, by the time ("at") in each

  --days 180         how far back from the newest inventory
  --policy FILE      the policy (default: policy.toml)
  --as-written       rules that only report do not act; without it every rule is replayed as if it were enforced
  --lift-limits      as if a person had approved every plan over a limit, which lifts all but a limit of 0; without it
                     limits stop, as in a run
  --env FILE         where ADMIN_TOKEN is (default: .dev.vars; the environment wins over it)
  --json             the same for programs
  --help

The replay begins without marks and decides as runs do: marks are carried on, and what went is missing afterwards.
Nobody can tell whom messages would have reached and what people would have said, so it goes on as if each project had
been told of when it was marked, and as if whoever a rule asks had approved at once. A condition on backtests or files
is judged only where an inventory holds that evidence.

Exit codes: 0 nothing that would have gone is regretted, 1 something is, 2 could not be replayed.
`

const OPTIONS = {
  days: { type: 'string', default: '180' },
  policy: { type: 'string', default: policyFile },
  inventories: { type: 'string' },
  'as-written': { type: 'boolean', default: false },
  'lift-limits': { type: 'boolean', default: false },
  worker: SOURCE_OPTIONS.worker,
  env: SOURCE_OPTIONS.env,
} as const

await command(HELP, OPTIONS, async (values, words, terminal) => {
  noWords(words)
  const days = wholeNumber('days', values.days)
  const written = await loadPolicy(values.policy)
  const policy = values['as-written'] ? written : asIfEnforced(written)
  const entries = await entriesOf(values, days * DAY, terminal)
  const { replay, times } = await replayAll(policy, entries, values['lift-limits'], terminal)
  const assumed = assumedOf(written, values['as-written'])
  const report = { ...reportOf(written, replay, times), assumed }
  if (values.json) terminal.printJson(report)
  else {
    showReport(
      `${shown(values.policy)} over ${counted(times.length, 'inventory')}`,
      report,
      values['lift-limits'],
      terminal,
    )
    tellAssumed(assumed, terminal)
  }
  return report.counts.regretted > 0 ? 'findings' : 'clean'
})

/** Ids of the rules that would not have acted so by themselves. */
interface Assumed {
  /** Enforced, though the policy says that it only reports. */
  readonly enforced: readonly string[]
  /** Approved at once by whoever it asks. */
  readonly approved: readonly string[]
  /** Told of when a project was marked, so that the notice counts from then. */
  readonly told: readonly string[]
}

function assumedOf({ rules }: Policy, isAsWritten: boolean): Assumed {
  const acting = rules.filter(({ then, enforce }) => then !== 'report' && (enforce || !isAsWritten))
  const idsOf = (of: readonly Rule[]) => of.map(({ id }) => id)
  return {
    enforced: idsOf(acting.filter(({ enforce }) => !enforce)),
    approved: idsOf(acting.filter(({ approve }) => approve !== 'never')),
    told: idsOf(acting.filter(({ notice }) => notice > 0)),
  }
}

function tellAssumed({ enforced, approved, told }: Assumed, { paint, print }: Terminal): void {
  const say = (what: string, ids: readonly string[]) => {
    if (ids.length > 0) print(`${what}: ${ids.map((id) => `"${id}"`).join(', ')}.`, paint.dim)
  }
  say('Replayed as if enforced', enforced)
  say('Replayed as if people approved at once', approved)
  say('Replayed as if people were told of each mark at once', told)
}

async function entriesOf(
  { inventories, worker, env }: { inventories?: string | undefined; worker?: string | undefined; env: string },
  spanMs: number,
  terminal: Terminal,
): Promise<readonly Entry[]> {
  if ((inventories === undefined) === (worker === undefined)) {
    throw new Misuse('Give one source of stored inventories: --inventories FOLDER or --worker URL.')
  }
  const entries =
    inventories === undefined
      ? await workerEntries(worker ?? '', env, spanMs, terminal)
      : await folderEntries(inventories, terminal)
  const newest = entries.at(-1)?.at ?? 0
  return entries.filter(({ at }) => at >= newest - spanMs)
}

async function replayAll(
  policy: Policy,
  entries: readonly Entry[],
  liftLimits: boolean,
  { say, note }: Terminal,
): Promise<{ readonly replay: Replay; readonly times: readonly number[] }> {
  let replay = START
  const times: number[] = []
  for (const [i, entry] of entries.entries()) {
    if (i % 20 === 0) say(`Replaying ${i + 1} of ${counted(entries.length, 'inventory')}, ${timeText(entry.at)} …`)
    const inventory = await entry.read()
    if (inventory === null) continue
    replay = await replayNext(policy, replay, inventory, { liftLimits })
    times.push(inventory.at)
  }
  const missing = entries.length - times.length
  if (missing > 0) note(`${counted(missing, 'inventory')} of the list were left out: the store has let go of them.`)
  if (times.length === 0) throw new Unable('There is no inventory to replay.')
  return { replay, times }
}
