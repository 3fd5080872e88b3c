/** The question whether a waiting plan may act: how many, which plan, the oldest and the largest, who may say yes, until when. */

import { count } from '../base/duration.ts'
import type { Card, CardButton, CardSection } from './card.ts'
import { andText, type NamedProject, plainText, projects, section, timeText, titleText, toDoText } from './card-text.ts'

/** A plan that waits. Times are ISO 8601. */
export interface WaitingPlan {
  readonly run: string
  /** The whole hash. */
  readonly hash: string
  readonly expiresAt: string
  readonly needs: 1 | 2
  /** Who has said yes so far. */
  readonly approvals: readonly string[]
  /** Who asked for the run, where a person did: not the second approver. */
  readonly requestedBy: string | null
  readonly items: readonly WaitingItem[]
  /** How many there were at first. */
  readonly proposed: number
  /** Names of the people who may decide; nobody named = nobody may. */
  readonly mayDecide: readonly string[]
  /** Why it waits, as sentences: caps it is over, rules that ask. */
  readonly because: readonly string[]
}

export interface WaitingItem extends NamedProject {
  readonly action: string
  readonly rule: string | null
  /** As listed, ISO 8601; null when not known. */
  readonly modified: string | null
  /** What its files hold; null where nobody has read it. */
  readonly size: { readonly files: number; readonly bytes: number } | null
}

/** Lines of items; the page has all. */
const ITEMS = 10

/** What a person sees of a hash, and what a button carries of it. */
export function shortHash(hash: string): string {
  return hash.slice(0, 16)
}

export function approvalCard(plan: WaitingPlan): Card {
  const { run, hash, expiresAt, items, proposed, mayDecide } = plan
  const what = toDoText(items.map(({ action }) => action))
  const gone = proposed - items.length
  return {
    title: titleText(`${projects(items.length)} waiting for approval: ${what}`),
    summary: `${projects(items.length)} waiting for approval: ${what}. It ends undecided ${timeText(expiresAt)}.`,
    tone: 'asks',
    sections: [
      section(
        null,
        [
          `Plan ${shortHash(hash)}. It ends undecided ${timeText(expiresAt)}, and then nothing is done.`,
          ...(gone > 0 ? [goneText(gone, proposed)] : []),
          ...plan.because,
          whoText(plan),
          ...approvalsText(plan),
        ],
        10,
      ),
      ...extremes(items),
      section(
        'What would happen',
        items.map(({ action, name, projectId, rule }) => {
          return `${action} ${plainText(name)} (${projectId})${rule === null ? '' : `, rule ${rule}`}`
        }),
        ITEMS,
      ),
    ],
    buttons: mayDecide.length === 0 ? [] : buttons(plan, what),
    menus: [],
    link: `/runs/${run}`,
  }
}

function buttons({ run, hash, items }: WaitingPlan, what: string): readonly CardButton[] {
  const ref = `${run}/${shortHash(hash)}`
  const copied = items.some(({ action }) => action === 'delete') ? ', and copied before it is deleted' : ''
  const confirm = {
    title: `Approve ${projects(items.length)}?`,
    text: `Plan ${shortHash(hash)}: ${what}. Each is looked at once more before its turn${copied}.`,
    yes: `Approve ${items.length}`,
    no: 'Not now',
  }
  return [
    { verb: 'approve', label: `Approve ${items.length}`, ref, danger: true, confirm },
    { verb: 'refuse', label: 'Keep all', ref, danger: false, confirm: null },
  ]
}

function goneText(gone: number, proposed: number): string {
  return gone === 1
    ? `1 of ${proposed} is not due any more and has left the plan.`
    : `${gone} of ${proposed} are not due any more and have left the plan.`
}

function whoText({ mayDecide, needs, requestedBy }: WaitingPlan): string {
  if (mayDecide.length === 0) {
    return 'Nobody may decide: the policy names no [[person]] with may = ["approve"].'
  }
  const names = andText(mayDecide.map(plainText))
  if (needs === 1) return `May decide: ${names}.`
  const without = requestedBy === null ? '' : `; not ${plainText(requestedBy)}, who asked for it`
  return `Needs two different people of: ${names}${without}.`
}

function approvalsText({ approvals, needs }: WaitingPlan): readonly string[] {
  if (approvals.length === 0) return []
  const missing = needs - approvals.length
  return [`Approved by ${andText(approvals.map(plainText))} so far; ${missing} more has to.`]
}

function extremes(items: readonly WaitingItem[]): readonly CardSection[] {
  const [, ...others] = items
  if (others.length === 0) return []
  const lines = [...oldest(items), ...largest(items)]
  return lines.length === 0 ? [] : [section(null, lines, 2)]
}

function oldest(items: readonly WaitingItem[]): readonly string[] {
  const [first] = items
    .filter(({ modified }) => modified !== null)
    .sort((a, b) => Date.parse(a.modified ?? '') - Date.parse(b.modified ?? ''))
  if (first === undefined || first.modified === null) return []
  return [`Oldest: ${plainText(first.name)} (${first.projectId}), last modified ${first.modified.slice(0, 10)}.`]
}

function largest(items: readonly WaitingItem[]): readonly string[] {
  const [first] = items.filter(({ size }) => size !== null).sort((a, b) => (b.size?.bytes ?? 0) - (a.size?.bytes ?? 0))
  if (first === undefined || first.size === null) return []
  const { files, bytes } = first.size
  return [`Largest: ${plainText(first.name)} (${first.projectId}), ${count(files, 'file')}, ${bytesText(bytes)}.`]
}

function bytesText(bytes: number): string {
  if (bytes < 1_000) return count(bytes, 'byte')
  return bytes < 1_000_000 ? `${Math.round(bytes / 100) / 10} kB` : `${Math.round(bytes / 100_000) / 10} MB`
}
