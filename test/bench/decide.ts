/**
 * How long the policy engine takes, beside JSON.parse of the same inventory: the one cost every survey pays in any case.
 * Every measurement starts from an inventory and a memory nobody has looked at, so that indexes are paid for each time.
 */

import { Bench } from 'tinybench'
import type { Memory } from '../../src/core/evidence/memory.ts'
import type { Inventory } from '../../src/core/evidence/project.ts'
import { decide } from '../../src/core/judge/decide.ts'
import { why } from '../../src/core/plan/explain.ts'
import { makePlan } from '../../src/core/plan/plan.ts'
import { type Policy, readPolicy } from '../../src/core/policy/policy.ts'
import { KEEP_OF_ALL, NOTHING, NOW, sweptDaily, TEN_RULES, workspaceOf } from './workspace.ts'

const TODAY = { total: 0, byRule: {} }

interface Row {
  readonly what: string
  /** Milliseconds, median. */
  readonly ms: number
  /** Milliseconds the design allows, or null. */
  readonly budget: number | null
  /** The row it is compared with. */
  readonly base: number
}

const policy = await rulesOf(TEN_RULES)
const rows: Row[] = []

for (const size of [1_000, 5_000, 10_000, 20_000]) {
  const seen = workspaceOf(size)
  const memory = sweptDaily(decide(policy, seen, NOTHING, NOW).marks)
  const text = JSON.stringify(seen)
  const parse = await median(() => JSON.parse(text))
  const whole = await median(() => planAfresh(policy, seen, memory))
  rows.push({
    what: `JSON.parse of ${size} projects (${(text.length / 1e6).toFixed(1)} MB)`,
    ms: parse,
    budget: null,
    base: parse,
  })
  rows.push({ what: `decide + plan, ${size} projects × 10 rules`, ms: whole, budget: budgetOf(size), base: parse })
}

const stored = workspaceOf(10_000)
const marks = sweptDaily(decide(policy, stored, NOTHING, NOW).marks)
const newestOfAll = await rulesOf(KEEP_OF_ALL)
for (const [what, rules] of [
  ['why, from a stored inventory of 10000', policy],
  ['why, where the newest 5 of all 10000 are kept', newestOfAll],
] as const) {
  let next = 0
  const one = await median(() => why(rules, stored, marks, NOW, stored.projects[next++ % 10_000]?.id ?? 0))
  rows.push({ what, ms: one, budget: 1, base: parseOf(10_000) })
  const afresh = await median(() => {
    return why(rules, { ...stored }, { ...marks }, NOW, stored.projects[next++ % 10_000]?.id ?? 0)
  })
  rows.push({ what: `${what}, nobody having looked at it`, ms: afresh, budget: null, base: parseOf(10_000) })
}
rows.push({
  what: 'readPolicy, 10 rules',
  ms: await median(() => readPolicy(TEN_RULES)),
  budget: null,
  base: parseOf(10_000),
})

print(rows)
await printDoublings([5_000, 10_000, 20_000])
console.log(
  `Heap of a decision and its plan over 10000 projects: ${(await heapOf(stored, marks)).toFixed(1)} MiB (allowed: 64)`,
)

/** Median milliseconds of the row about that many projects. */
function parseOf(size: number): number {
  return rows.find(({ what }) => what.startsWith(`JSON.parse of ${size} `))?.ms ?? Number.NaN
}

/**
 * How the time grows when the workspace doubles. The sizes are measured in turn, again and again and each time in another
 * order, so that the machine's mood and the collector's work fall on all of them alike; what is compared is the mean without
 * the slowest and the fastest tenth, because the collector comes so seldom that a median would show it for one size only.
 */
async function printDoublings(sizes: readonly number[]): Promise<void> {
  const prepared = sizes.map((size) => {
    const seen = workspaceOf(size)
    return { seen, memory: sweptDaily(decide(policy, seen, NOTHING, NOW).marks), times: [] as number[] }
  })
  for (let round = 0; round < 100; round++) {
    const order = [...prepared.slice(round % sizes.length), ...prepared.slice(0, round % sizes.length)]
    for (const { seen, memory, times } of round % 2 === 0 ? order : order.reverse()) {
      const before = performance.now()
      await planAfresh(policy, seen, memory)
      if (round >= 10) times.push(performance.now() - before)
    }
  }
  const means = prepared.map(({ times }) => trimmedMean(times))
  const [least = Number.NaN, most = Number.NaN] = [means[0], means.at(-1)]
  const steps = means.slice(1).map((ms, i) => `× ${(ms / (means[i] ?? Number.NaN)).toFixed(2)}`)
  const each = (most / least) ** (1 / steps.length)
  console.log(`Doubling ${sizes.join(', ')} projects: ${steps.join(', ')}; × ${each.toFixed(2)} each (allowed: × 2.2)`)
}

/** Without a tenth at either end. */
function trimmedMean(times: readonly number[]): number {
  const tenth = Math.floor(times.length / 10)
  const middle = [...times].sort((a, b) => a - b).slice(tenth, times.length - tenth)
  return middle.reduce((sum, time) => sum + time, 0) / middle.length
}

/** Milliseconds that decide and plan may take. */
function budgetOf(size: number): number | null {
  if (size === 1_000) return 5
  return size === 10_000 ? 50 : null
}

async function rulesOf(text: string): Promise<Policy> {
  const read = await readPolicy(text)
  if (!read.ok) throw new Error('the rules of the benchmark are refused')
  return read.policy
}

function planAfresh(rules: Policy, seen: Inventory, memory: Memory) {
  const inventory = { ...seen }
  const known = { ...memory }
  return makePlan(rules, inventory, decide(rules, inventory, known, NOW), known, { today: TODAY, now: NOW })
}

async function median(run: () => unknown): Promise<number> {
  const bench = new Bench({ time: 1_000, warmupTime: 300 })
  bench.add('it', async () => {
    await run()
  })
  const [task] = await bench.run()
  if (task?.result.state !== 'completed') throw new Error('the benchmark did not complete')
  return task.result.latency.p50
}

/** What is allocated from before to after, garbage included, in MiB. */
async function heapOf(seen: Inventory, memory: Memory): Promise<number> {
  let most = 0
  // The collector may run in between and make a figure too small; the largest of several is the honest one.
  for (let turn = 0; turn < 9; turn++) {
    const before = process.memoryUsage().heapUsed
    await planAfresh(policy, seen, memory)
    most = Math.max(most, process.memoryUsage().heapUsed - before)
  }
  return most / 1024 ** 2
}

function print(all: readonly Row[]): void {
  const width = Math.max(...all.map(({ what }) => what.length))
  console.log(`${'what'.padEnd(width)}  ${'median ms'.padStart(10)}  ${'budget'.padStart(7)}  ${'× parse'.padStart(8)}`)
  for (const { what, ms, budget, base } of all) {
    const allowed = budget === null ? '' : String(budget)
    console.log(
      `${what.padEnd(width)}  ${ms.toFixed(3).padStart(10)}  ${allowed.padStart(7)}  ${(ms / base).toFixed(2).padStart(8)}`,
    )
  }
}
