/** Who may: the people of the policy, known by the vendor's id. Nobody named = nobody may; looking is free. */

import type { Person } from '../core/policy/policy.ts'
import type { Env } from '../env.ts'
import { workspaceOf } from '../workspace/address.ts'
import type { Answer, Asker } from './answer.ts'
import { tell } from './answer.ts'

/** `either`: to refuse a plan can only save something, so whoever may do anything may do that. */
export type Right = 'operate' | 'approve' | 'either'

export type Allowed =
  | { readonly ok: true; readonly person: Person }
  /** A private and polite no, which says how to be named. */
  | { readonly ok: false; readonly answer: Answer }

/** `what` finishes the sentence "you may not …". */
export async function allowed(env: Env, asker: Asker, right: Right, what: string): Promise<Allowed> {
  const person = await workspaceOf(env).person(asker.vendor, asker.userId)
  if (person !== null && has(person, right)) return { ok: true, person }
  return {
    ok: false,
    answer: tell(person === null ? strangerText(asker, right, what) : lacksText(person, right, what)),
  }
}

/** Null where the asker may read; else a private and polite no. Help is for everybody and not asked here. */
export async function whyNotRead(env: Env, { vendor, userId, placed }: Asker): Promise<Answer | null> {
  if (await workspaceOf(env).mayRead(vendor, userId, placed)) return null
  return tell(
    [
      `Sorry, only people whom the policy names may use leansweep here, and it names nobody with your ${VENDOR[vendor]} id.`,
      'Whoever keeps policy.toml can add you and deploy it:',
      `[[person]]\nname = "your name"\n${vendor} = "${userId}"\nmay = []`,
    ].join('\n'),
  )
}

function has({ may }: Person, right: Right): boolean {
  return right === 'either' ? may.length > 0 : may.includes(right)
}

/** The name of who asks, for records: that of the policy, or the vendor's id. */
export async function nameOf(env: Env, asker: Asker): Promise<string> {
  const person = await workspaceOf(env).person(asker.vendor, asker.userId)
  return person?.name ?? `${asker.vendor} ${asker.userId}`
}

function strangerText({ vendor, userId }: Asker, right: Right, what: string): string {
  return [
    `Sorry, you may look but not ${what}: the policy names nobody with your ${VENDOR[vendor]} id.`,
    'Whoever keeps policy.toml can add you and deploy it:',
    `[[person]]\nname = "your name"\n${vendor} = "${userId}"\nmay = ["${wordFor(right)}"]`,
  ].join('\n')
}

function lacksText({ name, may }: Person, right: Right, what: string): string {
  const has = may.length === 0 ? 'only lets you look' : `gives you ${may.map((one) => `"${one}"`).join(' and ')}`
  return `Sorry, ${name}, you may not ${what}: the policy ${has}, and this needs "${wordFor(right)}" in your \`may\`. Whoever keeps policy.toml can add it.`
}

function wordFor(right: Right): string {
  return right === 'either' ? 'operate' : right
}

const VENDOR = { slack: 'Slack', discord: 'Discord' } as const
