/** What can be typed, in as many words as fit a phone. */

import { COMMANDS, type CommandName } from './command.ts'

interface Help {
  /** What is typed behind the name. */
  readonly takes: string
  readonly does: string
  /** A line or two more, for `help <command>`. */
  readonly more: string
}

const HELP: { readonly [name in CommandName]: Help } = {
  plan: {
    takes: '',
    does: 'what a sweep would do now; changes nothing',
    more: 'It reads all projects, so the answer takes some seconds. Nothing is marked.',
  },
  why: {
    takes: '<project>',
    does: 'why a project is kept, protected, marked or due',
    more: 'It looks at the last survey; no project is read again.',
  },
  keep: {
    takes: '<project> [30d | forever | until 2027-01-31]',
    does: 'nothing happens to it until then (30 days unless you say)',
    more: 'Days count from today, and the last one is still kept. The hold is also written into the description as [keep until …].',
  },
  release: {
    takes: '<project>',
    does: 'ends a hold',
    more: 'It also takes [keep …] out of the description.',
  },
  update: {
    takes: '<project> name | description | <parameter> <value>',
    does: 'renames it, describes it, or sets a parameter',
    more: 'For a parameter that is called "name" or "description": update <project> parameter <name> <value>. It can be undone.',
  },
  delete: {
    takes: '<project or directory>',
    does: 'deletes it, or everything inside; asks first',
    more: 'You are shown what exactly would go, and nothing happens before you press the button. A directory is what is inside it, at any depth; end it with "/" where a project has the same name. Everything is copied first, and stays in the Recycle Bin for 30 days.',
  },
  run: {
    takes: '[rule …]',
    does: 'sweeps now, with all rules or these',
    more: 'Caps, protections, holds, grace and approvals are those of any sweep.',
  },
  approve: {
    takes: '[plan]',
    does: 'shows the plan that waits; with the start of its hash: approves it',
    more: 'The hash says that you mean the plan you have seen: at least 6 characters of it.',
  },
  refuse: {
    takes: '',
    does: 'refuses the plan that waits: all of it stays',
    more: 'Their grace starts again, and after it what is still due is asked again; keep what should stay for longer.',
  },
  undo: {
    takes: '<run or project>',
    does: 'takes back what a run did, or brings a deleted project back',
    more: 'Behind a run, the name of a directory takes back only what went of that. Within 30 days a project comes back from the Recycle Bin with its id and backtests; later it is rebuilt from our copy.',
  },
  baseline: {
    takes: '[hash]',
    does: 'shows which projects are missing from the list; with the start of its hash: accepts that',
    more: 'While too many are missing, or were moved to the Recycle Bin by others, rules and deletions wait. The hash says that you mean those you have seen: at least 6 characters of it.',
  },
  status: { takes: '', does: 'is it well, what waits, what ran last', more: '' },
  pause: {
    takes: '',
    does: 'stops acting by rules and deleting before the next such call',
    more: 'It stays so until somebody says resume; surveys and reports go on.',
  },
  resume: { takes: '', does: 'goes on after a pause', more: '' },
  help: { takes: '[command]', does: 'this', more: '' },
}

/** All commands, or one of them. */
export function helpText(about: CommandName | null): string {
  if (about !== null) {
    const { does, more } = HELP[about]
    return [`${usage(about)}: ${does}.`, more].filter((part) => part !== '').join('\n')
  }
  return [
    ...COMMANDS.map((name) => `${usage(name)}: ${HELP[name].does}`),
    'A project is its full name, with or without quotes, or its id.',
  ].join('\n')
}

/** How a command is typed. */
export function usage(name: CommandName): string {
  return `/sweep ${name} ${HELP[name].takes}`.trimEnd()
}
