/** `projects/collaboration/*` and the edit lock (§2.6). */
import { type Answer, type Call, type Endpoints, mayWrite, projectOf, projectToChange } from './call.ts'
import type { StoredProject } from './entities.ts'
import { flag, requiredText, text } from './params.ts'
import { personNamed } from './people.ts'
import { refuse } from './refusal.ts'
import { showCollaborators } from './show.ts'
import { beforeChange } from './store.ts'

export const collaborationEndpoints: Endpoints = {
  'projects/collaboration/create': create,
  'projects/collaboration/read': read,
  'projects/collaboration/update': update,
  'projects/collaboration/delete': remove,
  'projects/collaboration/lock/acquire': acquireLock,
}

function create(call: Call): Answer {
  const project = ownProject(call)
  const uid = namedPerson(call, 'collaboratorUserId')
  if (uid === project.ownerId || find(project, uid)) refuse('User is already a collaborator')
  const liveControl = flag(call.params, 'collaborationLiveControl') ?? false
  const permission = flag(call.params, 'collaborationWrite') ? 'write' : 'read'
  project.collaborators = [...project.collaborators, { uid, liveControl, permission }]
  return { collaborators: showCollaborators(call.world, project) }
}

/** Everybody on the project, and what the caller himself may do. */
function read(call: Call): Answer {
  const project = projectOf(call)
  const mine = find(project, call.user.id)
  return {
    collaborators: showCollaborators(call.world, project),
    userLiveControl: mine?.liveControl ?? true,
    userPermissions: mine?.permission ?? 'write',
  }
}

function update(call: Call): Answer {
  const project = ownProject(call)
  const uid = namedPerson(call, 'collaboratorUserId')
  const present = find(project, uid) ?? refuse('Collaborator not found')
  const liveControl = flag(call.params, 'liveControl') ?? present.liveControl
  const write = flag(call.params, 'write') ?? present.permission === 'write'
  const changed = { uid, liveControl, permission: write ? 'write' : 'read' } as const
  project.collaborators = project.collaborators.map((each) => (each.uid === uid ? changed : each))
  return { collaborators: showCollaborators(call.world, project) }
}

/** The field is `collaboratorId` here, not `…UserId`. Anybody may take himself off. */
function remove(call: Call): Answer {
  const uid = namedPerson(call, 'collaboratorId')
  const project = uid === call.user.id ? projectOf(call) : ownProject(call)
  if (!find(project, uid)) refuse('Collaborator not found')
  beforeChange(call.world, project.id)
  project.collaborators = project.collaborators.filter((each) => each.uid !== uid)
  return { collaborators: showCollaborators(call.world, project) }
}

/** The MCP server's own tests take it with an empty source. Whoever takes the lock must read the files again before editing, since the one before may have written. */
function acquireLock(call: Call): Answer {
  const source = text(call.params, 'codeSourceId') ?? refuse('Required parameter codeSourceId is empty')
  const project = projectOf(call)
  if (!mayWrite(project, call.user.id)) refuse('You do not have write permission on this project')
  const { lock } = project
  const other = lock && (lock.source !== source || lock.userId !== call.user.id)
  if (other && call.world.switches.lockTakeover === 'no') {
    refuse(`You do not have write permission: the project is being edited by ${lock.source}`)
  }
  beforeChange(call.world, project.id)
  project.lock = { userId: call.user.id, source }
  return {}
}

/** Only the owner says who helps. */
function ownProject(call: Call): StoredProject {
  if (projectOf(call).ownerId !== call.user.id) refuse('You do not have permission to manage collaborators')
  return projectToChange(call)
}

function namedPerson(call: Call, field: string): number {
  return personNamed(requiredText(call.params, field)) ?? refuse('User not found')
}

function find(project: StoredProject, uid: number): StoredProject['collaborators'][number] | undefined {
  return project.collaborators.find((each) => each.uid === uid)
}
