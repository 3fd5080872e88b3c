/** Web addresses as settings give them: https, or http to this very machine while developing. */

export type AddressRead = { readonly ok: true; readonly address: string } | { readonly ok: false; readonly why: string }

export interface AddressTerms {
  /** Beside a sandbox on this machine, when http to this machine is taken too. */
  readonly development: boolean
  /** Only scheme, host and port: no path, query or fragment. */
  readonly originOnly?: boolean
}

/** `address` is without a slash at its end. A reason never repeats the address, which may hold a secret. */
export function readAddress(text: string, { development, originOnly = false }: AddressTerms): AddressRead {
  const url = URL.parse(text)
  if (url === null || !/^https?:\/\//i.test(text))
    return { ok: false, why: 'must be an address, beginning with https://' }
  if (url.protocol !== 'https:' && !(development && isLoopback(text))) {
    return { ok: false, why: 'must be an https address (http only to this machine, beside a sandbox)' }
  }
  if (url.username !== '' || url.password !== '') return { ok: false, why: 'must have no name or password in it' }
  if (originOnly && (url.pathname !== '/' || url.search !== '' || url.hash !== '')) {
    return { ok: false, why: 'must have nothing behind the host, as in https://sweep.example.com' }
  }
  return { ok: true, address: originOnly ? url.origin : url.href.replace(/\/$/, '') }
}

/** Whether an address is on this machine. */
export function isLoopback(url: string): boolean {
  return /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/i.test(url)
}

/**
 * Why an address is at no host that it may be at: one of `hosts`, this machine, or one that a setting allows by name. Null
 * when it is. What is sent there carries credentials.
 */
export function hostProblem(address: string, hosts: readonly string[], allowed: readonly string[]): string | null {
  if (isLoopback(address)) return null
  const host = URL.parse(address)?.hostname ?? ''
  if (hosts.includes(host) || allowed.includes(host)) return null
  return `must be at ${hosts.join(' or ')}; for another host set ALLOW_API_HOSTS to its name`
}
