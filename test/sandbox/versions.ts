/** Engine versions and Python environments (§2.14). */
import type { Endpoints } from './call.ts'
import { showDate } from './dates.ts'
import type { Switches } from './switches.ts'

/** The id a project shows when it follows master (§2.4). */
export const masterVersion = 17_000

const releases = [
  { id: masterVersion, number: 17_000, created: Date.UTC(2026, 4, 20, 9, 30) },
  { id: 16_985, number: 16_985, created: Date.UTC(2026, 3, 2, 14, 0) },
  { id: 15_298, number: 15_298, created: Date.UTC(2023, 2, 17, 18, 12) },
]

export function leanVersions(switches: Switches): unknown[] {
  return releases.map((each, index) => ({
    id: each.id,
    created: showDate(switches, 'versions.created', each.created),
    description: '',
    leanHash: String(each.id).repeat(8).slice(0, 40),
    leanCloudHash: String(each.id).split('').reverse().join('').repeat(8).slice(0, 40),
    name: index === 0 ? 'master' : `v2.5.0.0.${each.number}`,
    ref: index === 0 ? 'refs/heads/master' : `refs/tags/${each.number}`,
    public: true,
  }))
}

const environments = [
  { id: 1, name: 'Foundation', path: '/Foundation-Pomegranate', description: 'The default environment', public: true },
  { id: 2, name: 'Pomegranate', path: '/Foundation-Pomegranate', description: 'Packages of 2024', public: true },
]

export const versionEndpoints: Endpoints = {
  'lean/versions/read': ({ world }) => ({ versions: leanVersions(world.switches) }),
  'lean/environments/read': () => ({ environments }),
}
