/**
 * Which project, or directory, somebody means who typed words: an id, or the longest run of words from the first on that
 * is a name. So a name with blanks needs no quotes, and what follows it stays for whoever asks.
 */

import { fold } from '../base/glob.ts'
import { nearest } from '../base/nearest.ts'
import { normalText } from '../base/normal-text.ts'
import { lastPart, parentOf } from './facts.ts'
import { NO_PATH, normalisePath, type Project } from './project.ts'

export interface Candidate {
  readonly projectId: number
  /** As the API wrote it. */
  readonly name: string
}

export interface CandidateDirectory {
  readonly path: string
  /** How many projects are inside, at any depth. */
  readonly projects: number
}

export interface Named {
  /** How many of the words the name took; 0 when nothing is called so. */
  readonly used: number
  /** One is meant; several are called the same. */
  readonly projects: readonly Candidate[]
  readonly directory: CandidateDirectory | null
  /** Names that are close, when nothing is called so. */
  readonly close: readonly Candidate[]
}

/** A word as it was typed, with where it stands in the text. */
export interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
  /** Written between quotes: it is a whole name, or a whole value. */
  readonly quoted: boolean
}

/** What a project is called, of the survey or of what is not there any more. */
export type Called = Pick<Project, 'id' | 'name' | 'path'>

const CLOSE = 5
const BIN = 'recycle bin/'
const LONGEST_TYPED = 2_000

/**
 * As `findNamed`, and what is called by no name that a project has, by one that only one had before (`former`, under the old
 * name). `destroys`: that is not enough, and whoever was meant is only suggested (G28).
 */
export function findRemembered(
  projects: readonly Called[],
  former: readonly Called[],
  text: string,
  words: readonly Word[],
  destroys: boolean,
): Named {
  const now = findNamed(projects, text, words)
  if (now.used > 0 || former.length === 0) return now
  const present = new Map(projects.map((project) => [project.id, project]))
  const before = findNamed(
    former.filter(({ id }) => present.has(id)),
    text,
    words,
  )
  const ids = [...new Set(before.projects.map(({ projectId }) => projectId))]
  const meant = ids.map((projectId) => ({ projectId, name: present.get(projectId)?.name ?? '' }))
  if (meant.length === 1 && !destroys) return { used: before.used, projects: meant, directory: null, close: [] }
  return meant.length === 0 ? now : { ...now, close: meant.slice(0, CLOSE) }
}

/** `text` is what the words were read from. A project in the bin also answers to the name it had before. */
export function findNamed(projects: readonly Called[], text: string, words: readonly Word[]): Named {
  const [first] = words
  if (first === undefined) return { used: 0, projects: [], directory: null, close: [] }
  const index = indexNames(projects)
  const most = first.quoted ? 1 : words.findIndex(({ quoted }) => quoted)
  for (let used = most === -1 ? words.length : most; used > 0; used--) {
    const wanted = first.quoted ? first.text : text.slice(first.start, words[used - 1]?.end)
    // No name is as long as this, however it is spaced.
    if (wanted.length > LONGEST_TYPED) continue
    const found = narrowed(index.projects.get(keyOf(wanted)) ?? [], wanted)
    const directory = meant(index.directories.get(keyOf(wanted)) ?? [], wanted)
    if (found.length > 0 || directory !== null) return { used, projects: found, directory, close: [] }
    const byId = used === 1 ? index.byId(first.text) : null
    if (byId !== null) return { used, projects: [byId], directory: null, close: [] }
  }
  const whole = first.quoted ? first.text : text.slice(first.start, words[(most === -1 ? words.length : most) - 1]?.end)
  return { used: 0, projects: [], directory: null, close: closeTo(projects, [whole, first.text]) }
}

interface Index {
  readonly projects: ReadonlyMap<string, readonly Candidate[]>
  /** More than one where spellings differ. */
  readonly directories: ReadonlyMap<string, readonly CandidateDirectory[]>
  byId(text: string): Candidate | null
}

function indexNames(all: readonly Called[]): Index {
  const projects = new Map<string, Candidate[]>()
  const directories = new Map<string, { path: string; projects: number }[]>()
  const add = (key: string, candidate: Candidate) => {
    const known = projects.get(key)
    if (known === undefined) projects.set(key, [candidate])
    else known.push(candidate)
  }
  for (const { id, name, path } of all) {
    if (path === NO_PATH) continue
    const candidate = { projectId: id, name }
    const key = keyOf(path)
    add(key, candidate)
    if (key.startsWith(BIN)) add(key.slice(BIN.length), candidate)
    for (let above = parentOf(path); above !== ''; above = parentOf(above)) {
      const alike = directories.get(keyOf(above)) ?? []
      const known = alike.find((one) => one.path === above)
      if (known !== undefined) known.projects++
      else directories.set(keyOf(above), [...alike, { path: above, projects: 1 }])
    }
  }
  return {
    projects,
    directories,
    byId: (text) => {
      const found = /^\d{1,15}$/.test(text) ? all.find(({ id }) => id === Number(text)) : undefined
      return found === undefined ? null : { projectId: found.id, name: found.name }
    },
  }
}

/** Of directories that differ in spelling only, the one written exactly so. */
function meant(alike: readonly CandidateDirectory[], wanted: string): CandidateDirectory | null {
  return alike.find(({ path }) => path === normalisePath(wanted)) ?? alike[0] ?? null
}

/** Letters' case, other forms of the same characters, doubled blanks and stray slashes are not what tells two names apart for somebody who types. */
function keyOf(name: string): string {
  return normalisePath(normalText(name).trim()).replaceAll(/\s+/g, ' ').toLowerCase()
}

/** Of those that differ in such things only, the ones written exactly so; and what is in the bin only when nothing else is. */
function narrowed(found: readonly Candidate[], wanted: string): readonly Candidate[] {
  const exact = found.filter(({ name }) => name === wanted || normalisePath(name) === normalisePath(wanted))
  const among = exact.length > 0 ? exact : found
  const outside = among.filter(({ name }) => !normalisePath(name).toLowerCase().startsWith(BIN))
  return outside.length > 0 ? outside : among
}

/** Those that hold what was typed, the whole last part first; else those a few letters away. */
function closeTo(projects: readonly Called[], typed: readonly string[]): readonly Candidate[] {
  for (const text of typed) {
    const key = keyOf(text)
    if (key === '') continue
    const holding = projects.filter(({ path }) => fold(path).includes(key))
    const rank = (path: string) => (`/${fold(path)}`.endsWith(`/${key}`) ? 0 : 1)
    const sorted = holding.sort((a, b) => rank(a.path) - rank(b.path) || a.path.length - b.path.length || a.id - b.id)
    if (sorted.length > 0) return sorted.slice(0, CLOSE).map(({ id, name }) => ({ projectId: id, name }))
  }
  const [whole = ''] = typed
  const nameOf = (path: string) => (whole.includes('/') ? path : lastPart(path))
  const name = nearest(whole, [...new Set(projects.map(({ path }) => nameOf(path)))])
  if (name === null) return []
  const found = projects.filter(({ path }) => nameOf(path) === name)
  return found.slice(0, CLOSE).map(({ id, name: full }) => ({ projectId: id, name: full }))
}
