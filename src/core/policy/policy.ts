/**
 * `policy.toml` → Policy: read, checked, compiled once. Everything that is wrong is said at once, with the line and a way
 * to mend it; a policy that is not wholly right is no policy.
 */

import { parse, TomlDate, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { canonicalJson, sha256Hex } from '../base/canonical.ts'
import { parseDuration } from '../base/duration.ts'
import { type Glob, protectionGlob } from '../base/glob.ts'
import { parseDays, parseHours, type Window } from '../base/window.ts'
import { compileAny, compileTable } from './condition.ts'
import { noticeOf, refusals } from './policy-checks.ts'
import { issuesFound, problemsAt } from './policy-issues.ts'
import { findLines } from './policy-lines.ts'
import type { Found, PolicyProblem } from './policy-problem.ts'
import { PolicyFile, type RuleFile } from './policy-schema.ts'
import type { Limits, Rule } from './rule.ts'
import { ARCHIVE_TEMPLATE, parseTemplate, type Template } from './template.ts'

export { type PolicyProblem, problemText } from './policy-problem.ts'
export type { Action, Limits, Rule } from './rule.ts'

export interface Person {
  readonly name: string
  readonly slack: string | null
  readonly discord: string | null
  readonly email: string | null
  readonly may: readonly ('operate' | 'approve')[]
}

/** What to do when GitHub tells of an event. */
export interface OnEvent {
  readonly event: 'delete'
  /** Exact full name, or null for any. */
  readonly repository: string | null
  readonly do: 'directory.delete'
  /** With `{repository}` and `{branch}`. */
  readonly directory: string
}

export interface Policy {
  /** SHA-256 of the file's text, hex. */
  readonly hash: string
  readonly timezone: string
  readonly limits: Limits
  readonly rules: readonly Rule[]
  readonly protect: {
    readonly paths: readonly { readonly pattern: string; readonly matches: Glob }[]
    readonly ids: ReadonlySet<number>
  }
  readonly window: Window | null
  readonly chat: { readonly read: 'people' | 'everyone' }
  readonly notify: { readonly channels: readonly ('slack' | 'discord' | 'webhook' | 'teams')[] }
  readonly people: readonly Person[]
  readonly on: readonly OnEvent[]
}

export type PolicyResult =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

/** Reads a policy, or says everything that is wrong with it. */
export async function readPolicy(text: string): Promise<PolicyResult> {
  const garbled = encodingProblem(text)
  if (garbled !== null) return { ok: false, problems: [garbled] }
  const parsed = parseToml(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)
  if (!parsed.ok) return { ok: false, problems: [parsed.problem] }
  const lines = findLines(text)
  const refused = (found: readonly Found[]): PolicyResult => {
    return { ok: false, problems: problemsAt(found, parsed.tree, lines) }
  }

  const checked = v.safeParse(PolicyFile, parsed.tree)
  if (!checked.success) {
    const issues = issuesFound(checked.issues)
    return refused([...issues, ...besides(issues, parsed.tree)])
  }
  const found = refusals(checked.output)
  return found.length > 0 ? refused(found) : { ok: true, policy: await compile(checked.output, text) }
}

const BYTE_ORDER_MARK = '\ufeff'

/**
 * A file that is not UTF-8 arrives with U+FFFD in the places of what could not be read, or, of UTF-16, with a zero beside
 * each letter. Its protections would be other text than was written.
 */
function encodingProblem(text: string): PolicyProblem | null {
  const isWide = text.includes('\0')
  const at = isWide ? 0 : text.indexOf('\ufffd')
  if (at === -1) return null
  const line = isWide ? null : text.slice(0, at).split('\n').length
  const problem = isWide
    ? 'the file is UTF-16, and a policy must be UTF-8'
    : 'the file is not UTF-8, or holds U+FFFD, which stands for a character that was lost'
  const fix = isWide
    ? 'Convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW, or in PowerShell: Get-Content OLD | Set-Content -Encoding utf8 NEW.'
    : 'Save the file as UTF-8, and write that line anew where a character was lost.'
  return { rule: null, key: null, line, problem, fix }
}

/**
 * What the checks refuse of the other rules, where some are malformed. When anything but a rule is malformed they are not
 * asked: they measure rules by it.
 */
function besides(issues: readonly Found[], tree: unknown): readonly Found[] {
  const { rule } = tree as { readonly rule?: unknown }
  if (!Array.isArray(rule)) return []
  const malformed = new Set(issues.map(({ path: [table, position] }) => (table === 'rule' ? position : null)))
  const sound = [...rule.keys()].filter((position) => !malformed.has(position))
  const checked = v.safeParse(PolicyFile, { ...(tree as object), rule: sound.map((position) => rule[position]) })
  if (!checked.success) return []
  return refusals(checked.output).map((found) => {
    const [table, position, ...rest] = found.path
    const isOfRule = table === 'rule' && typeof position === 'number'
    return isOfRule ? { ...found, path: [table, sound[position] ?? position, ...rest] } : found
  })
}

async function compile(file: PolicyFile, text: string): Promise<Policy> {
  const rules = await Promise.all(file.rule.map(compileRule))
  const { protect, limits, window } = file
  return {
    hash: await sha256Hex(text),
    timezone: file.timezone,
    limits: {
      per_run: limits.per_run ?? 0,
      per_day: limits.per_day ?? 0,
      percent: limits.percent ?? 0,
      stamps_per_run: limits.stamps_per_run ?? 0,
    },
    rules,
    protect: {
      paths: (protect.paths ?? []).map((pattern) => ({ pattern, matches: protectionGlob(pattern) })),
      ids: new Set(protect.ids),
    },
    window: window === undefined ? null : compileWindow(window),
    chat: { read: file.chat.read ?? 'people' },
    notify: { channels: file.notify.channels ?? [] },
    people: file.person.map(({ name, slack = null, discord = null, email = null, may }) => ({
      name,
      slack,
      discord,
      email,
      may,
    })),
    on: file.on.map(({ event, repository = null, do: what, directory }) => ({
      event,
      repository,
      do: what,
      directory,
    })),
  }
}

async function compileRule(file: RuleFile): Promise<Rule> {
  const to = templateOf(file)
  const after = parseDuration(file.after) ?? 0
  const notice = noticeOf(file)
  const unless = file.unless === undefined ? null : [file.unless].flat()
  const { id, why, unit, when, keep = null, then, approve, limit, enforce } = file
  return {
    id,
    why,
    unit,
    when: compileTable(when, false),
    unless: unless === null ? null : compileAny(unless),
    keep,
    then,
    to,
    after,
    notice,
    approve,
    limit: limit as Partial<Limits>,
    enforce,
    hash: await sha256Hex(
      canonicalJson({ id, unit, when, unless, keep, then, to: to?.text ?? null, after, notice, approve, enforce }),
    ),
  }
}

function templateOf({ then, to }: RuleFile): Template | null {
  const text = to ?? (then === 'archive' ? ARCHIVE_TEMPLATE : null)
  const parsed = text === null ? null : parseTemplate(text)
  return parsed?.ok ? parsed.template : null
}

function compileWindow({ days, hours, holidays }: NonNullable<PolicyFile['window']>): Window {
  return {
    days: parseDays(days),
    ...parseHours(hours),
    holidays: new Set(holidays),
    text: `${days} ${hours}`,
  }
}

/** The file as plain values; dates become the text they were written as. */
function parseToml(
  text: string,
): { readonly ok: true; readonly tree: unknown } | { readonly ok: false; readonly problem: PolicyProblem } {
  try {
    return { ok: true, tree: withoutDates(parse(text, { unsafeKeyBehaviour: 'throw', maxDepth: 50 })) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [what = ''] = error.message.replace('Invalid TOML document: ', '').split('\n')
    const problem = `not valid TOML: ${what}`
    return {
      ok: false,
      problem: { rule: null, key: null, line: error.line, problem, fix: 'Correct the syntax on this line.' },
    }
  }
}

function withoutDates(value: unknown): unknown {
  if (value instanceof TomlDate) return value.toISOString()
  if (Array.isArray(value)) return value.map(withoutDates)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutDates(item)]))
}
