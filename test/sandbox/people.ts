/** The users and organisations every world has. A project may name others; those can own and help, but not sign in. */
export interface Person {
  readonly id: number
  readonly token: string
  readonly name: string
  readonly email: string
  /** How collaborators are named when they are added (§2.6). */
  readonly publicId: string
}

export interface Organization {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly ownerId: number
  readonly members: readonly number[]
}

/** The user a client signs in as when nothing else is said. */
export const defaultUserId = 123

export const defaultOrganizationId = '5cad178b20a1d52567b534553413b691'

/** The organisation of user 456, where the default user is a guest. */
export const otherOrganizationId = 'd6d62db48592c72e67b534553413b691'

export const people: readonly Person[] = [
  { id: 123, token: 'abc', name: 'Mia', email: 'abc@123.com', publicId: 'mia-ai' },
  { id: 456, token: 'def', name: 'Noor', email: 'noor@example.com', publicId: 'noor-q' },
  { id: 789, token: 'ghi', name: 'Teo', email: 'teo@example.com', publicId: 'teo-lab' },
]

export const organizations: readonly Organization[] = [
  { id: defaultOrganizationId, name: 'Mia Capital', type: 'Trading Firm', ownerId: 123, members: [123, 456, 789] },
  { id: otherOrganizationId, name: 'Noor Research', type: 'Quant Researcher', ownerId: 456, members: [456, 123] },
]

/** Somebody by id; an unknown id is somebody who can't sign in. */
export function person(id: number): Omit<Person, 'token'> {
  const known = people.find((each) => each.id === id)
  return known ?? { id, name: `User ${id}`, email: `user${id}@example.com`, publicId: `user-${id}` }
}

/** The id of somebody by his public id, or by the number itself. */
export function personNamed(name: string): number | undefined {
  const stranger = /^(?:user-)?(\d+)$/.exec(name)
  return people.find((each) => each.publicId === name)?.id ?? (stranger ? Number(stranger[1]) : undefined)
}
