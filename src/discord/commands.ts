/**
 * `/sweep` as Discord knows it: one command with a subcommand for each that can be typed, and their options. Registered by
 * `npm run chat:register`, and read back here into the line that chats understand: `keep "Research/a b" 30d`.
 */

import type {
  APIApplicationCommandBasicOption,
  APIApplicationCommandSubcommandOption,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord-api-types/v10'
import { COMMAND, CONTEXT, OPTION } from './numbers.ts'

interface Option {
  readonly name: string
  /** At most 100 characters. */
  readonly description: string
  readonly required?: true
  /** A project: Discord asks for choices while it is typed. */
  readonly project?: true
  /** How it stands in the line: a name or value in quotes, or the words as they are. */
  readonly as: 'quoted' | 'words' | 'field'
}

interface Subcommand {
  /** At most 100 characters. */
  readonly description: string
  /** In the order in which they stand in the line; required ones first, as Discord wants it. */
  readonly options: readonly Option[]
}

const PROJECT: Option = {
  name: 'project',
  description: 'Its full name, or its id',
  required: true,
  project: true,
  as: 'quoted',
}

/** Every command of the chats. */
export const SUBCOMMANDS: { readonly [name: string]: Subcommand } = {
  plan: { description: 'What a sweep would do now; changes nothing', options: [] },
  why: { description: 'Why a project is kept, protected, marked or due', options: [PROJECT] },
  keep: {
    description: 'Nothing happens to a project until then',
    options: [
      PROJECT,
      {
        name: 'until',
        description: '30d, forever, or the last day as 2027-01-31; 30 days unless you say',
        as: 'words',
      },
    ],
  },
  release: { description: 'Ends a hold', options: [PROJECT] },
  update: {
    description: 'Renames or describes a project, or sets a parameter',
    options: [
      PROJECT,
      { name: 'what', description: 'name, description, or the name of a parameter', required: true, as: 'field' },
      { name: 'value', description: 'What it becomes', required: true, as: 'quoted' },
    ],
  },
  delete: {
    description: 'Deletes a project, or everything inside a directory; asks first',
    options: [
      {
        name: 'target',
        description: 'A project by its full name or id, or a directory, which may end with "/"',
        required: true,
        project: true,
        as: 'quoted',
      },
    ],
  },
  run: {
    description: 'Sweeps now',
    options: [
      { name: 'rules', description: 'Only these rules, with blanks between them; all unless you say', as: 'words' },
    ],
  },
  approve: {
    description: 'Shows the plan that waits; with the start of its hash: approves it',
    options: [{ name: 'plan', description: 'At least 6 characters of the hash that the plan shows', as: 'words' }],
  },
  refuse: { description: 'Refuses the plan that waits: all of it stays', options: [] },
  undo: {
    description: 'Takes back what a run did, or brings a deleted project back',
    options: [
      { name: 'target', description: 'Id of a run, or a project', required: true, project: true, as: 'quoted' },
    ],
  },
  baseline: {
    description: 'Shows which projects are missing from the list; with the start of its hash: accepts that',
    options: [{ name: 'hash', description: 'At least 6 characters of the hash that it shows', as: 'words' }],
  },
  status: { description: 'Is it well, what waits, what ran last', options: [] },
  pause: { description: 'Stops everything before the next change', options: [] },
  resume: { description: 'Goes on after a pause', options: [] },
  help: {
    description: 'What can be typed',
    options: [{ name: 'command', description: 'More about one command', as: 'words' }],
  },
}

/**
 * The whole list, as it is registered. Administrators see it until they let others: a right to type is not one to act. Of
 * what is known `everywhere` direct messages are left out, for there nobody can say who sees it; Discord takes that word for
 * such lists only.
 */
export function commandList(where: 'everywhere' | 'in one server'): RESTPostAPIChatInputApplicationCommandsJSONBody[] {
  return [
    {
      type: COMMAND.chatInput,
      name: 'sweep',
      description: 'Keeps the QuantConnect workspace tidy',
      default_member_permissions: '0',
      ...(where === 'everywhere' ? { contexts: [CONTEXT.guild] } : {}),
      options: Object.entries(SUBCOMMANDS).map(([name, { description, options }]) =>
        subcommand(name, description, options),
      ),
    },
  ]
}

function subcommand(
  name: string,
  description: string,
  options: readonly Option[],
): APIApplicationCommandSubcommandOption {
  return { type: OPTION.subcommand, name, description, options: options.map(parameter) }
}

function parameter({ name, description, required, project }: Option): APIApplicationCommandBasicOption {
  const plain = { type: OPTION.string, name, description, ...(required === true ? { required } : {}) }
  return project === true ? { ...plain, autocomplete: true } : plain
}

/** The line for a subcommand and its given options; null for a subcommand that is not ours. */
export function lineOf(name: string, given: ReadonlyMap<string, string>): string | null {
  const known = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined
  if (known === undefined) return null
  const parts = known.options.flatMap((option) => {
    const text = given.get(option.name)?.trim()
    return text === undefined || text === '' ? [] : [written(option, text)]
  })
  return [name, ...parts].join(' ')
}

function written({ as }: Option, text: string): string {
  if (as === 'words') return text
  if (as === 'quoted') return quoted(text)
  // Two fields have names of their own; any other is a parameter's, whatever it is called.
  return /^(name|description)$/i.test(text) ? text : `parameter ${quoted(text)}`
}

/** Marks that hold words together in chats. One that does not stand before a blank inside closes nothing there. */
const QUOTES = ['""', "''", '``', '«»'] as const

/** As one word, whatever is in it. Quotes that somebody put around it, as one has to elsewhere, are not part of it. */
function quoted(text: string): string {
  const inside = /^(["'`])([^"'`]*)\1$/s.exec(text)?.[2] ?? text
  const pair = QUOTES.find(([, close]) => !new RegExp(`${close}\\s`).test(inside))
  return pair === undefined ? inside : `${pair[0]}${inside}${pair[1]}`
}
