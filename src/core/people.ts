/** Whom of the policy's people an id belongs to. */

import type { Person } from './policy.ts'

/** Where a person is known under an id. */
export type IdKind = 'slack' | 'discord' | 'email'

/** An address is the same in capitals, as sign-in services treat it; ids of chats are compared exactly. Null for a stranger. */
export function personWith(people: readonly Person[], kind: IdKind, id: string): Person | null {
  const comparable = kind === 'email' ? inSmallLetters : (given: string) => given
  const wanted = comparable(id)
  const isThem = (known: string | null) => known !== null && known !== '' && comparable(known) === wanted
  return people.find((person) => isThem(person[kind])) ?? null
}

/** Of A to Z alone: other alphabets have letters whose small form is one of ours, and those are other addresses. */
function inSmallLetters(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}
