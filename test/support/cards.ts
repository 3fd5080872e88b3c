/** Cards for tests of those who render them: one as it comes, and any. */

import fc from 'fast-check'
import type { Card, CardButton } from '../../src/core/card.ts'

export const RUN = '20261124-100000-1f3a9c'

/** As a card of an approval looks; the names in it are the worst that people gave. */
export const APPROVAL: Card = {
  title: '3 projects can be cleaned',
  summary: 'leansweep asks: may 3 projects be deleted? Ann or Bob decides until 2026-11-25 10:00 UTC.',
  tone: 'asks',
  sections: [
    { heading: null, lines: ['Plan 1f3a9c0d2b4e6f80, oldest first; largest: Research/old/survey.'], more: 0 },
    {
      heading: 'Research/old (mia)',
      lines: [
        '@everyone: idle 214 days (>90d)',
        '**x** [a](http://b) `c`: idle 120 days (>90d)',
        '<@123> <!channel> <script>: idle 99 days (>90d)',
      ],
      more: 12,
    },
  ],
  buttons: [
    {
      verb: 'approve',
      label: 'Delete 3',
      ref: `${RUN}/1f3a9c0d2b4e6f80`,
      danger: true,
      confirm: { title: 'Delete 3 projects?', text: 'This is the plan posted at 10:00.', yes: 'Delete', no: 'Not now' },
    },
    { verb: 'refuse', label: 'Refuse', ref: `${RUN}/1f3a9c0d2b4e6f80`, danger: false, confirm: null },
    { verb: 'keep30', label: 'Keep 30 d', ref: '23456007', danger: false, confirm: null },
  ],
  link: `/runs/${RUN}`,
}

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
  verb: fc.constantFrom('approve', 'refuse', 'keep30', 'keep', 'why', 'stop', 'undo'),
  label: text(75, 60),
  ref: fc.oneof(
    fc.integer({ min: 1, max: 999_999_999 }).map(String),
    fc.constantFrom(RUN, `${RUN}/1f3a9c0d2b4e6f80`, 'r'.repeat(80)),
  ),
  danger: fc.boolean(),
  confirm: fc.option(fc.record({ title: text(100, 60), text: text(300, 200), yes: text(30, 20), no: text(30, 20) })),
})

/** Any card that keeps the contract, far larger than any vendor takes. */
export const anyCard: fc.Arbitrary<Card> = fc.record({
  title: text(150, 150),
  summary: text(10_000, 3_000),
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
  link: fc.option(fc.constantFrom(`/runs/${RUN}`, `/${'long/'.repeat(200)}`)),
})
