/** `to`: the template of a new name, or of the line that `describe` writes. */

import { nearest } from '../base/nearest.ts'

export const PLACEHOLDERS = ['path', 'name', 'directory', 'yyyy', 'mm', 'idle-days', 'owner', 'rule'] as const

export type Placeholder = (typeof PLACEHOLDERS)[number]

/** The template of `archive` when none is written. */
export const ARCHIVE_TEMPLATE = 'Archive/{yyyy}-{mm}/{path}'

export interface Template {
  readonly text: string
  /** Literal texts and placeholders, in turn. */
  readonly parts: readonly (string | { readonly placeholder: Placeholder })[]
}

const WHOLE = 'Write placeholders whole, such as {idle-days}, and no other braces.'

/** A template, or the first brace in it that belongs to no placeholder. */
export function parseTemplate(
  text: string,
):
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly problem: string; readonly fix: string } {
  const parts: (string | { readonly placeholder: Placeholder })[] = []
  for (const piece of text.match(/\{[^{}]*\}|[^{]+|\{/g) ?? []) {
    if (!/^\{.*\}$/.test(piece)) {
      const brace = /[{}]/.exec(piece)?.[0]
      if (brace !== undefined) return { ok: false, problem: `a "${brace}" stands alone`, fix: WHOLE }
      parts.push(piece)
      continue
    }
    const name = piece.slice(1, -1)
    const placeholder = PLACEHOLDERS.find((one) => one === name)
    if (placeholder === undefined) return { ok: false, problem: `${piece} is no placeholder`, fix: fixFor(name) }
    parts.push({ placeholder })
  }
  return { ok: true, template: { text, parts } }
}

export function expand(template: Template, values: (placeholder: Placeholder) => string): string {
  let text = ''
  for (const part of template.parts) text += typeof part === 'string' ? part : values(part.placeholder)
  return text
}

export function uses(template: Template, ...placeholders: readonly Placeholder[]): boolean {
  return template.parts.some((part) => typeof part !== 'string' && placeholders.includes(part.placeholder))
}

/** The directories that stand in the template as they are, before anything is filled in: `Archive` of `Archive/{yyyy}`. */
export function literalRoot(template: Template): string {
  const [first] = template.parts
  if (typeof first !== 'string') return ''
  return first.slice(0, Math.max(0, first.lastIndexOf('/')))
}

/**
 * Whether what already is under the template's root is left alone: always by archive, and by a move that carries the old
 * path along, which would otherwise nest deeper each time.
 */
export function movesOnce(then: string, template: Template): boolean {
  return then === 'archive' || (then === 'move' && uses(template, 'path', 'directory'))
}

/** Whether a path is strictly inside a directory. */
export function isInside(path: string, directory: string): boolean {
  return directory !== '' && path.length > directory.length && path.startsWith(`${directory}/`)
}

function fixFor(name: string): string {
  const near = nearest(name, PLACEHOLDERS)
  const all = PLACEHOLDERS.map((one) => `{${one}}`).join(', ')
  return near === null ? `There are ${all}.` : `Did you mean {${near}}? There are ${all}.`
}
