/**
 * A copy of somebody's own workspace to try a policy on: a saved answer of `projects/read`, a bare list of such projects,
 * or an inventory of leansweep (`id` for `projectId`, `owned` for `owner`, dates in milliseconds). Files are
 * made up, as many and as large as an inventory counted.
 */
import { readFile } from 'node:fs/promises'
import type { PartialProject } from './partial.ts'
import { defaultOrganizationId, defaultUserId } from './people.ts'

type Row = { readonly [field: string]: unknown }

/** The projects of a file, moved to the sandbox's own user and organisation. */
export async function readInventory(path: string): Promise<PartialProject[]> {
  const text = await readFile(path, 'utf8').catch((error: Error) => fail(path, `can't be read: ${error.message}`))
  return fromInventory(parse(path, text), path)
}

export function fromInventory(value: unknown, path = 'the inventory'): PartialProject[] {
  const rows = Array.isArray(value) ? value : isRow(value) ? value.projects : undefined
  if (!Array.isArray(rows) || !rows.every(isRow)) return fail(path, 'holds no list of projects')
  const running = isRow(value) && Array.isArray(value.running) ? value.running : []
  const paid = isRow(value) && isRow(value.paid) ? value.paid : {}
  const home = mainOrganization(rows)
  const me = ownId(rows)
  return rows.map((row) => ({
    ...toPartial(row, home, me, running),
    ...evidence(paid[String(row.id ?? row.projectId)]),
  }))
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return fail(path, `is not JSON: ${(error as Error).message}`)
  }
}

function fail(path: string, what: string): never {
  throw new Error(`${path} ${what}. Wanted: an answer of projects/read, a list of projects, or a leansweep inventory`)
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The organisation most projects are in becomes the sandbox's own, so that a policy for it applies. */
function mainOrganization(rows: readonly Row[]): unknown {
  const counts = new Map<unknown, number>()
  for (const { organizationId } of rows) counts.set(organizationId, (counts.get(organizationId) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0]
}

/** The id of whoever saved the file: the owner of what is marked as owned. */
function ownId(rows: readonly Row[]): unknown {
  return rows.find((row) => row.owner === true || row.owned === true)?.ownerId
}

function toPartial(row: Row, home: unknown, me: unknown, running: readonly unknown[]): PartialProject {
  const { id, owned, path: _path, ownerName: _name, lastLive, collaborators, owner = owned, ...rest } = row
  const projectId = rest.projectId ?? id
  const fields: { [field: string]: unknown } = { ...rest }
  // A fact that leansweep could not read is left to the sandbox's default.
  for (const [field, value] of Object.entries(fields)) if (isRow(value) && 'unknown' in value) delete fields[field]
  if (rest.organizationId === home) fields.organizationId = defaultOrganizationId
  if (owner !== false || rest.ownerId === me) fields.ownerId = defaultUserId
  else if (typeof rest.ownerId !== 'number' || rest.ownerId === defaultUserId) fields.ownerId = 456
  if (typeof lastLive === 'number') fields.lastLiveDeployment = lastLive
  const people = others(collaborators, me, rest.ownerId, fields.ownerId)
  if (people) fields.collaborators = people
  if (running.includes(projectId)) fields.live = [{ status: 'Running' }]
  return { ...fields, ...(typeof projectId === 'number' ? { projectId } : {}) }
}

/** As many backtests and files as an inventory counted, the newest backtest as old as it says. */
function evidence(paid: unknown): PartialProject {
  const { backtests, files } = isRow(paid) ? paid : {}
  const found: { [field: string]: unknown } = {}
  if (isRow(backtests) && typeof backtests.count === 'number') {
    found.backtests = Array.from({ length: backtests.count }, () => ({ created: backtests.last }))
  }
  if (isRow(files) && typeof files.count === 'number' && typeof files.bytes === 'number') {
    const content = '#'.repeat(Math.ceil(files.bytes / Math.max(1, files.count)))
    found.files = Array.from({ length: files.count }, (_, n) => ({
      name: n === 0 ? 'main.py' : `part${n}.py`,
      content,
    }))
  }
  return found
}

/** A list from the API with the saver's id replaced by the sandbox user's; or so many made-up people for a number. */
function others(given: unknown, me: unknown, oldOwner: unknown, owner: unknown): unknown[] | undefined {
  if (typeof given === 'number') {
    const guests = owner === defaultUserId ? [] : [{ uid: defaultUserId, permission: 'write' }]
    const more = Array.from({ length: Math.max(0, given - 1 - guests.length) }, (_, n) => ({
      uid: 900 + n,
      permission: 'read',
    }))
    return [...guests, ...more]
  }
  if (!Array.isArray(given)) return undefined
  const people = given.filter(isRow).map((each) => {
    const { uid, permission = each.epermission, liveControl = each.blivecontrol } = each
    const mapped = uid === oldOwner ? owner : uid === me ? defaultUserId : uid
    return { uid: typeof mapped === 'number' ? mapped : 900, permission, liveControl }
  })
  // Whoever saved the file saw the project, also when the file doesn't tell which of these people he is.
  const there = people.some((each) => each.uid === defaultUserId)
  return there ? people : [...people, { uid: defaultUserId, permission: 'write', liveControl: false }]
}
