/** The regular expressions in the text of a program. */

export interface Patterns {
  /** Those that are written between slashes. */
  readonly written: readonly RegExp[]
  /** How often one is made from a text. */
  readonly made: number
}

/** A slash after one of these begins a pattern; after anything else it divides. */
const BEFORE = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\breturn|\btypeof|=>)\s*$/

export function patternsOf(program: string): Patterns {
  const written: RegExp[] = []
  let made = 0
  /** What stands before, without comments and texts. */
  let before = ''
  let at = 0
  /** Templates that are open around a `${…}`, by how many braces are open within it. */
  const templates: number[] = []

  const skipText = (quote: string) => {
    at++
    while (at < program.length && program[at] !== quote) at += program[at] === '\\' ? 2 : 1
    at++
    before += '""'
  }
  const skipTemplate = () => {
    while (at < program.length && program[at] !== '`') {
      if (program.startsWith('${', at)) {
        templates.push(0)
        at += 2
        before += '('
        return
      }
      at += program[at] === '\\' ? 2 : 1
    }
    at++
    before += '""'
  }

  while (at < program.length) {
    const char = program[at] ?? ''
    if (program.startsWith('//', at)) at = ends(program.indexOf('\n', at), program)
    else if (program.startsWith('/*', at)) at = ends(program.indexOf('*/', at) + 2, program)
    else if (char === "'" || char === '"') skipText(char)
    else if (char === '`') {
      at++
      skipTemplate()
    } else if (char === '/' && BEFORE.test(before.slice(-40))) {
      const { end, source } = patternAt(program, at)
      const flags = /^[a-z]*/.exec(program.slice(end))?.[0] ?? ''
      written.push(new RegExp(source, flags))
      at = end + flags.length
      before += 'R'
    } else {
      const open = templates.at(-1)
      if (open !== undefined && char === '}' && open === 0) {
        templates.pop()
        at++
        skipTemplate()
        continue
      }
      if (open !== undefined && char === '{') templates[templates.length - 1] = open + 1
      if (open !== undefined && char === '}') templates[templates.length - 1] = open - 1
      if (program.startsWith('RegExp(', at)) made++
      before += char
      at++
    }
  }
  return { written, made }
}

function ends(found: number, program: string): number {
  return found < 2 ? program.length : found
}

function patternAt(program: string, start: number): { readonly end: number; readonly source: string } {
  let inClass = false
  for (let at = start + 1; at < program.length; at++) {
    const char = program[at]
    if (char === '\\') at++
    else if (char === '[') inClass = true
    else if (char === ']') inClass = false
    else if (char === '/' && !inClass) return { end: at + 1, source: program.slice(start + 1, at) }
  }
  throw new Error('A pattern that does not end.')
}
