/** What would become of marked projects, and whom each rule would wait for. */

import { describe, expect, it } from 'vitest'
import { decide } from '../../src/core/judge/decide.ts'
import { prospectsOf } from '../../src/core/plan/prospect.ts'
import { DAY, inventory, longMarked, NOTHING, NOW, policy, project, rule } from './support.ts'

const TODAY = { total: 0, byRule: {} }
const OLD = 'when = { path = "Old/*" }\nthen = "delete"'
const seen = inventory(['Old/a', 'Old/b', 'Old/c', 'New/d'].map((name, i) => project(i + 1, name)))

async function waitsOf(...texts: readonly string[]) {
  const by = await policy(...texts)
  return prospectsOf(by, seen, decide(by, seen, NOTHING, NOW).verdicts, TODAY)
}

describe('prospectsOf', () => {
  it('counts what each rule gets, and when the first may go', async () => {
    const rules = [
      rule('old', OLD),
      rule('line', 'when = { path = "New/*" }\nthen = "describe"\nto = "x"\nafter = "36h"'),
    ]
    expect(await waitsOf(...rules)).toEqual([
      { rule: 'line', action: 'describe', projects: 1, earliest: NOW + 1.5 * DAY, waitsFor: [] },
      { rule: 'old', action: 'delete', projects: 3, earliest: NOW + 14 * DAY, waitsFor: [] },
    ])
  })

  it('says nothing of rules that get nothing or only report', async () => {
    const report = rule('look', 'when = { path = "**" }\nthen = "report"')
    expect(await waitsOf(rule('none', 'when = { path = "Gone/*" }\nthen = "delete"'), report)).toEqual([])
  })

  it('says that nothing is done without enforce, or where a cap is 0', async () => {
    const [timid] = await waitsOf(rule('old', `${OLD}\nenforce = false`))
    expect(timid).toMatchObject({ projects: 3, earliest: null, waitsFor: ['nothing is done: enforce is false'] })
    const [none] = await waitsOf('[limits]\nper_day = 0', rule('old', OLD))
    expect(none?.waitsFor).toEqual(['nothing is done: [limits] per_day = 0'])
  })

  it('counts a cap of the run over all rules together, one of a rule over its own, and none over what asks anyhow', async () => {
    const [wide] = await waitsOf('[limits]\nper_run = 3\npercent = 100', rule('old', OLD))
    expect(wide?.waitsFor).toEqual([])
    const more = rule('more', 'when = { path = "New/*" }\nthen = "archive"')
    const over = "somebody's approval, should all be due at once: 4 are more than the 3 of [limits] per_run"
    const both = await waitsOf('[limits]\nper_run = 3\npercent = 100', rule('old', OLD), more)
    expect(both.map(({ waitsFor }) => waitsFor)).toEqual([[over], [over]])
    const asks = more.replace('approve = "never"', 'approve = "always"')
    const apart = await waitsOf('[limits]\nper_run = 3\npercent = 100', rule('old', OLD), asks)
    expect(apart.map(({ waitsFor }) => waitsFor)).toEqual([["somebody's approval"], []])
    const [own] = await waitsOf(rule('old', `${OLD}\nlimit = { per_run = 2 }`))
    expect(own?.waitsFor).toEqual([
      "somebody's approval, should all be due at once: 3 are more than the 2 of limit.per_run",
    ])
  })

  it('takes what is due as well', async () => {
    const by = await policy(rule('old', OLD))
    const verdicts = decide(by, seen, longMarked(by, seen.projects, 20), NOW).verdicts
    expect(prospectsOf(by, seen, verdicts, TODAY)).toMatchObject([{ projects: 3, earliest: NOW - 6 * DAY }])
  })
})
