/** What is refused about `to`: what could leave its directory, what no name may hold, what would look like a hold. */

import { looksLikeHold } from '../base/hold.ts'
import { nameProblem, placeOf } from '../base/names.ts'
import type { KeyPath } from './policy-lines.ts'
import type { Found } from './policy-problem.ts'
import type { RuleFile } from './policy-schema.ts'
import { ARCHIVE_TEMPLATE, parseTemplate, type Template, uses } from './template.ts'

/** What is wrong with `to` of a rule at this path of the file. */
export function checkTemplate(rule: RuleFile, path: KeyPath): readonly Found[] {
  const key = [...path, 'to']
  const written = rule.to ?? (rule.then === 'archive' ? ARCHIVE_TEMPLATE : undefined)
  if (rule.then === 'report' || rule.then === 'delete') {
    if (rule.to === undefined) return []
    return [
      { path: key, problem: `${rule.then} writes nothing, so it has no to`, fix: 'Leave to out, or change then.' },
    ]
  }
  if (written === undefined) {
    const example = {
      describe: 'idle {idle-days} d, owner {owner}',
      rename: '{name} old',
      move: 'Old/{path}',
      archive: '',
    }[rule.then]
    return [{ path: key, problem: `${rule.then} needs a template`, fix: `Add a template such as to = "${example}".` }]
  }
  const parsed = parseTemplate(written)
  if (!parsed.ok) return [{ path: key, problem: parsed.problem, fix: parsed.fix }]
  const found = rule.then === 'describe' ? lineProblem(written) : templateProblem(rule.then, parsed.template)
  return found === null ? [] : [{ path: key, ...found }]
}

type Mending = { readonly problem: string; readonly fix: string } | null

function lineProblem(text: string): Mending {
  if (looksLikeHold(text)) {
    return { problem: 'our line must not contain "[keep", which would look like a hold', fix: 'Choose other words.' }
  }
  if (/[\r\n]/.test(text)) return { problem: 'our line is a single line', fix: 'Write it without line breaks.' }
  return null
}

function templateProblem(then: 'rename' | 'move' | 'archive', template: Template): Mending {
  const { text } = template
  if (looksLikeHold(text)) {
    return { problem: 'a name must not contain "[keep", which would look like a hold', fix: 'Choose other words.' }
  }
  if (then === 'rename') {
    if (text.includes('/') || uses(template, 'path', 'directory')) {
      const fix =
        'Write only the new last part of the name, such as "{name} old"; to change the directory use then = "move".'
      return { problem: 'a rename stays in its directory', fix }
    }
    const why = pathProblem(sample(template))
    return why === null ? null : { problem: why, fix: 'Write a name QuantConnect accepts, such as "{name} old".' }
  }
  if (text.split('/').some((part) => part === '.' || part === '..')) {
    return {
      problem: `"${text}" could leave its directory`,
      fix: 'Write the full new name from the top, such as "Old/{path}".',
    }
  }
  const why = pathProblem(sample(template))
  return why === null ? null : { problem: why, fix: 'Write a full name from the top, such as "Old/{path}".' }
}

/** The template filled with harmless values, so that only what is written in it can be wrong. */
function sample(template: Template): string {
  const filled = template.parts.map((part) => (typeof part === 'string' ? part : 'x'))
  return filled.join('')
}

/** Why a rule may not write this full name, in words; null when it may. */
export function pathProblem(path: string): string | null {
  const place = placeOf(path)
  if (place !== null) return `nothing may be written into QuantConnect's own ${place}`
  return nameProblem(path)
}
