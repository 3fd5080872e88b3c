/** Account, organisations and encryption keys (§2.14). */
import { type Answer, type Call, type Endpoints, organizationOf, preferredOrganization } from './call.ts'
import { encryptionKeys } from './keys.ts'
import { type Organization, person } from './people.ts'

export const accountEndpoints: Endpoints = {
  'account/read': readAccount,
  'user/read': readUser,
  'organizations/list': listOrganizations,
  'organizations/read': readOrganization,
  'organizations/encryption/keys/list': () => ({ keys: encryptionKeys }),
}

function readAccount(call: Call): Answer {
  const card = { brand: 'visa', expiration: '12/27', last4: '0001' }
  return { organizationId: organizationOf(call), creditBalance: 111.56, card }
}

/** lean-cli names an organization, or none. */
function readUser(call: Call): Answer {
  organizationOf(call)
  const { id, name, email, publicId } = person(call.user.id)
  return { user: { id, name, email, publicId, profile: `/u/${publicId}`, badge: null } }
}

function listOrganizations(call: Call): Answer {
  const preferred = preferredOrganization(call)
  const mine = [...call.world.organizations.values()].filter((each) => each.members.includes(call.user.id))
  return { organizations: mine.map((each) => ({ ...summary(call, each), preferred: each.id === preferred })) }
}

/** `ownerName` is `You` for one's own organisation: `lean whoami` needs it. */
function summary(call: Call, organization: Organization): Answer {
  const { id, name, type, ownerId, members } = organization
  const ownerName = ownerId === call.user.id ? 'You' : person(ownerId).name
  return { id, name, type, ownerName, members: members.length }
}

function readOrganization(call: Call): Answer {
  const id = organizationOf(call)
  const { name, type, members, ownerId } = call.world.organizations.get(id) as Organization
  return {
    organization: {
      id,
      name,
      seats: members.length,
      type,
      credit: { balance: 111.56, movements: [] },
      products: [
        { name: 'Seats', items: [{ productId: 1, name: type, quantity: members.length, unitPrice: 60, total: 60 }] },
      ],
      data: { signedTime: null, current: false },
      members: members.map((uid) => ({
        id: uid,
        name: person(uid).name,
        isAdmin: uid === ownerId,
        email: person(uid).email,
      })),
    },
  }
}
