/** `files/patch` (§2.8): a git unified diff over the files of a project; all of it applies, or nothing does. */
import { type Answer, type Call, type Endpoints, projectToChange } from './call.ts'
import { checkedContent, findFile, newFile, touch } from './files.ts'
import { requiredText } from './params.ts'
import { refuse } from './refusal.ts'

export const patchEndpoints: Endpoints = { 'files/patch': patch }

function patch(call: Call): Answer {
  const project = projectToChange(call)
  const changes = parsePatch(requiredText(call.params, 'patch'))
  const results = changes.map((change) => {
    const before = change.from === null ? '' : (findFile(project, change.from)?.content ?? invalid())
    return { ...change, after: applyHunks(before, change.hunks) }
  })
  for (const { from, to, after } of results) {
    if (from !== null && from !== to) project.files = project.files.filter((file) => file.name !== from)
    if (to === null) continue
    const file = findFile(project, to)
    if (!file) project.files.push(newFile(call.world, to, checkedContent(after), call.now))
    else Object.assign(file, { content: checkedContent(after), modified: call.now })
  }
  touch(call, project)
  return {}
}

/** One file of a patch; null = it does not exist on that side. */
export interface FileChange {
  readonly from: string | null
  readonly to: string | null
  readonly hunks: readonly Hunk[]
}

interface Hunk {
  /** Line of the old file it begins at, from 1. */
  readonly line: number
  /** Lines with their mark (space, - or +) and their line end, which the last line of a file may lack. */
  readonly lines: readonly string[]
}

/** Reads `diff --git`, `---`, `+++` and `@@`; anything without a hunk is no patch. */
export function parsePatch(text: string): FileChange[] {
  const changes: { from: string | null; to: string | null; hunks: { line: number; lines: string[] }[] }[] = []
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const line of lines) {
    const change = changes.at(-1)
    const hunk = change?.hunks.at(-1)
    const start = /^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@/.exec(line)
    if (line.startsWith('diff --git ')) changes.push({ from: null, to: null, hunks: [] })
    else if (!change) invalid()
    else if (start) change.hunks.push({ line: Number(start[1]), lines: [] })
    else if (hunk && /^[ +-]/.test(line)) hunk.lines.push(`${line}\n`)
    else if (hunk && line === '') hunk.lines.push(' \n')
    else if (hunk && line.startsWith('\\')) hunk.lines.push((hunk.lines.pop() ?? invalid()).slice(0, -1))
    else if (line.startsWith('--- ')) change.from = side(line)
    else if (line.startsWith('+++ ')) change.to = side(line)
  }
  return changes.length > 0 && changes.every((each) => each.hunks.length > 0) ? changes : invalid()
}

function side(line: string): string | null {
  const name = line.slice(4).split('\t')[0] ?? ''
  return name === '/dev/null' ? null : name.replace(/^[ab]\//, '')
}

/** Context and removed lines must be where the patch says. */
function applyHunks(content: string, hunks: readonly Hunk[]): string {
  const old = content === '' ? [] : content.split(/(?<=\n)/)
  const result: string[] = []
  let at = 0
  for (const hunk of hunks) {
    const start = Math.max(0, hunk.line - 1)
    if (start < at) invalid()
    result.push(...old.slice(at, start))
    at = start
    for (const line of hunk.lines) {
      const [mark, rest] = [line[0], line.slice(1)]
      if (mark !== '+' && old[at] !== rest) invalid()
      if (mark !== '+') at += 1
      if (mark !== '-') result.push(rest)
    }
  }
  return [...result, ...old.slice(at)].join('')
}

function invalid(): never {
  return refuse('Invalid patch')
}
