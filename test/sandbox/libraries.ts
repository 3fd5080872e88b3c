/** `projects/library/*` (§2.7): links from a project to the libraries it imports. */
import { type Answer, type Call, type Endpoints, isVisible, projectToChange } from './call.ts'
import { requiredInteger } from './params.ts'
import { refuse } from './refusal.ts'

export const libraryEndpoints: Endpoints = {
  'projects/library/create': link,
  'projects/library/delete': unlink,
}

function link(call: Call): Answer {
  const project = projectToChange(call)
  const libraryId = requiredInteger(call.params, 'libraryId')
  const library = call.world.projects.get(libraryId)
  if (!library || !isVisible(library, call.user.id) || libraryId === project.id) refuse('Library not found')
  if (!project.libraries.includes(libraryId)) project.libraries = [...project.libraries, libraryId]
  project.modified = call.now
  return {}
}

/** A link that points to nothing can be taken off too (LC#251). */
function unlink(call: Call): Answer {
  const project = projectToChange(call)
  const libraryId = requiredInteger(call.params, 'libraryId')
  if (!project.libraries.includes(libraryId)) refuse('Library not found')
  project.libraries = project.libraries.filter((id) => id !== libraryId)
  project.modified = call.now
  return {}
}
