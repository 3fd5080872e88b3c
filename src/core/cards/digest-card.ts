/**
 * The digest of a run: what is newly marked, what is due and when, which holds end soon. One message, whatever the number;
 * an unchanged mark is announced at marking and at notice, so it is the caller who says what is news.
 */

import { count } from '../base/duration.ts'
import { lastPart, parentOf } from '../evidence/facts.ts'
import { normalisePath } from '../evidence/project.ts'
import type { Action } from '../policy/rule.ts'
import type { Card, CardSection } from './card.ts'
import { careFor, line, type NamedProject, plainText, section, timeText, titleText } from './card-text.ts'

export interface DigestItem extends NamedProject {
  readonly action: Action
  readonly rule: string
  /** The new full name; null where there is none. */
  readonly to: string | null
  /** Name of the owner; "" when nobody could tell. */
  readonly owner: string
  /** When it happens at the earliest, ISO 8601; null when nothing will as things stand. */
  readonly when: string | null
}

export interface Digest {
  readonly run: string
  readonly marked: readonly DigestItem[]
  readonly due: readonly DigestItem[]
  /** `until`: the last day that is kept, `2027-01-31`. */
  readonly holdsEnding: readonly (NamedProject & { readonly until: string })[]
  /** How many projects something is not known of; they are left alone. */
  readonly notJudged: number
}

/** Lines and groups a digest has room for in any chat; the page has the rest. */
const LINES = 24
const GROUPS = 10
const HOLDS = 6

/** Null when there is nothing to tell. */
export function digestCard(digest: Digest): Card | null {
  const { run, marked, due, holdsEnding } = digest
  const news = [
    ...(marked.length === 0 ? [] : [`${count(marked.length, 'project')} newly marked`]),
    ...(due.length === 0 ? [] : [`${due.length} due`]),
    ...(holdsEnding.length === 0 ? [] : [`${count(holdsEnding.length, 'hold')} ending`]),
  ]
  if (news.length === 0) return null
  const fitting = fitted([...grouped('Due', due), ...grouped('Newly marked', marked)])
  const holds = byEnd(holdsEnding)
  // What a menu offers first is what the lines name.
  const named = new Set([...fitting.named, ...holds.slice(0, HOLDS)])
  return {
    title: titleText(news.join(', ')),
    summary: `${news.join(', ')}. ${due.length + marked.length > 0 ? 'Keep what should stay.' : 'Renew what should stay.'}`,
    tone: 'neutral',
    sections: [...fitting.sections, ...holdSection(holds), ...unknownSection(digest)],
    ...careFor([...new Set([...named, ...due, ...marked, ...holds])]),
    link: `/runs/${run}`,
  }
}

interface Group {
  readonly heading: string
  readonly items: readonly DigestItem[]
}

/** By owner, then directory; names within a group are the last part, for the heading says the rest. */
function grouped(title: string, items: readonly DigestItem[]): readonly Group[] {
  const groups = new Map<string, { readonly owner: string; readonly directory: string; readonly items: DigestItem[] }>()
  for (const item of items) {
    const directory = parentOf(normalisePath(item.name))
    const key = JSON.stringify([item.owner, directory])
    const group = groups.get(key) ?? { owner: item.owner, directory, items: [] }
    groups.set(key, group)
    group.items.push(item)
  }
  return [...groups.values()]
    .sort((a, b) => compare(a.owner, b.owner) || compare(a.directory, b.directory))
    .map(({ owner, directory, items: own }) => ({
      heading: `${title}: ${owner === '' ? 'owner not known' : plainText(owner)}, ${directory === '' ? 'top level' : `in ${plainText(directory)}`} (${own.length})`,
      items: [...own].sort((a, b) => compare(a.name, b.name)),
    }))
}

function itemText({ name, projectId, action, rule, to, when }: DigestItem): string {
  const aim = to === null || action === 'describe' ? action : `${action} to ${plainText(to)}`
  const time = when === null ? 'but not as things stand' : `from ${timeText(when)}`
  return line(`${lastPart(normalisePath(name)) || name} (${projectId}): ${aim}, ${time}; rule ${rule}`)
}

interface Fitting {
  readonly sections: readonly CardSection[]
  /** What has a line, in the order of the lines. */
  readonly named: readonly DigestItem[]
}

/** Every group gets a share of the room, so that a long one hides no other. */
function fitted(groups: readonly Group[]): Fitting {
  const shown = groups.slice(0, GROUPS)
  const share = Math.max(2, Math.floor(LINES / Math.max(1, shown.length)))
  let spare = LINES - shown.reduce((sum, { items }) => sum + Math.min(share, items.length), 0)
  const named: DigestItem[] = []
  const sections = shown.map(({ heading, items }) => {
    const extra = Math.min(Math.max(0, spare), Math.max(0, items.length - share))
    spare -= extra
    named.push(...items.slice(0, share + extra))
    return section(heading, items.map(itemText), share + extra)
  })
  const rest = groups.slice(GROUPS)
  if (rest.length === 0) return { sections, named }
  const left = rest.reduce((sum, { items }) => sum + items.length, 0)
  return { sections: [...sections, { heading: `${count(rest.length, 'more group')}`, lines: [], more: left }], named }
}

function byEnd(holds: Digest['holdsEnding']): Digest['holdsEnding'] {
  return [...holds].sort((a, b) => compare(a.until, b.until) || compare(a.name, b.name))
}

function holdSection(holds: Digest['holdsEnding']): readonly CardSection[] {
  if (holds.length === 0) return []
  const lines = holds.map(({ name, projectId, until }) => {
    return `${plainText(name)} (${projectId}): kept to the end of ${until}`
  })
  return [section('Holds that end within a week', lines, HOLDS)]
}

function unknownSection({ notJudged }: Digest): readonly CardSection[] {
  if (notJudged === 0) return []
  return [section(null, [`Not judged, and so left alone: ${count(notJudged, 'project')}.`], 1)]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
