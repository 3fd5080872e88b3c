/** What `npm start` adds to the made-up workspace: a stale directory with everything around it that must stay. */

const DAY = 86_400_000

/** The directory that the demonstration's rule is about. */
export const STALE = 'Research/2023-pairs'

/** Projects that a careless clean-up of `Research/2023-pairs` would take too, and why they stay. */
export const NEIGHBOURS = [
  { name: 'Research', what: 'an ancestor of the directory' },
  { name: STALE, what: 'a project called like the directory' },
  { name: `${STALE}-v2/idea`, what: 'a neighbour with the same prefix, just as old' },
] as const

export function demoProjects(now: number): readonly object[] {
  const old = { created: now - 900 * DAY, modified: now - 200 * DAY }
  return [
    project(`${STALE}/alpha`, old, 'Cointegration of the two share classes.'),
    project(`${STALE}/beta`, old, ''),
    project(`${STALE}/notebooks/survey`, old, 'First look at the spreads.'),
    ...NEIGHBOURS.map(({ name }) => project(name, old, '')),
    project('Research/keep-me', old, 'Do not lose this one. [keep]'),
  ]
}

function project(name: string, dates: object, description: string): object {
  const content = `# ${name}\nfrom AlgorithmImports import *\n`
  return {
    name,
    description,
    ...dates,
    files: [
      { name: 'main.py', content },
      { name: 'research.ipynb', content: '{"cells": []}' },
    ],
  }
}
