/** What people change in the row of a project besides its date, as one short text: tells whether a date moved for nothing. */

import { canonicalJson } from '../base/canonical.ts'
import type { Project } from './project.ts'

/** The same for rows that show the same; two others differ but for chance. Not proof against intent. */
export function rowHash({
  name,
  description,
  parameters,
  libraries,
  language,
  collaborators,
  shared,
  ownerId,
}: Project): string {
  const text = canonicalJson([name, description, parameters, libraries, language, collaborators, shared, ownerId])
  return hashFrom(text, 0x811c9dc5) + hashFrom(text, 0x9747b28c)
}

/** FNV-1a over the code units, from a starting value. */
function hashFrom(text: string, start: number): string {
  let hash = start
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
