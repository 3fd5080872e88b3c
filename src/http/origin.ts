/** Whether another site made a browser send this request: a browser adds a person's credentials there as well. */

/** What browsers say of a request cannot be forged by a page; programs that are no browser say nothing. */
export function isFromElsewhere(request: Request): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null && origin !== new URL(request.url).origin) return true
  const site = request.headers.get('sec-fetch-site')
  return site !== null && site !== 'same-origin' && site !== 'none'
}
