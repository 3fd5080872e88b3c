/** Text for a terminal: tables, and colours only where a terminal shows them. */

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
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => String(row[i] ?? '').length)))
  const line = (cells: readonly Cell[]) =>
    cells
      .map((cell, i) =>
        typeof cell === 'number' ? String(cell).padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

/** A line that is written over while something goes on; only on a terminal, elsewhere one line per step. */
export function progress(stream: NodeJS.WriteStream): { say(text: string): void; done(): void } {
  if (!stream.isTTY) return { say: (text) => void stream.write(`${text}\n`), done: () => undefined }
  return { say: (text) => void stream.write(`\r\u001b[2K${text}`), done: () => void stream.write('\r\u001b[2K') }
}
