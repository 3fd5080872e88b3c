/** Whom of the policy's people an id belongs to, and whether two of them would be one. */

/** Where a person is known under an id. */
export type IdKind = 'slack' | 'discord' | 'email'

const KINDS: readonly IdKind[] = ['slack', 'discord', 'email']

/** What a person is known by; null and undefined alike for nothing. */
type Known = { readonly [kind in IdKind]?: string | null | undefined }

/** An address is the same in capitals, as sign-in services treat it; ids of chats are compared exactly. Null for a stranger. */
export function personWith<P extends Known>(people: readonly P[], kind: IdKind, id: string): P | null {
  const wanted = comparable(kind, id)
  return people.find((person) => wanted !== '' && comparable(kind, person[kind] ?? '') === wanted) ?? null
}

/** Where somebody is called or known as somebody before them is: they would count as one person, or one as two. */
export function namesakes(
  people: readonly (Known & { readonly name: string })[],
): readonly { readonly place: number; readonly key: 'name' | IdKind; readonly value: string }[] {
  return people.flatMap((person, place) => {
    const before = people.slice(0, place)
    const sameName = before.some(({ name }) => name === person.name)
    const known = KINDS.filter((kind) => personWith(before, kind, person[kind] ?? '') !== null)
    const keys = [...(sameName ? (['name'] as const) : []), ...known]
    return keys.map((key) => ({ place, key, value: person[key] ?? '' }))
  })
}

function comparable(kind: IdKind, id: string): string {
  return kind === 'email' ? inSmallLetters(id) : id
}

/** Of A to Z alone: other alphabets have letters whose small form is one of ours, and those are other addresses. */
function inSmallLetters(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}
