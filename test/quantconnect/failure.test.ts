import { describe, expect, it } from 'vitest'
import { type Failure, failureText } from '../../src/quantconnect/failure.ts'
import { redact } from '../../src/quantconnect/redact.ts'

const FAILURES: readonly Failure[] = [
  { kind: 'auth', detail: 'HTTP 401' },
  { kind: 'notFound', detail: 'Project not found' },
  { kind: 'throttled', detail: 'HTTP 429', retryAfterMs: 7_001 },
  { kind: 'throttled', detail: 'HTTP 429', retryAfterMs: null },
  { kind: 'transport', detail: 'HTTP 503', effect: 'none' },
  { kind: 'transport', detail: 'HTTP 503', effect: 'unknown' },
  { kind: 'malformed', detail: '"projects" is missing' },
  { kind: 'refused', errors: ['Project name already exists'] },
  { kind: 'refused', errors: ['The first one.', 'The request is too large.'] },
  { kind: 'refused', errors: [] },
  { kind: 'budget', detail: 'before projects/read' },
]

describe('failureText', () => {
  it.each(FAILURES)('says what happened, why and what to do: $kind', (failure) => {
    const text = failureText(failure)
    expect(text).toMatch(/^QuantConnect|^The API calls/)
    expect(text).toMatch(/\.$/)
    expect(text).not.toMatch(/\.\.|\.:/)
    if ('detail' in failure) expect(text).toContain(failure.detail)
    if (failure.kind === 'refused') for (const error of failure.errors) expect(text).toContain(error)
  })

  it('names the settings when the credentials are wrong', () => {
    expect(failureText({ kind: 'auth', detail: 'HTTP 401' })).toMatch(/QC_USER_ID.*QC_API_TOKEN/)
  })

  it('says that nothing was changed only when that is certain', () => {
    expect(failureText({ kind: 'transport', detail: 'x', effect: 'none' })).toContain('Nothing was changed')
    expect(failureText({ kind: 'transport', detail: 'x', effect: 'unknown' })).toContain('not known')
  })

  it('rounds the wait up to whole seconds', () => {
    expect(failureText({ kind: 'throttled', detail: 'x', retryAfterMs: 7_001 })).toContain('in 8 s')
  })
})

describe('redact', () => {
  it('G20: takes secrets out of details and errors, in any case and more than once', () => {
    const detail = 'token S3CRET+1 and s3cret+1, again S3CRET+1'
    expect(redact({ kind: 'auth', detail }, ['s3cret+1'])).toEqual({
      kind: 'auth',
      detail: 'token [secret] and [secret], again [secret]',
    })
    expect(redact({ kind: 'refused', errors: ['a s3cret+1', 'b'] }, ['s3cret+1'])).toEqual({
      kind: 'refused',
      errors: ['a [secret]', 'b'],
    })
  })

  it('G20: leaves no half of a secret where a long text is cut', () => {
    const secret = 'feedface'.repeat(8)
    for (let before = 230; before < 305; before += 1) {
      const failure = redact({ kind: 'malformed', detail: `${'x'.repeat(before)}${secret}` }, [secret])
      expect(failureText(failure)).not.toContain('feed')
    }
  })

  it('keeps long errors and long lists of errors short', () => {
    const failure = redact({ kind: 'refused', errors: Array(50).fill('y'.repeat(5_000)) }, [])
    expect(failureText(failure).length).toBeLessThan(4_000)
  })

  it('keeps the other facts of a failure', () => {
    expect(redact({ kind: 'throttled', detail: 'x', retryAfterMs: 5 }, [])).toMatchObject({ retryAfterMs: 5 })
  })
})
