/** What somebody asks a world's workspace for, as doors would submit it. */

import type { Command } from '../../src/core/command/command.ts'
import type { RunRecord, RunRequest } from '../../src/workspace/ledger/run.ts'
import type { World } from './world.ts'

/** Submits a request under an id of its own; resolves when its run has ended. */
export async function request(world: World, wanted: RunRequest, actor = 'token'): Promise<RunRecord> {
  const submission = { triggerId: crypto.randomUUID(), trigger: 'api', actor, request: wanted } as const
  return world.ended((await world.stub.submit(submission)).run)
}

export function command(world: World, wanted: Command, actor = 'token'): Promise<RunRecord> {
  return request(world, { kind: 'command', mode: 'act', command: wanted }, actor)
}

export function undo(world: World, run: string, projectId: number | null = null): Promise<RunRecord> {
  return request(world, { kind: 'undo', mode: 'act', run, projectId })
}

/** Ids of the projects by their names. */
export async function idOf(world: World, name: string): Promise<number> {
  return Number((await world.project(name)).projectId)
}

export async function names(world: World): Promise<readonly string[]> {
  return (await world.projects()).map((project) => project.name).sort()
}
