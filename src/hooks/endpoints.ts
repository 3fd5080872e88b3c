/** Where events are sent and what they are signed with: two settings, read together, the first secret for the first address. */

import { readAddress } from '../core/base/address.ts'
import { type Bytes, toBase64 } from './hmac.ts'
import { readWhsec } from './secrets.ts'

/** As they are written down. */
export interface EndpointSettings {
  /** Addresses that get every event, separated by spaces or commas. https, or http to this machine in development. */
  readonly WEBHOOK_URLS?: string
  /** `whsec_` and base64, one per address in the same order, each another; `new|old` signs with both while it is changed. */
  readonly WEBHOOK_SIGNING_SECRETS?: string
}

export interface Endpoint {
  readonly url: string
  /** The new one first. */
  readonly keys: readonly Bytes[]
}

const MOST_ENDPOINTS = 10
const MAKE = 'Make one with: echo "whsec_$(openssl rand -base64 32)"'

/** Reads both; whatever is wrong is added to the problems, by place and never by value. `inbound`: keys of `POST /hooks`. */
export function readEndpoints(
  env: EndpointSettings,
  inbound: readonly Bytes[],
  development: boolean,
  problems: string[],
): readonly Endpoint[] {
  const urls = listOf(env.WEBHOOK_URLS)
  const secrets = listOf(env.WEBHOOK_SIGNING_SECRETS)
  if (urls.length !== secrets.length) {
    problems.push(
      `WEBHOOK_URLS has ${urls.length} addresses and WEBHOOK_SIGNING_SECRETS has ${secrets.length}: each address has a secret of its own, in the same order. ${MAKE}`,
    )
    return []
  }
  if (urls.length > MOST_ENDPOINTS) problems.push(`WEBHOOK_URLS may have at most ${MOST_ENDPOINTS} addresses.`)
  const seen = new Set(inbound.map(toBase64))
  return urls.map((url, place) => {
    const name = `number ${place + 1}`
    const read = readAddress(url, { development })
    if (!read.ok) problems.push(`WEBHOOK_URLS, ${name}, ${read.why}.`)
    if (urls.indexOf(url) < place) problems.push(`WEBHOOK_URLS, ${name}, is there twice.`)
    return { url, keys: keysOf(secrets[place] ?? '', name, seen, problems) }
  })
}

/** A key known to two receivers lets one speak in our name to the other, and one of `POST /hooks` lets it command us. */
function keysOf(text: string, name: string, seen: Set<string>, problems: string[]): readonly Bytes[] {
  const parts = text.split('|')
  if (parts.length > 2) problems.push(`WEBHOOK_SIGNING_SECRETS, ${name}, has more than two secrets: write new|old.`)
  return parts.flatMap((part) => {
    const read = readWhsec(part)
    if (!read.ok) {
      problems.push(`WEBHOOK_SIGNING_SECRETS, ${name}, ${read.why}. ${MAKE}`)
      return []
    }
    const spelt = toBase64(read.key)
    if (seen.has(spelt)) problems.push(`WEBHOOK_SIGNING_SECRETS, ${name}, is used elsewhere as well. ${MAKE}`)
    seen.add(spelt)
    return [read.key]
  })
}

function listOf(text = ''): readonly string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '')
}
