import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HttpAnswer, type Meaning, readAnswer } from '../../src/quantconnect/answer.ts'

const encoder = new TextEncoder()

function read(status: number, body: unknown, more: Partial<HttpAnswer> = {}): Meaning {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return readAnswer({
    status,
    contentType: 'application/json',
    retryAfterMs: null,
    bytes: encoder.encode(text),
    ...more,
  })
}

/** Kind of failure and whether a read is repeated, or `answer`. */
function verdict(meaning: Meaning): string {
  return meaning.kind === 'answer' ? 'answer' : `${meaning.failure.kind}, again: ${meaning.again}`
}

function refusal(...errors: unknown[]) {
  return { success: false, errors }
}

describe('readAnswer', () => {
  it('hands over the body of a success', () => {
    const body = { success: true, projects: [], errors: [] }
    expect(read(200, body)).toEqual({ kind: 'answer', body })
  })

  it.each([
    ['HTTP 401 without a body', 401, ''],
    ['HTTP 401 with any body', 401, { success: false, errors: ['no'] }],
    ['a hash that does not match', 200, refusal("Hash doesn't match. Try again.")],
    ['the same with a curly apostrophe', 200, refusal('Hash doesn’t match.')],
    ['an unknown user', 200, refusal('UserID not valid')],
    ['an unreadable time', 200, refusal('Invalid timestamp, value received: 0')],
    ['the same under HTTP 400', 400, refusal("Hash doesn't match.")],
    ['the same under HTTP 500', 500, refusal("Hash doesn't match.")],
    ['the text in `messages`', 200, { success: false, messages: ["Hash doesn't match."] }],
    ['the text in `Message`', 200, { success: false, Message: 'UserID not valid' }],
    ['the text as second error', 200, refusal('Sorry.', 'UserID not valid')],
    ['a lock after too many tries', 200, refusal('Too many failed attempts, wait an hour')],
  ])('takes %s for bad credentials', (_, status, body) => {
    expect(verdict(read(status, body))).toBe('auth, again: no')
  })

  it('doubts an empty HTTP 500, which may be credentials or a hiccup', () => {
    expect(verdict(read(500, ''))).toBe('transport, again: emptyServerError')
    expect(verdict(read(500, '  \n'))).toBe('transport, again: emptyServerError')
  })

  it.each([['Project not found'], ['Project not found.'], ['  project not found ']])(
    'takes %j for a project that is not there',
    (text) => {
      expect(verdict(read(200, refusal(text)))).toBe('notFound, again: no')
      expect(verdict(read(404, refusal(text)))).toBe('notFound, again: no')
    },
  )

  it.each([
    ['HTTP 404 with a page', 404, '<html>Not Found</html>', 'refused, again: no'],
    ['HTTP 404 without a body', 404, '', 'refused, again: no'],
    ['the text next to another error', 200, refusal('Project not found', 'Internal Error 21'), 'refused, again: no'],
    ['a longer text', 200, refusal('Library of the project not found'), 'refused, again: no'],
    ['the text under HTTP 500', 500, refusal('Project not found'), 'transport, again: yes'],
    ['the text under HTTP 503', 503, refusal('Project not found'), 'transport, again: yes'],
    ['a file that is not there', 200, refusal('File not found: main.py'), 'refused, again: no'],
    ['an unknown address', 200, refusal('Endpoint not found'), 'refused, again: no'],
    ['no reason at all', 200, { success: false }, 'refused, again: no'],
  ])('does not take %s for a project that is not there', (_, status, body, expected) => {
    expect(verdict(read(status, body))).toBe(expected)
  })

  it.each([
    ['HTTP 429', 429, ''],
    ['HTTP 429 with a page', 429, '<html>slow</html>'],
    ['the in-band text', 200, refusal('Too many backtest requests; please slow down.')],
    ['"slow down" alone', 200, refusal('Please slow down')],
    ['the in-band text under HTTP 503', 503, refusal('Too many requests')],
    ['the text of other clients', 200, refusal('Rate limit exceeded')],
    ['the same in capitals', 200, refusal('RATE LIMIT EXCEEDED')],
    ['the same as one word', 200, refusal('Ratelimit reached, SLOW DOWN')],
    ['"too many" in any case', 200, refusal('TOO MANY requests')],
    ['the text in `messages`', 200, { success: false, messages: ['rate-limit exceeded'] }],
    ['the text in `Message`', 200, { success: false, Message: 'You are being throttled.' }],
    ['a gateway under HTTP 403', 403, { message: 'Rate limit exceeded' }],
    ['a gateway under HTTP 503', 503, { error: 'Rate limit exceeded' }],
  ])('takes %s for being asked to slow down', (_, status, body) => {
    const meaning = read(status, body, { retryAfterMs: 7_000 })
    expect(verdict(meaning)).toBe('throttled, again: yes')
    expect(meaning).toMatchObject({ failure: { retryAfterMs: 7_000 } })
  })

  it.each(['text/html; charset=UTF-8', 'text/plain', '', 'application/xml'])(
    'believes the body that parses, whatever its header says: %j',
    (contentType) => {
      const body = { success: true, projects: [] }
      expect(read(200, body, { contentType })).toEqual({ kind: 'answer', body })
      expect(verdict(read(200, refusal('Project not found'), { contentType }))).toBe('notFound, again: no')
    },
  )

  it.each([
    ['HTTP 408', 408, ''],
    ['HTTP 500 with a page', 500, '<html></html>'],
    ['HTTP 502', 502, '<html></html>'],
    ['HTTP 503 without a body', 503, ''],
    ['HTTP 504', 504, 'gateway time-out'],
    ['HTTP 503 with a success inside', 503, { success: true, projects: [] }],
    ['a web page under HTTP 200', 200, '<!doctype html><title>Maintenance</title>'],
    ['a hiccup', 200, refusal('Failed to process request data, please try again shortly.')],
  ])('takes %s for a fault of the way there, worth a repeat', (_, status, body) => {
    expect(verdict(read(status, body))).toBe('transport, again: yes')
  })

  it.each([301, 302, 303, 307, 308])('does not follow HTTP %i and does not repeat it', (status) => {
    expect(verdict(read(status, ''))).toBe('transport, again: no')
  })

  it.each([
    ['an empty body', '', 'malformed, again: yes'],
    ['a body cut short', '{"success":true,"projects":[{"projectId":1', 'malformed, again: yes'],
    ['plain text', 'OK', 'malformed, again: yes'],
    ['a list', '[]', 'malformed, again: yes'],
    ['null', 'null', 'malformed, again: yes'],
    ['a number', '1', 'malformed, again: yes'],
    ['no success key', '{"projects":[]}', 'malformed, again: no'],
    ['success as text', '{"success":"true","projects":[]}', 'malformed, again: no'],
    ['success as a number', '{"success":1,"projects":[]}', 'malformed, again: no'],
    ['success null', '{"success":null,"projects":[]}', 'malformed, again: no'],
  ])('does not trust %s', (_, body, expected) => {
    expect(verdict(read(200, body))).toBe(expected)
  })

  it('does not trust what is not UTF-8', () => {
    const bytes = new Uint8Array([...encoder.encode('{"success":true,"x":"'), 0xff, ...encoder.encode('"}')])
    expect(verdict(read(200, '', { bytes }))).toBe('malformed, again: yes')
  })

  it('takes HTTP 413 for a refusal that says why', () => {
    expect(read(413, '')).toMatchObject({
      failure: { kind: 'refused', errors: [expect.stringContaining('too large')] },
    })
  })

  it('never believes a success under a client error', () => {
    expect(verdict(read(403, { success: true }))).toBe('refused, again: no')
  })

  it.each([
    ['errors', refusal('one', 'two'), ['one', 'two']],
    ['errors that is a text', { success: false, errors: 'one' }, ['one']],
    ['messages', { success: false, messages: ['one'] }, ['one']],
    ['messages when errors is empty', { success: false, errors: [], messages: ['one'] }, ['one']],
    ['Message', { success: false, Message: 'Internal Error 21' }, ['Internal Error 21']],
    ['an error that is an object', refusal({ code: 5 }), ['{"code":5}']],
    ['an error with a code', { ...refusal('File not found: main.py'), errorCode: 1001 }, ['File not found: main.py']],
    ['nothing', { success: false, errors: null }, []],
  ])('finds the reason in %s', (_, body, errors) => {
    expect(read(200, body)).toMatchObject({ failure: { kind: 'refused', errors } })
  })

  it('G1: gives an answer only for HTTP 2xx with a plain success: true', () => {
    const status = fc.integer({ min: 200, max: 599 })
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.record({ success: fc.anything(), projects: fc.constant([]) }).map((one) => JSON.stringify(one) ?? ''),
    )
    fc.assert(
      fc.property(status, body, (status, body) => {
        const meaning = read(status, body)
        if (meaning.kind === 'failure') return
        expect(status).toBeLessThan(300)
        expect(JSON.parse(body).success).toBe(true)
      }),
    )
  })
})
