/**
 * Which line of the policy a key stands on. The TOML parser gives positions only for syntax errors, so this walks the
 * text a second time; it may assume that the text is valid.
 */

/** A key inside the file: `['rule', 0, 'when', 'path']`. */
export type KeyPath = readonly (string | number)[]

/** Finds the line of a key, or of the nearest table around it; null for what is not in the text. */
export function findLines(text: string): (path: KeyPath) => number | null {
  const lines = new Scanner(text).scan()
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(JSON.stringify(path.slice(0, length)))
      if (line !== undefined) return line
    }
    return null
  }
}

class Scanner {
  readonly #text: string
  #at = 0
  #line = 1
  readonly #lines = new Map<string, number>()
  /** How many tables `[[name]]` has so far, by path. */
  readonly #counts = new Map<string, number>()

  constructor(text: string) {
    this.#text = text
  }

  scan(): ReadonlyMap<string, number> {
    let table: KeyPath = []
    while (this.#skip()) {
      if (this.#peek() === '[') table = this.#header()
      else this.#keyAndValue(table)
    }
    return this.#lines
  }

  #header(): KeyPath {
    const line = this.#line
    const isList = this.#text.startsWith('[[', this.#at)
    this.#at += isList ? 2 : 1
    let path: KeyPath = []
    for (const [i, part] of this.#key().entries()) {
      if (i > 0) path = this.#newest(path)
      path = [...path, part]
    }
    this.#at += isList ? 2 : 1
    if (!isList) path = this.#newest(path)
    else {
      const id = JSON.stringify(path)
      const count = this.#counts.get(id) ?? 0
      this.#counts.set(id, count + 1)
      this.#note(path, line)
      path = [...path, count]
    }
    this.#note(path, line)
    return path
  }

  /** `[rule.limit]` means the newest `[[rule]]`. */
  #newest(path: KeyPath): KeyPath {
    const count = this.#counts.get(JSON.stringify(path))
    return count === undefined ? path : [...path, count - 1]
  }

  #keyAndValue(table: KeyPath): void {
    const line = this.#line
    let path = table
    for (const part of this.#key()) {
      path = [...path, part]
      this.#note(path, line)
    }
    this.#skip()
    this.#at++ // the equals sign
    this.#skip()
    this.#value(path)
  }

  #value(path: KeyPath): void {
    const first = this.#peek()
    if (first === '"' || first === "'") this.#string()
    else if (first === '[') this.#members(']', (i) => this.#member([...path, i]))
    else if (first === '{') this.#members('}', () => this.#keyAndValue(path))
    else while (this.#at < this.#text.length && !/[,\]}\s#]/.test(this.#peek())) this.#at++
  }

  #member(path: KeyPath): void {
    this.#note(path, this.#line)
    this.#value(path)
  }

  #members(close: string, read: (i: number) => void): void {
    this.#at++
    for (let i = 0; this.#skip() && this.#peek() !== close; i++) {
      if (this.#peek() === ',') {
        this.#at++
        i--
      } else read(i)
    }
    this.#at++
  }

  /** A dotted key, bare or quoted. */
  #key(): readonly string[] {
    const parts: string[] = []
    do {
      this.#skip()
      if (this.#peek() === '.') this.#at++
      this.#skip()
      const start = this.#at
      if (this.#peek() === '"' || this.#peek() === "'") {
        this.#string()
        parts.push(this.#text.slice(start + 1, this.#at - 1))
      } else {
        while (/[A-Za-z0-9_-]/.test(this.#peek())) this.#at++
        parts.push(this.#text.slice(start, this.#at))
        if (start === this.#at) this.#at++
      }
      this.#skip()
    } while (this.#peek() === '.')
    return parts
  }

  #string(): void {
    const quote = this.#peek()
    const long = this.#text.startsWith(quote.repeat(3), this.#at)
    const close = long ? quote.repeat(3) : quote
    this.#at += close.length
    while (this.#at < this.#text.length && !this.#text.startsWith(close, this.#at)) {
      if (quote === '"' && this.#peek() === '\\') this.#step()
      this.#step()
    }
    this.#at += close.length
    // Up to two quotes may stand directly before the closing three.
    while (long && this.#peek() === quote) this.#at++
  }

  /** Skips blanks, lines and comments; false at the end of the text. */
  #skip(): boolean {
    while (this.#at < this.#text.length) {
      if (this.#peek() === '#') while (this.#at < this.#text.length && this.#peek() !== '\n') this.#at++
      else if (/\s/.test(this.#peek())) this.#step()
      else return true
    }
    return false
  }

  #step(): void {
    if (this.#peek() === '\n') this.#line++
    this.#at++
  }

  #peek(): string {
    return this.#text[this.#at] ?? ''
  }

  #note(path: KeyPath, line: number): void {
    const id = JSON.stringify(path)
    if (!this.#lines.has(id)) this.#lines.set(id, line)
  }
}
