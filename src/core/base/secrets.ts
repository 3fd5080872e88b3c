/**
 * Takes secrets out of texts of our own, in every form in which they come back (G20). Two kinds: `redaction` hides pieces
 * of secrets and is for the log alone, which callers never see; `wholeRedaction` hides whole secrets and is for what
 * callers see. Pieces hidden in an answer would tell a caller which guess was right (G29), so what a caller sent goes
 * through neither: an answer repeats it unchanged or not at all.
 */

/** Gives the text without the secrets, in time linear in its length. */
export type Redaction = (text: string) => string

const MARK = '[secret]'

/** So many characters in a row of any form of a secret are taken for a piece of it: a text may have been cut anywhere. */
const PIECE = 12

/** As long as a piece and in every other sentence: alone it is no piece of a secret that somebody made with it. */
const NAME = 'quantconnect'

/** Nothing shorter is a secret; taking it out would only make texts unreadable. */
const SHORTEST = 8

/** For log lines: hides every piece of a secret, and what is secret by its look. */
export function redaction(secrets: readonly string[]): Redaction {
  const forms = formsOfAll(secrets)
  const pieces = new Set<string>()
  for (const form of forms) {
    for (let at = 0; at + PIECE <= form.length; at += 1) pieces.add(form.slice(at, at + PIECE))
  }
  pieces.delete(NAME)
  const short = [...forms].filter((form) => form.length < PIECE)
  return (text) => withoutAddresses(cover(text, pieces, short))
}

/** For records and answers: hides secrets that are there as a whole, in any form, and nothing else. */
export function wholeRedaction(secrets: readonly string[]): Redaction {
  const forms = [...formsOfAll(secrets)]
  return (text) => cover(text, NO_PIECES, forms)
}

const NO_PIECES: ReadonlySet<string> = new Set()

function formsOfAll(secrets: readonly string[]): ReadonlySet<string> {
  return new Set(secrets.filter((secret) => secret.length >= SHORTEST).flatMap(formsOf))
}

/** Every way in which a text is likely to hold the secret, in lower case: hex and percent signs come in either. */
function formsOf(given: string): readonly string[] {
  const secret = given.toWellFormed() // half a character could not be encoded
  const bytes = new TextEncoder().encode(secret)
  const json = JSON.stringify(secret).slice(1, -1)
  const escaped = json.replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const percent = encodeURIComponent(secret)
  const base64 = [0, 1, 2].map((before) => base64Inside(bytes, before))
  const derived = [
    json,
    json.replaceAll('/', '\\/'),
    escaped,
    escaped.replaceAll('/', '\\/'),
    percent,
    new URLSearchParams({ _: secret }).toString().slice(2),
    percent.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`),
    secret.replace(/[&<>"']/g, (one) => HTML[one] ?? one),
    secret.replace(/[&<>]/g, (one) => HTML[one] ?? one),
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ...base64.map((text) => text.replaceAll('/', '\\/')),
    ...base64.map(encodeURIComponent),
  ]
  return [secret, ...derived.filter((form) => form.length >= SHORTEST)].map(lower)
}

const HTML: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** The characters of a base64 text that are the secret's alone when so many bytes stand before it. */
function base64Inside(bytes: Uint8Array, before: number): string {
  const padded = String.fromCharCode(...new Uint8Array(before), ...bytes)
  const end = Math.floor(((before + bytes.length) * 8) / 6)
  return btoa(padded).slice(Math.ceil((before * 8) / 6), end)
}

/** Replaces every stretch that is made of pieces or of whole forms. */
function cover(text: string, pieces: ReadonlySet<string>, whole: readonly string[]): string {
  if (pieces.size === 0 && whole.length === 0) return text
  const same = lower(text)
  const stretches: (readonly [from: number, to: number])[] = []
  for (let at = 0; pieces.size > 0 && at + PIECE <= same.length; at += 1) {
    if (pieces.has(same.slice(at, at + PIECE))) stretches.push([at, at + PIECE])
  }
  for (const form of whole) {
    for (let at = same.indexOf(form); at >= 0; at = same.indexOf(form, at + 1)) stretches.push([at, at + form.length])
  }
  stretches.sort(([a], [b]) => a - b)
  let covered = ''
  let done = 0
  for (const [from, to] of stretches) {
    if (from > done || covered === '') covered += `${text.slice(done, from)}${MARK}`
    done = Math.max(done, to)
  }
  return covered + text.slice(done)
}

/** Letters of ASCII only, so that every place stays where it was. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/**
 * What is secret by its look, whoever's it is: credentials of a header, and the addresses and tokens with which chats
 * let anybody write (Slack's response addresses and webhooks, Discord's webhooks and interactions).
 */
export function withoutAddresses(text: string): string {
  return (
    text
      .replace(/\b(basic|bearer|bot)(\s{1,9}|%20|\+)[\w.~+/=%-]{16,}/gi, `$1$2${MARK}`)
      .replace(/(hooks\.slack(?:-gov)?\.com(?:\\?\/|%2f))[^\s"'<>]+/gi, `$1${MARK}`)
      // The whole address is taken at once, so that no part of it is looked at twice.
      .replace(/discord(?:app)?\.com(?:\\?\/|%2f)api(?:\\?\/|%2f)[^\s"'<>]+/gi, withoutToken)
      .replace(/\b(?:(?:whsec|whsk)_[\w+/=-]{8,}|xox[a-z]-[\w-]{8,})/gi, MARK)
  )
}

/** An address of Discord's API up to what comes after the word that says that a token follows. */
function withoutToken(address: string): string {
  const at = /(?:webhooks|interactions)(?:\\?\/|%2f)(?=.)/i.exec(address)
  return at === null ? address : `${address.slice(0, at.index + at[0].length)}${MARK}`
}
