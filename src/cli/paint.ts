/** Text for a terminal: tables, and colours only where a terminal shows them. */

import { minuteText } from '../core/plan/sentences.ts'

/** A cell of a table; numbers stand to the right. */
export type Cell = string | number

export interface Paint {
  bold(text: string): string
  dim(text: string): string
  green(text: string): string
  yellow(text: string): string
  red(text: string): string
}

/** Colours if the stream is a terminal and nobody said NO_COLOR. */
export function paintFor(stream: { readonly isTTY?: boolean }, env: { readonly NO_COLOR?: string | undefined }): Paint {
  const colours = stream.isTTY === true && !env.NO_COLOR
  const wrap = (on: number, off: number) => (text: string) => (colours ? `\u001b[${on}m${text}\u001b[${off}m` : text)
  return { bold: wrap(1, 22), dim: wrap(2, 22), green: wrap(32, 39), yellow: wrap(33, 39), red: wrap(31, 39) }
}

/** Lines of a table under a head; a column is as wide as its widest cell. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const shown = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? oneLine(cell) : cell)))
  const widths = head.map((title, i) =>
    shown.reduce((most, row) => Math.max(most, String(row[i] ?? '').length), title.length),
  )
  const line = (cells: readonly Cell[]) =>
    cells
      .map((cell, i) =>
        typeof cell === 'number' ? String(cell).padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...shown.map(line)].join('\n')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text without what would steer a terminal: anybody may name a project, and a name may hold anything. */
export function printable(text: string): string {
  return text.replace(STEERING, '\ufffd')
}

/** The same for JSON: escaped, so that programs still read what was there. */
export function printableJson(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value, null, 2).replace(STEERING, escaped)
}

function oneLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]/g, ' ')
}

/** A point in time for people: `2026-11-24 10:00 UTC`. */
export function timeText(at: number | string): string {
  return minuteText(new Date(at).getTime())
}

/** `1 project`, `1,234 projects`. */
export function counted(n: number, noun: string): string {
  const plural = /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`
  return `${n.toLocaleString('en-US')} ${n === 1 ? noun : plural}`
}

/** A line that is written over while something goes on; only on a terminal, elsewhere one line per step. */
export function progress(stream: NodeJS.WriteStream): { say(text: string): void; done(): void } {
  if (!stream.isTTY) return { say: (text) => void stream.write(`${text}\n`), done: () => undefined }
  return { say: (text) => void stream.write(`\r\u001b[2K${text}`), done: () => void stream.write('\r\u001b[2K') }
}
