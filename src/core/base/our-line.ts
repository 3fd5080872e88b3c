/**
 * Our line: the last line of a description, `leansweep: …`. Only that line is ours; everything above it belongs to the
 * people who wrote it and is never touched. Blank lines after it do not hide it.
 */

const PREFIX = 'leansweep:'

export interface ParsedDescription {
  /** Everything that is not our line, exactly as written. */
  readonly rest: string
  /** The text after `leansweep:`, or null when our line is not there. */
  readonly ours: string | null
}

export function parseDescription(description: string): ParsedDescription {
  if (!mayHaveOurLine(description)) return { rest: description, ours: null }
  const text = description.trimEnd()
  const start = text.lastIndexOf('\n') + 1
  const line = text.slice(start)
  if (!line.startsWith(PREFIX)) return { rest: description, ours: null }
  return { rest: description.slice(0, start), ours: line.slice(PREFIX.length).trim() }
}

/** Whether our line is there. */
export function isStamped(description: string): boolean {
  return mayHaveOurLine(description) && parseDescription(description).ours !== null
}

/** The description without our line. */
export function withoutOurLine(description: string): string {
  return mayHaveOurLine(description) ? parseDescription(description).rest : description
}

/** Most descriptions have none, and are asked often. */
function mayHaveOurLine(description: string): boolean {
  return description.includes(PREFIX)
}

/** The description with our line set to `text`: appended when it was not there, replaced when it was. */
export function withOurLine(description: string, text: string): string {
  const { rest, ours } = parseDescription(description)
  const line = `${PREFIX} ${text}`
  if (rest === '') return line
  if (ours !== null || rest.endsWith('\n')) return `${rest}${line}`
  return `${rest}\n${line}`
}
