/**
 * Patterns and searches that look at what somebody sends take time that grows with its length and no faster: each at 1, 10
 * and 100 kB of its worst input, at most twelve times as long for ten times as much.
 */

import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/chat/words.ts'
import { lenient, pathGlob, protectionGlob, textGlob } from '../../src/core/base/glob.ts'
import { holdTags, looksLikeHold, withHold, withoutHolds, writtenHold } from '../../src/core/base/hold.ts'
import { hasRepeatedKey } from '../../src/core/base/json-keys.ts'
import { nameProblem, writableName } from '../../src/core/base/names.ts'
import { nearest } from '../../src/core/base/nearest.ts'
import { normalText } from '../../src/core/base/normal-text.ts'
import { parseDescription, withOurLine } from '../../src/core/base/our-line.ts'
import { redaction, wholeRedaction, withoutAddresses } from '../../src/core/base/secrets.ts'
import { plainText, titleText } from '../../src/core/cards/card-text.ts'
import { directoryProblem } from '../../src/core/command/command-delete.ts'
import { findNamed } from '../../src/core/evidence/named.ts'
import { suggest } from '../../src/core/evidence/suggest.ts'
import { lineOf } from '../../src/discord/commands.ts'
import { readCustomId } from '../../src/discord/custom-id.ts'
import { escapeMarkdown } from '../../src/discord/escape.ts'
import { readPayload } from '../../src/hooks/github-event.ts'
import { fromBase64 } from '../../src/hooks/hmac.ts'
import { escapeMrkdwn } from '../../src/slack/escape.ts'
import { readSlashCommand } from '../../src/slack/parse.ts'
import { growsLinearly, WORST } from '../support/node/linear.ts'

const SECRETS = ['dT7/+q"é&x=81Zk w\\p0Ga?nB4y', 'a'.repeat(40), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']
const bytes = (text: string) => new TextEncoder().encode(text)
const projects = Array.from({ length: 50 }, (_, n) => ({ id: n + 1, name: `Old/aaa${n}`, path: `Old/aaa${n}` }))

const redact = redaction(SECRETS)
const whole = wholeRedaction(SECRETS)
const globs = ['**a*b', '**/a*b/*c', '*a*b*c', '?*?*b', '**/x/**/a*', '**b'].map((pattern) => ({
  pattern,
  glob: pathGlob(pattern),
}))
const protecting = protectionGlob('**/a*b/**')
const exempting = lenient(textGlob)('*a*a*b')

const SEARCHES: { readonly [name: string]: (text: string) => unknown } = {
  'redaction of logs': redact,
  'redaction of answers': whole,
  'addresses of chats': withoutAddresses,
  'the nearest key': (text) => nearest(text, ['limit', 'cursor', 'a'.repeat(150), text.slice(0, 190)]),
  'words of a chat': wordsOf,
  'hold tags': holdTags,
  'the hold of a description': (text) => writtenHold(text, 'UTC'),
  'taking holds out': withoutHolds,
  'writing a hold': (text) => withHold(text, null),
  'whether it may be a hold': looksLikeHold,
  'our line': parseDescription,
  'writing our line': (text) => withOurLine(text, 'x'),
  'normalized text': normalText,
  'names that may be written': nameProblem,
  'a name like it': writableName,
  'a directory to delete': directoryProblem,
  'one line of a card': plainText,
  'a title': titleText,
  'text for Slack': escapeMrkdwn,
  'text for Discord': escapeMarkdown,
  'a command of Slack': (text) =>
    readSlashCommand(
      bytes(
        `text=${encodeURIComponent(text.toWellFormed())}&user_id=U&trigger_id=1&response_url=https://hooks.slack.com/x`,
      ),
      false,
    ),
  'a button of Discord': readCustomId,
  'a line of Discord': (text) =>
    lineOf(
      'update',
      new Map([
        ['project', text],
        ['what', text],
        ['value', text],
      ]),
    ),
  'a form of GitHub': (text) => readPayload(bytes(`payload=${text}`), 'application/x-www-form-urlencoded'),
  base64: fromBase64,
  'keys that stand twice': hasRepeatedKey,
  'the project that is named': (text) => findNamed(projects, text, wordsOf(text)),
  'projects to choose from': (text) => suggest(projects, text, 25),
  'a pattern that protects': protecting,
  'a pattern that exempts': exempting,
  ...Object.fromEntries(globs.map(({ pattern, glob }) => [`the pattern ${pattern}`, glob])),
}

describe('the time that is taken for what somebody sends', { timeout: 300_000 }, () => {
  it.each(Object.entries(SEARCHES))('grows with its length alone: %s', (_, search) => {
    expect(WORST.filter((piece) => !growsLinearly(search, piece))).toEqual([])
  })
})
