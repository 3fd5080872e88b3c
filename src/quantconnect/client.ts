/** The typed client of the QuantConnect API v2: one method per thing the program wants from it. */

import type { Project } from '../core/evidence/project.ts'
import { type Backtests, listBacktests } from './backtests.ts'
import { malformed, type Result, succeed } from './failure.ts'
import { type ProjectFile, readFiles } from './files.ts'
import { type LiveDeployment, listLive } from './live.ts'
import type { Meter } from './meter.ts'
import type { ClientOptions } from './options.ts'
import type { Permit } from './permit.ts'
import {
  type Cursor,
  type End,
  type ProjectPage,
  proveEnd,
  readProject,
  readProjectPage,
  readProjects,
  readWithoutPaging,
} from './projects.ts'
import { type ClientDeps, createTransport, type MostBytes, type Sent, type Transport } from './transport.ts'
import { readProjectRow } from './wire-project.ts'

export type { ClientOptions } from './options.ts'
export type { ClientDeps } from './transport.ts'

/** What a mutation led to. Times are real time in milliseconds, for telling our own writes from those of others. */
export interface Mutated {
  readonly result: Result<MutationAnswer>
  /** `accepted`: QuantConnect says it did it. `none`: it certainly did not. `unknown`: only a look can tell. */
  readonly effect: 'accepted' | 'none' | 'unknown'
  /** Just before the request was sent. */
  readonly sentAt: number
  /** When the answer began to arrive, or when waiting for one ended. */
  readonly answeredAt: number
}

export interface MutationAnswer {
  /** The new project after `projects/create`, else null. Its name is another one if the wanted name was taken. */
  readonly created: Project | null
}

/** Every method counts its HTTP attempts on the meter and gives failures as values; only misuse throws. */
export interface QuantConnect {
  authenticate(meter: Meter): Promise<Result<true>>
  /** One page of all projects the account sees; `null` begins. Goes on in a later slice with `next`. */
  readProjectPage(cursor: Cursor | null, meter: Meter): Promise<Result<ProjectPage>>
  /**
   * All projects the account sees, the bin and other organisations included. `expected`: ids of an earlier list of the same
   * run that was read to its end; once they are all there, nothing more is asked. Up to 1,000 projects that is one call,
   * and two without them.
   */
  readProjects(meter: Meter, expected?: ReadonlySet<number>): Promise<Result<readonly Project[]>>
  /** Whether a list that was read ended where it did. Two calls. */
  proveEnd(list: { readonly count: number; readonly last: number }, meter: Meter): Promise<Result<End>>
  /** The list as it comes when no page is asked for, in one call; null where the API refuses that. It may be cut short. */
  readWithoutPaging(meter: Meter): Promise<Result<readonly Project[] | null>>
  readProject(projectId: number, meter: Meter): Promise<Result<Project>>
  /** `most`: an answer of more bytes is broken off and is a failure. */
  readFiles(projectId: number, meter: Meter, most?: MostBytes): Promise<Result<readonly ProjectFile[]>>
  listBacktests(projectId: number, meter: Meter, most?: MostBytes): Promise<Result<Backtests>>
  listLive(meter: Meter): Promise<Result<readonly LiveDeployment[]>>
  /** Sends what the permit is for, once. Throws a TypeError for a permit that is forged or was used before. */
  mutate(permit: Permit, meter: Meter): Promise<Mutated>
  /** What the newest answer says the time is at QuantConnect, in milliseconds, cut to whole seconds; null while none said it. */
  date(): number | null
}

export function createClient(options: ClientOptions, deps: ClientDeps): QuantConnect {
  const transport = createTransport(options, deps)
  return {
    authenticate: (meter) => authenticate(transport, meter),
    readProjectPage: (cursor, meter) => readProjectPage(transport, cursor, meter),
    readProjects: (meter, expected) => readProjects(transport, meter, expected),
    proveEnd: (list, meter) => proveEnd(transport, list, meter),
    readWithoutPaging: (meter) => readWithoutPaging(transport, meter),
    readProject: (projectId, meter) => readProject(transport, projectId, meter),
    readFiles: (projectId, meter, most) => readFiles(transport, projectId, meter, most),
    listBacktests: (projectId, meter, most) => listBacktests(transport, projectId, meter, most),
    listLive: (meter) => listLive(transport, meter),
    mutate: async (permit, meter) => readSent(await transport.send(permit, meter)),
    date: () => transport.date(),
  }
}

async function authenticate(transport: Transport, meter: Meter): Promise<Result<true>> {
  const answer = await transport.read('authenticate', {}, meter)
  return answer.ok ? succeed(true) : answer
}

function readSent({ endpoint, result, effect, sentAt, answeredAt }: Sent): Mutated {
  return { result: readMutationAnswer(endpoint, result), effect, sentAt, answeredAt }
}

/** Only `projects/create` says more than that it happened: its first project is the new one. */
function readMutationAnswer(endpoint: Sent['endpoint'], result: Sent['result']): Result<MutationAnswer> {
  if (!result.ok) return result
  if (endpoint !== 'projects/create') return succeed({ created: null })
  const { projects } = result.value
  const created = readProjectRow(Array.isArray(projects) ? projects[0] : undefined)
  if (created.unreadable === null) return succeed({ created })
  return malformed(`the project was created, but of its row this cannot be read: ${created.unreadable.unknown}`)
}
