/** G17: every project has a reason, and all reasons together are the counts. */

import { describe, expect, it } from 'vitest'
import { NO_CAPS, rule, stale } from '../support/policies.ts'
import { DAY, makeWorld } from '../support/world.ts'

const now = Date.now()

const POLICY = `
[protect]
paths = ["Production/**", "Research/**"]
${NO_CAPS}
${rule('clones', '{ name = ["Clone of*", "x*", "tmp*"], idle = ">30d" }', 'delete')}
${rule('sweeps', '{ path = "**", age = ">30d" }', 'archive', 'keep = { newest = 3, per = "directory", by = "activity" }')}
${rule('folders', '{ path = "*", idle = ">200d" }', 'archive', 'unit = "directory"')}
${rule('notes', '{ description = "empty", age = ">3d" }', 'describe', 'to = "say what this is for"')}
`

describe('G17 every project has a reason', () => {
  it('why answers for each of a whole generated workspace, and its verdicts are the counts of the run', async () => {
    const world = await makeWorld(POLICY, [])
    await world.control('reset', { projects: 200, seed: 7 })
    await world.tick(now)
    const run = await world.tick(now + DAY / 2)
    const listed = (await world.projects()).filter((project) => project.collaborators !== undefined)
    const states: { [state: string]: number } = {}
    for (const { projectId, name } of listed) {
      const asked = await world.stub.why(projectId)
      if (!asked.ok) throw new Error(`${name}: ${asked.message}`)
      const { value } = asked
      expect(value).toMatchObject({ projectId, name })
      expect(value.sentences.length).toBeGreaterThan(0)
      for (const sentence of value.sentences) expect(sentence).toMatch(/^[A-Z].*[.!?]$/s)
      if (value.verdict !== 'protected' && value.verdict !== 'held') expect(value.rules).toHaveLength(4)
      states[value.verdict] = (states[value.verdict] ?? 0) + 1
    }
    const { kept, protected: safe, held, notJudged, marked, due, inventory } = run.counts
    expect(inventory).toBe(listed.length)
    expect(kept + safe + held + notJudged + marked + due).toBe(inventory)
    const counted = { kept, protected: safe, held, notJudged, marked, due }
    expect(states).toEqual(Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0)))
    expect(Math.min(kept, safe, held, marked)).toBeGreaterThan(0)
  })

  it('names the rule, its predicates with value and threshold, the mark and when it is due', async () => {
    const policy = NO_CAPS + rule('old', '{ path = "Old/*", idle = ">90d" }', 'delete')
    const world = await makeWorld(policy, [stale('Old/a')])
    const first = await world.tick(now)
    const asked = await world.stub.why((await world.project('Old/a')).projectId)
    if (!asked.ok) throw new Error(asked.message)
    expect(asked.value).toMatchObject({
      verdict: 'marked',
      mark: { rule: 'old', since: first.at },
      due: new Date(Date.parse(first.at) + DAY).toISOString(),
      rules: [
        {
          rule: 'old',
          matched: 'yes',
          outcome: 'selected',
          predicates: [
            { predicate: 'path', value: '"Old/a"', threshold: 'Old/*', reading: 'yes' },
            { predicate: 'idle', value: '200 days', threshold: '>90d', reading: 'yes' },
          ],
        },
      ],
    })
  })

  it('says what is missing when there is no survey or no such project, and calls nothing', async () => {
    const world = await makeWorld(POLICY, [stale('Old/a')])
    expect(await world.stub.why(1)).toMatchObject({ ok: false, message: expect.stringMatching(/no survey yet\. Wait/) })
    await world.tick(now)
    const calls = (await world.requests()).length
    expect(await world.stub.why(1)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/1 was not in the survey/),
    })
    expect((await world.requests()).length).toBe(calls)
  })

  it('answers from the last good survey after one that failed', async () => {
    const world = await makeWorld(POLICY, [stale('Old/a')])
    await world.tick(now)
    await world.faults({ endpoint: 'projects/read', kind: 'malformed' })
    expect((await world.tick(now + DAY / 2)).status).toBe('blocked')
    expect((await world.why('Old/a')).sentences.length).toBeGreaterThan(0)
  })
})
