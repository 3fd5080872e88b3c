/** Projects to choose from while somebody is still typing a name: those that hold what is there so far, the likeliest first. */

import { fold } from '../base/glob.ts'
import { lastPart } from './facts.ts'
import type { Called, Candidate } from './named.ts'
import { NO_PATH } from './project.ts'

/** All words of what is typed must be in the name, in any order; or it begins the id. Nothing typed = all, by name. */
export function suggest(projects: readonly Called[], typed: string, most: number): readonly Candidate[] {
  const text = fold(typed.trim())
  const words = text.split(/\s+/)
  const ranked = projects.flatMap((project) => {
    if (project.path === NO_PATH) return []
    const rank = rankOf(project, text, words)
    return rank === null ? [] : [{ project, rank }]
  })
  ranked.sort((a, b) => a.rank - b.rank || (a.project.path < b.project.path ? -1 : 1))
  return ranked.slice(0, most).map(({ project: { id, name } }) => ({ projectId: id, name }))
}

/** The smaller the likelier; what is in the bin comes last. Null: not meant. */
function rankOf({ id, path }: Called, text: string, words: readonly string[]): number | null {
  const name = fold(path)
  if (!words.every((word) => name.includes(word)) && !(text !== '' && String(id).startsWith(text))) return null
  const isGone = name.startsWith('recycle bin/') ? 4 : 0
  if (name === text || lastPart(name) === text) return isGone
  if (name.startsWith(text)) return isGone + 1
  return isGone + (lastPart(name).startsWith(text) ? 2 : 3)
}
