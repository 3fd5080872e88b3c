/** Requests as Slack makes them: signed, with the fields of §4.2 and §4.6. */

/** The one of Slack's documentation, which development uses. */
export const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5'

/** The body of the published vector. */
export const COMMAND_BODY =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'

/** `v0=…`, by hand rather than by the code under test. */
export async function signSlack(secret: string, timestamp: string, body: Uint8Array): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const content = await new Blob([bytes(`v0:${timestamp}:`), body as Uint8Array<ArrayBuffer>]).arrayBuffer()
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, content))
  return `v0=${Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
