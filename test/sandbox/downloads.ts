/** Downloads: `object/get` (§2.13) and the links of `data/read` and `modules/read`, served under `/_sandbox/download/`. */
import { type Answer, type Call, type Endpoints, organizationOf } from './call.ts'
import { keyOf, storeOf } from './objects.ts'
import { list, requiredText, text } from './params.ts'
import { refuse } from './refusal.ts'
import { zip } from './zip.ts'

export const downloadEndpoints: Endpoints = { 'object/get': getObjects }

/** How long a zip of objects takes to be made, in milliseconds. */
const making = 2000

/** First the job, then with its id the address of a zip, null until it is made. */
function getObjects(call: Call): Answer {
  const store = storeOf(call)
  const jobId = text(call.params, 'jobId')
  if (jobId) {
    const job = call.world.downloads.get(jobId) ?? refuse('Job not found')
    return { jobId, url: call.now < job.ready ? null : addressOf(call, jobId) }
  }
  const keys = (list(call.params, 'keys') ?? []).map(String)
  if (keys.length === 0) refuse('Required parameter keys is empty')
  const files = keys.map((key) => [keyOf(key), (store.get(keyOf(key)) ?? refuse('Object not found')).content] as const)
  const id = call.world.random.hex(32)
  call.world.downloads.set(id, { bytes: zip(files), ready: call.now + making })
  return { jobId: id, url: null }
}

/** The address of something to download at once; refuses whoever is not of the organization. */
export function linkTo(call: Call, name: string, content: string): string {
  requiredText(call.params, 'organizationId')
  organizationOf(call)
  const id = call.world.random.hex(32)
  call.world.downloads.set(id, { bytes: zip([[name, new TextEncoder().encode(content)]]), ready: call.now })
  return addressOf(call, id)
}

function addressOf(call: Call, id: string): string {
  return `${call.base}/_sandbox/download/${id}`
}
