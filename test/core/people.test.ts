/** Whom an id belongs to: capitals do not matter in an address, and matter everywhere else. */

import { describe, expect, it } from 'vitest'
import { personWith } from '../../src/core/policy/people.ts'
import type { Person } from '../../src/core/policy/policy.ts'

const nobody: Person = { name: 'Nob', slack: null, discord: null, email: '', may: [] }
const ken: Person = { name: 'Ken', slack: 'U01ABC', discord: '80351110224678912', email: 'Ken@Example.com', may: [] }
const people = [nobody, ken]

describe('the person with an id', () => {
  it.each(['ken@example.com', 'KEN@EXAMPLE.COM', 'Ken@Example.com'])('is Ken for the address %s', (email) => {
    expect(personWith(people, 'email', email)).toBe(ken)
  })

  // U+212A is a sign that looks like K, and its small form is k.
  it.each(['\u212Aen@example.com', 'ken@example.co', 'ken@example.com ', 'en@example.com', ''])(
    'is a stranger for the address "%s"',
    (email) => {
      expect(personWith(people, 'email', email)).toBeNull()
    },
  )

  it('of a chat is compared exactly, and only with ids of that chat', () => {
    expect(personWith(people, 'slack', 'U01ABC')).toBe(ken)
    expect(personWith(people, 'discord', '80351110224678912')).toBe(ken)
    for (const id of ['u01abc', '80351110224678912', '']) expect(personWith(people, 'slack', id)).toBeNull()
  })
})
