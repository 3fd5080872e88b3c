/** Cards for tests of those who render them: the real ones, with the worst names people gave, and any. */

import fc from 'fast-check'
import { approvalCard } from '../../src/core/cards/approval-card.ts'
import type { Card, CardButton, CardMenu } from '../../src/core/cards/card.ts'
import { deleteCard } from '../../src/core/cards/delete-card.ts'
import { type DigestItem, digestCard } from '../../src/core/cards/digest-card.ts'
import { endedCard } from '../../src/core/cards/ended-card.ts'
import { orphanCard } from '../../src/core/cards/orphan-card.ts'
import { planCard } from '../../src/core/cards/plan-card.ts'
import { resultCard, runningCard } from '../../src/core/cards/run-card.ts'
import { settledCard } from '../../src/core/cards/settled-card.ts'
import { statusCard } from '../../src/core/cards/status-card.ts'
import { troubleCard } from '../../src/core/cards/trouble-card.ts'
import { whyCard } from '../../src/core/cards/why-card.ts'

export const RUN = '20261124-100000-1f3a9c'
export const HASH = '1f3a9c0d2b4e6f80'.padEnd(64, '0')

/** Names that would ring somebody, style, link or quote in one chat or another. */
export const HOSTILE_NAMES = ['@everyone', '**x** [a](http://b) `c`', '<@123> <!channel> <script>&amp;']

export const APPROVAL: Card = approvalCard({
  run: RUN,
  hash: HASH,
  expiresAt: '2026-11-25T10:00:00.000Z',
  needs: 2,
  approvals: ['Ann'],
  requestedBy: 'Cy',
  items: HOSTILE_NAMES.map((name, n) => ({
    projectId: 23456001 + n,
    name: `Research/old/${name}`,
    action: 'delete',
    rule: 'stale-research',
    modified: `2026-0${n + 1}-24T10:00:00.000Z`,
    size: { files: n + 1, bytes: 1_500 * (n + 1) },
  })),
  proposed: 4,
  mayDecide: ['Ann', 'Bob', 'Cy'],
  because: ['It is over "per_run": 4 of at most 2.'],
})

const item = (projectId: number, name: string, owner: string): DigestItem => ({
  projectId,
  name,
  owner,
  action: 'delete',
  rule: 'stale-research',
  to: null,
  when: '2026-12-08T10:00:00.000Z',
})

export const DIGEST: Card = digestCard({
  run: RUN,
  marked: HOSTILE_NAMES.map((name, n) => item(23456001 + n, `Research/${name}`, 'mia')),
  due: [item(23456010, 'Sweeps/a_1', '')],
  holdsEnding: [{ projectId: 23456020, name: 'Sweeps/*kept*', until: '2026-11-30' }],
  notJudged: 2,
}) as Card

export const RESULT: Card = resultCard({
  id: RUN,
  trigger: 'discord',
  actor: 'Ann',
  mode: 'act',
  status: 'partial',
  message: '',
  outcomes: [
    { projectId: 23456001, name: 'Research/@everyone', action: 'delete', outcome: 'done', detail: '' },
    { projectId: 23456002, name: '||x||', action: 'delete', outcome: 'changed', detail: 'It was modified since.' },
  ],
  undoable: true,
  stopped: [],
  approval: null,
  undo: null,
})

export const REFUSED: Card = endedCard({
  run: RUN,
  hash: HASH,
  waiting: 3,
  ending: { kind: 'refused', by: '*Bob*', at: '2026-11-24T11:00:00.000Z' },
})

export const RUNNING: Card = runningCard({
  id: RUN,
  trigger: 'approval',
  actor: 'Ann and <Bob>',
  progress: { done: 10, of: 25 },
  approval: `Approved by Ann and <Bob>. Plan ${HASH.slice(0, 16)}.`,
  stoppedBy: null,
})

/** The digest once one was kept and another had gone. */
export const SETTLED: Card = settledCard(DIGEST, [
  { projectId: 23456001, name: `Research/${HOSTILE_NAMES[0]}`, what: 'kept by <!here> to the end of 2027-01-31' },
  { projectId: 23456010, name: 'Sweeps/a_1', what: 'deleted' },
]) as Card

export const QUESTION: Card = deleteCard({
  question: 'q-0123456789abcdef0123',
  directory: 'Research/*old*',
  items: HOSTILE_NAMES.map((name, n) => ({ projectId: 23456001 + n, name: `Research/*old*/${name}` })),
  minutes: 15,
})

