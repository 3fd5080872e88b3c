/** What a delivery of GitHub says: the body in both forms, and what of it means something here. */

import { describe, expect, it } from 'vitest'
import { readGithubEvent, readPayload } from '../../src/hooks/github-event.ts'
import { utf8 } from '../../src/hooks/hmac.ts'

/** As GitHub sends it, shortened. */
const DELETED = {
  ref: 'feature/x',
  ref_type: 'branch',
  pusher_type: 'user',
  repository: { id: 186853002, name: 'algos', full_name: 'team/algos', private: true },
  sender: { login: 'octocat', id: 583231, type: 'User' },
}

const JSON_TYPE = 'application/json'
const FORM = 'application/x-www-form-urlencoded'

describe('the body of a delivery', () => {
  it('is JSON, or the payload of a form', () => {
    const value = { note: 'a+b & 100 % "ü"' }
    const form = new URLSearchParams({ payload: JSON.stringify(value) }).toString()
    expect(readPayload(utf8(JSON.stringify(value)), JSON_TYPE)).toEqual({ ok: true, value })
    expect(readPayload(utf8(JSON.stringify(value)), 'Application/JSON; charset=utf-8')).toEqual({ ok: true, value })
    expect(readPayload(utf8(form), FORM)).toEqual({ ok: true, value })
    expect(readPayload(utf8(`other=1&${form}`), `${FORM}; charset=utf-8`)).toEqual({ ok: true, value })
  })

  it.each([
    ['no JSON', utf8('{'), JSON_TYPE],
    ['empty', utf8(''), JSON_TYPE],
    ['JSON with a byte-order mark', utf8('\ufeff{}'), JSON_TYPE],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), JSON_TYPE],
    ['a form without a payload', utf8('other={}'), FORM],
    ['a form with two', utf8('payload={}&payload={}'), FORM],
    ['a form whose payload is cut', utf8('payload=%7B%2'), FORM],
    ['a form whose payload is no UTF-8', utf8('payload=%22%ff%22'), FORM],
    ['JSON that calls itself a form', utf8('{}'), FORM],
  ])('that is %s cannot be read', (_, body, type) => {
    expect(readPayload(body, type)).toEqual({ ok: false, reason: 'not JSON' })
  })

  it.each(['', 'text/plain', 'application/jsonx', 'multipart/form-data; boundary=x'])(
    'of the type %j is none',
    (type) => {
      expect(readPayload(utf8('{}'), type)).toEqual({ ok: false, reason: 'content type' })
    },
  )
})

describe('an event', () => {
  it('"delete" of a branch names the branch and who did it', () => {
    expect(readGithubEvent('delete', DELETED)).toEqual({
      kind: 'branch deleted',
      branch: { repository: 'team/algos', branch: 'feature/x' },
      sender: 'octocat',
    })
    expect(readGithubEvent('delete', { ...DELETED, sender: { login: 'dependabot[bot]' } })).toMatchObject({
      sender: 'dependabot[bot]',
    })
    expect(readGithubEvent('delete', { ...DELETED, sender: { login: 'a\nb' } })).toMatchObject({ sender: null })
    const { sender: _, ...unsent } = DELETED
    expect(readGithubEvent('delete', unsent)).toMatchObject({ kind: 'branch deleted', sender: null })
  })

  it('"ping" is a greeting', () => {
    expect(readGithubEvent('ping', { zen: 'Anything added dilutes everything else.' })).toEqual({ kind: 'ping' })
  })

  it.each(['push', 'create', 'workflow_run', 'Delete', 'delete ', ''])('%j means nothing here', (event) => {
    expect(readGithubEvent(event, DELETED)).toMatchObject({ kind: 'ignored' })
  })

  it('"delete" of a tag means nothing here', () => {
    expect(readGithubEvent('delete', { ...DELETED, ref_type: 'tag' })).toMatchObject({
      kind: 'ignored',
      why: expect.stringContaining('tag'),
    })
  })

  it('that is called "delete" and is the signed body of "create" is refused: the name of an event is not signed', () => {
    const created = { ...DELETED, master_branch: 'main', description: null }
    expect(readGithubEvent('delete', created)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('create'),
    })
  })

  it.each([
    ['no object', null],
    ['without a ref', { ...DELETED, ref: undefined }],
    ['with an empty ref', { ...DELETED, ref: '' }],
    ['with a ref that is no text', { ...DELETED, ref: ['feature'] }],
    ['without a repository', { ...DELETED, repository: undefined }],
    ['with a repository without its full name', { ...DELETED, repository: { name: 'algos' } }],
    ['of a push', { ref: 'refs/heads/feature', deleted: true, repository: DELETED.repository }],
  ])('"delete" with a body that is %s is refused', (_, payload) => {
    expect(readGithubEvent('delete', payload)).toMatchObject({ kind: 'refused' })
  })
})
