/** What a door handed to the workspace, and problems as the doors answer them. */

import { expect } from 'vitest'
import type { RunRequest } from '../../src/workspace/ledger/run.ts'
import type { World } from './world.ts'

export interface Problem {
  readonly title: string
  readonly status: number
  readonly detail: string
}

/** The problem an answer must be, in the form every door has. */
export async function problemOf(answer: Response, status: number): Promise<Problem> {
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  const problem = (await answer.json()) as Problem
  expect(problem).toMatchObject({ status, detail: expect.stringMatching(/^.{20,}[.?]$/s) })
  return problem
}

export interface Row {
  readonly trigger: string
  readonly actor: string
  readonly request: RunRequest
}

/** The runs of a world, or the one of that trigger, as they were asked for. */
export function rows(world: World, triggerId?: string): Promise<readonly Row[]> {
  return world.inside(({ storage }) => {
    const found = storage.sql.exec<{ trigger: string; actor: string; request: string }>(
      'SELECT "trigger", actor, request FROM runs WHERE ?1 IS NULL OR trigger_id = ?1 ORDER BY rowid',
      triggerId ?? null,
    )
    return found.toArray().map((row) => ({ ...row, request: JSON.parse(row.request) as RunRequest }))
  })
}