export const STATUS: Card = statusCard({
  level: 'failing',
  reason: 'The last good run ended 26 hours ago.',
  paused: true,
  runs: [
    { id: RUN, trigger: 'slack', actor: '<@U1>', status: 'partial', message: 'A & B.', at: '2026-11-24T10:00:00.000Z' },
  ],
  waiting: { run: RUN, hash: HASH, waiting: 3, expiresAt: '2026-11-25T10:00:00.000Z' },
})

const sign = fc.constantFrom(
  ...'\\`*_~|<>[]()@#:&-\n "',
  'a',
  'Wört',
  '日本',
  '👩‍🔬',
  '@everyone',
  'http://',
  '<!channel>',
)
const text = (maxLength: number, signs: number) =>
  fc.array(sign, { minLength: 1, maxLength: signs }).map((all) => all.join('').slice(0, maxLength))

const button: fc.Arbitrary<CardButton> = fc.record({
  verb: fc.constantFrom('approve', 'refuse', 'keep30', 'keep', 'why', 'stop', 'undo', 'confirm', 'cancel'),
  label: text(75, 60),
  ref: fc.oneof(
    fc.integer({ min: 1, max: 999_999_999 }).map(String),
    fc.constantFrom(RUN, `${RUN}/1f3a9c0d2b4e6f80`, 'r'.repeat(80)),
  ),
  danger: fc.boolean(),
  confirm: fc.option(fc.record({ title: text(100, 60), text: text(300, 200), yes: text(30, 20), no: text(30, 20) })),
})

const menu: fc.Arbitrary<CardMenu> = fc.record({
  verb: fc.constantFrom('keep30', 'keep', 'why'),
  label: text(75, 60),
  options: fc.array(fc.record({ label: text(75, 60), ref: fc.integer({ min: 1, max: 999_999_999 }).map(String) }), {
    minLength: 2,
    maxLength: 25,
  }),
  more: fc.nat(5_000),
})

/** Any card, also far beyond what cards are built like: a vendor's limits hold for it too. */
export const anyCard: fc.Arbitrary<Card> = fc.record({
  title: text(149, 150).map((title) => `T${title}`),
  summary: text(10_000, 3_000).map((summary) => `S${summary}`),
  tone: fc.constantFrom('neutral', 'asks', 'good', 'bad'),
  sections: fc.array(
    fc.record({
      heading: fc.option(text(10_000, 400)),
      lines: fc.array(text(2_000, 400), { maxLength: 60 }),
      more: fc.nat(100_000),
    }),
    { maxLength: 70 },
  ),
  buttons: fc.array(button, { maxLength: 60 }),
  menus: fc.array(menu, { maxLength: 8 }),
  link: fc.option(fc.constantFrom(`/runs/${RUN}`, `/${'long/'.repeat(200)}`)),
})

export const APPROVED: Card = endedCard({
  run: RUN,
  hash: HASH,
  waiting: 1,
  ending: { kind: 'approved', by: ['Ann', 'Bob'], at: '2026-11-24T11:00:00.000Z', execution: RUN },
})

export const WHY: Card = whyCard({
  projectId: 23456001,
  name: `Research/${HOSTILE_NAMES[0]}`,
  verdict: 'marked',
  sentences: ['Rule "stale-research" selects it: no change for 210 days.', 'Its grace ends 2026-12-08 10:00 UTC.'],
  mark: { rule: 'stale-research', since: '2026-11-24T10:00:00.000Z' },
  rules: [],
  due: '2026-12-08T10:00:00.000Z',
  activity: {
    modified: '2026-04-28T10:00:00.000Z',
    lastLive: null,
    newestFile: '2026-04-28T10:00:00.000Z',
    newestBacktest: null,
    readAt: '2026-11-24T10:00:00.000Z',
    unsure: null,
    progress: null,
  },
  actions: [],
})

export const PLAN: Card = planCard({
  run: RUN,
  counts: { inventory: 40, kept: 30, protected: 1, held: 2, notJudged: 0, marked: 4, due: 3 },
  items: HOSTILE_NAMES.map((name, n) => ({
    projectId: 23456001 + n,
    name,
    action: n === 0 ? 'archive' : 'delete',
    rule: 'stale-research',
    reasons: [],
  })),
  stopped: ['It is over "per_run": 3 of at most 2.'],
  message: '',
})

export const ORPHAN: Card = orphanCard()

export const TROUBLE: Card = troubleCard({
  destination: 'discord',
  to: 'channel 1100000000000000001',
  kind: 'gone',
  reason: 'Discord answered 404, code 10003: there is no such channel.',
})
