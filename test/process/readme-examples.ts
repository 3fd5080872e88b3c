/**
 * The examples of README.md as things to run: files, which say their name in a first line like `# send.py`, and sessions at
 * a terminal, where `$ ` stands before a command and its output behind it. What differs from run to run (ids, times, hashes)
 * may be anything, but the same one always stands for the same; `…` stands for whatever was left out.
 */

export interface ExampleFile {
  readonly name: string
  readonly content: string
}

export interface Example {
  readonly command: string
  readonly output: string
}

export interface Examples {
  readonly files: readonly ExampleFile[]
  readonly session: readonly Example[]
}

/** What stands for what: an id as README has it, and the one that came in its place. */
export type Stands = Map<string, string>

/** The examples below the headings of these names, in their order. */
export function examplesIn(readme: string, headings: readonly string[]): Examples {
  const files: ExampleFile[] = []
  const session: Example[] = []
  for (const chapter of readme.split(/^(?=## )/m)) {
    const heading = /^## (.*)$/m.exec(chapter)?.[1] ?? ''
    if (!headings.includes(heading)) continue
    for (const block of blocksOf(chapter)) {
      const name = /^# ([\w-]+\.\w+)(?=\s|:|$)/.exec(block)?.[1]
      if (name !== undefined) files.push({ name, content: block })
      else if (block.startsWith('$ ')) session.push(...sessionOf(block))
    }
  }
  return { files, session }
}

function blocksOf(text: string): readonly string[] {
  return Array.from(text.matchAll(/^( *)```\w*\n([\s\S]*?)^\1```$/gm), ([, indent = '', body = '']) =>
    body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
}

function sessionOf(block: string): readonly Example[] {
  const found: { command: string; output: string }[] = []
  let isOpen = false
  for (const line of block.split('\n')) {
    const last = found.at(-1)
    if (isOpen && last !== undefined) last.command += `\n${line}`
    else if (line.startsWith('$ ')) found.push({ command: line.slice(2), output: '' })
    else if (last !== undefined) last.output += `${line}\n`
    isOpen = (isOpen || line.startsWith('$ ')) && line.endsWith('\\')
  }
  return found.map(({ command, output }) => ({ command, output: output.trim() }))
}

const RUN = String.raw`\b\d{8}-\d{6}-[0-9a-f]{6}\b`
const MESSAGE = String.raw`\bmsg_[0-9a-f]{32}\b`
const HASH = String.raw`\b[0-9a-f]{64}\b`
const TAG = '"[0-9a-f]{32}"'
/** These are given out once and used again. */
const NAMED = new RegExp([RUN, MESSAGE, HASH, TAG].join('|'), 'g')
/** These are of the moment. */
const PASSING = [
  String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`,
  String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`,
  String.raw`\b8[12]\d{11}(?=-)`, // newest first: how far the moment is from the end of time
]
const PART = new RegExp([NAMED.source, ...PASSING, '…'].join('|'), 'g')

/** A command with the ids that have come so far. */
export function withIds(command: string, stands: Stands): string {
  return command.replaceAll(NAMED, (id) => stands.get(id) ?? id)
}

/** Whether that is the output as README has it; learns what stands for what. A sentence says where it is not. */
export function difference({ command, output }: Example, actual: string, stands: Stands): string | null {
  const learning: string[] = []
  let pattern = ''
  let from = 0
  for (const match of output.matchAll(PART)) {
    pattern += RegExp.escape(output.slice(from, match.index))
    from = match.index + match[0].length
    pattern += patternOf(match[0], stands, learning)
  }
  pattern += RegExp.escape(output.slice(from))
  const found = new RegExp(`^${pattern}$`).exec(actual.trim())
  if (found === null) return `$ ${command}\nREADME says:\n${output}\nIt is:\n${actual.trim()}`
  for (const [n, id] of learning.entries()) stands.set(id, found[n + 1] ?? id)
  return null
}

function patternOf(part: string, stands: Stands, learning: string[]): string {
  if (part === '…') return String.raw`[\s\S]*?`
  const known = stands.get(part)
  if (known !== undefined) return RegExp.escape(known)
  const shape = [RUN, MESSAGE, HASH, TAG].find((one) => new RegExp(`^${one}$`).test(part))
  if (shape === undefined) return `(?:${PASSING.join('|')})`
  const before = learning.indexOf(part)
  if (before >= 0) return `\\${before + 1}`
  learning.push(part)
  return `(${shape})`
}
