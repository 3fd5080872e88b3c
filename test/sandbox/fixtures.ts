/**
 * The projects every generated workspace begins with: one of each kind that §11 of the fact sheet lists as worth having.
 * Names are as real workspaces hold them, also those the API would no longer take.
 */

import { defaultKey } from './keys.ts'
import type { PartialProject } from './partial.ts'
import { defaultOrganizationId, otherOrganizationId } from './people.ts'
import type { World } from './store.ts'

const day = 86_400_000

/** `id(n)` is the id of the n-th of these projects, for the links between them. */
export function fixtures(now: number, id: (index: number) => number): PartialProject[] {
  function ago(days: number): number {
    return now - days * day
  }

  const rows: PartialProject[] = [
    { name: 'Library/indicators', created: ago(700), modified: ago(410), files: [file('indicators.py')] },
    { name: 'Library/risk_tools', created: ago(640), modified: ago(500), files: [file('risk_tools.py')] },
    {
      name: 'Production/momentum',
      created: ago(600),
      modified: ago(95),
      libraries: [id(0), id(1)],
      live: [running(ago(90))],
      optimizations: [{ status: 'completed', created: ago(92) }],
    },
    { name: 'Production/pairs', created: ago(500), modified: ago(200), libraries: [id(0)], live: [running(ago(30))] },
    {
      name: 'Production/vix-carry',
      created: ago(420),
      modified: ago(160),
      live: [ended('Stopped', ago(150), ago(40))],
    },
    {
      name: 'Production/gap-fade',
      created: ago(380),
      modified: ago(120),
      live: [ended('RuntimeError', ago(110), ago(100))],
    },
    { name: 'Production/fx-carry', created: ago(30), modified: ago(1), live: [running(ago(0.01), 'Initializing')] },
    { name: 'shared code', created: ago(900), modified: ago(620) },
    { name: 'Research/uses shared code', created: ago(300), modified: ago(190), libraries: [id(7)] },
    { name: 'a', created: ago(400), modified: ago(250) },
    { name: 'a/b', created: ago(400), modified: ago(250) },
    { name: 'a/b/c', created: ago(399), modified: ago(240) },
    { name: 'a/b/d', created: ago(399), modified: ago(230) },
    { name: 'a/b2', created: ago(390), modified: ago(220) },
    { name: '/leading/slash', created: ago(380), modified: ago(210) },
    { name: 'double//slash', created: ago(380), modified: ago(210) },
    { name: 'trailing space ', created: ago(380), modified: ago(210) },
    { name: 'A/B/C', created: ago(380), modified: ago(205) },
    { name: 'x', created: ago(360), modified: ago(355) },
    { name: 'x 1', created: ago(355), modified: ago(350) },
    { name: 'x 2', created: ago(350), modified: ago(345) },
    { name: 'Клон: средняя', created: ago(340), modified: ago(330) },
    { name: 'Forschung/Überrendite', created: ago(330), modified: ago(310) },
    { name: '研究/波动率', created: ago(330), modified: ago(300) },
    { name: 'proj<>ect', created: ago(1400), modified: ago(1300) },
    { name: 'Project: number 1', created: ago(1200), modified: ago(1100) },
    { name: 'Clone of: Pensive Black Sheep', created: ago(150), modified: ago(150) },
    { name: 'Boot Camp/Lesson 1/Buy and Hold', created: ago(1000), modified: ago(1000) },
    { name: 'Boot Camp/Lesson 2/Rolling Window', created: ago(998), modified: ago(998) },
    { name: 'Recycle Bin/old/momentum v1', created: ago(700), modified: ago(400), binned: ago(3) },
    { name: 'Recycle Bin/old/momentum v2', created: ago(690), modified: ago(390), binned: ago(21) },
    { name: 'Recycle Bin/x', created: ago(500), modified: ago(200), binned: ago(29) },
    { name: 'desk/noor idea', ownerId: 456, created: ago(260), modified: ago(180) },
    {
      name: 'desk/noor read only',
      ownerId: 456,
      created: ago(250),
      modified: ago(170),
      collaborators: [guest('read')],
    },
    { name: 'desk/with teo', created: ago(240), modified: ago(165), collaborators: [helper(789, 'write')] },
    {
      name: 'desk/with both',
      created: ago(240),
      modified: ago(60),
      collaborators: [helper(456, 'read'), helper(789, 'write')],
    },
    { name: 'other house/carry', organizationId: otherOrganizationId, created: ago(220), modified: ago(150) },
    { name: 'a/b/other house', organizationId: otherOrganizationId, created: ago(220), modified: ago(150) },
    { name: 'vault/alpha', encryptionKey: defaultKey, created: ago(500), modified: ago(300) },
    {
      name: 'keep/tax report',
      description: 'Figures of 2024 [keep until 2099-01-31]',
      created: ago(800),
      modified: ago(700),
    },
    {
      name: 'keep/pinned',
      description: '[keep] see the audit',
      isPinned: true,
      created: ago(800),
      modified: ago(700),
    },
    {
      name: 'parameters/list',
      parameters: [
        { key: 'fast', value: '10' },
        { key: 'slow', value: '50' },
      ],
      modified: ago(140),
    },
    { name: 'parameters/map', parameters: { fast: '10', slow: '50' }, modified: ago(140) },
    { name: 'parameters/records', parameters: { 0: { key: 'fast', value: '10' } }, modified: ago(140) },
    {
      name: 'parameters/named',
      parameters: [{ name: 'fast', value: '10', min: 2, max: 20, step: 1 }],
      modified: ago(140),
    },
    { name: 'grids', grid: { xs: [], sm: [], md: [], lg: [], xl: [] }, liveGrid: null, modified: ago(140) },
    { name: 'sharp', language: 'C#', created: ago(130), modified: ago(125) },
    { name: 'links a lost library', libraries: [id(0) - 1], created: ago(410), modified: ago(280) },
    { name: 'never edited', created: ago(290), modified: ago(290), files: [] },
    {
      name: 'backtesting now',
      created: ago(20),
      modified: ago(0.02),
      backtests: [{ status: 'Running: 40%', created: ago(0.01) }],
    },
  ]
  return rows
}

/** A small object store, with a folder that is reserved (§2.13). */
export function addObjects(world: World): void {
  const now = world.clock.now()
  const texts = {
    'models/momentum.json': '{"weights":[0.2,0.8]}',
    'shared/prices.csv': 'a,b\n1,2\n',
    '.assistant/notes.md': '-',
  }
  const objects = Object.entries(texts).map(([key, text]) => {
    return [key, { content: new TextEncoder().encode(text), created: now - 40 * day, modified: now - 9 * day }] as const
  })
  world.objects.set(defaultOrganizationId, new Map(objects))
}

function file(name: string): { name: string; content: string } {
  return { name, content: `# ${name}\nfrom AlgorithmImports import *\n` }
}

function running(launched: number, status = 'Running'): { [field: string]: unknown } {
  return { status, launched, brokerage: 'InteractiveBrokersBrokerage' }
}

function ended(status: string, launched: number, stopped: number): { [field: string]: unknown } {
  return { status, launched, stopped }
}

function helper(uid: number, permission: string): { [field: string]: unknown } {
  return { uid, permission, liveControl: permission === 'write' }
}

function guest(permission: string): { [field: string]: unknown } {
  return helper(123, permission)
}
