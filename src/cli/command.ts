/** What all commands have in common: options, help, exit codes, progress, text for a terminal or JSON for programs. */

import { type ParseArgsConfig, parseArgs } from 'node:util'
import { nearest } from '../core/base/nearest.ts'
import { type Cell, type Paint, paintFor, printable, printableJson, progress, table } from './paint.ts'

/** `clean` is exit code 0, `findings` is 1; what counts as a finding is in the command's help. */
export type Outcome = 'clean' | 'findings'

/** The command could not run, with a message for people: exit code 2. */
export class Unable extends Error {}

/** The command was called in a way it does not understand: exit code 2, with the message and the help. */
export class Misuse extends Error {}

export interface Terminal {
  readonly paint: Paint
  /** How far it is, on stderr. */
  say(text: string): void
  /** A line on stdout, without what would steer a terminal; the style is put around it afterwards. */
  print(text?: string, style?: (text: string) => string): void
  /** A table on stdout; on a terminal cut at its width. */
  printTable(head: readonly string[], rows: readonly (readonly Cell[])[]): void
  printJson(value: unknown): void
  /** A line on stderr: what a reader should know beside the answer. */
  note(text: string): void
}

const COMMON = { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } as const

type OptionTable = NonNullable<ParseArgsConfig['options']>

type Parsed<Options extends OptionTable> = ReturnType<
  typeof parseArgs<{ options: Options & typeof COMMON; allowPositionals: true }>
>

export type Values<Options extends OptionTable> = Parsed<Options>['values']

/** Runs a command; `words` are the arguments that are not options. */
export async function command<const Options extends OptionTable>(
  help: string,
  options: Options,
  work: (values: Values<Options>, words: readonly string[], terminal: Terminal) => Promise<Outcome>,
): Promise<void> {
  const steps = progress(process.stderr)
  // Whoever reads the output may stop reading, as `head` does.
  process.stdout.on('error', () => process.exit())
  try {
    const { values, positionals } = parse({ ...options, ...COMMON }) as Parsed<Options>
    if ((values as { help: boolean }).help) {
      console.log(help.trimEnd())
      return
    }
    const outcome = await work(values, positionals, terminalOf(steps))
    process.exitCode = outcome === 'clean' ? 0 : 1
  } catch (error) {
    steps.done()
    const message = printable((error as Error).message)
    console.error(error instanceof Misuse ? `${message}\n\n${help.trimEnd()}` : message)
    // Anything else is a mistake of this program, and its trace says where.
    if (!(error instanceof Misuse || error instanceof Unable)) console.error((error as Error).stack)
    process.exitCode = 2
  }
}

/** A whole number from an option, at least 1. */
export function wholeNumber(option: string, value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
  throw new Misuse(`--${option} takes a whole number above 0, not "${value}".`)
}

/** For commands that take no words. */
export function noWords(words: readonly string[]): void {
  if (words[0] !== undefined) throw new Misuse(`"${words[0]}" is not expected here.`)
}

function parse(options: OptionTable) {
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split('. ')
    const unknown = /^Unknown option '--?([^']+)'/.exec(sentence)?.[1]
    const close = unknown === undefined ? null : nearest(unknown, Object.keys(options))
    throw new Misuse(`${sentence.replace(/\.$/, '')}.${close === null ? '' : ` Did you mean --${close}?`}`)
  }
}

function terminalOf(steps: ReturnType<typeof progress>): Terminal {
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY
  const out = (text: string) => {
    steps.done()
    console.log(text)
  }
  return {
    paint: paintFor(process.stdout, process.env),
    say: (text) => steps.say(printable(text)),
    print: (text = '', style = (plain) => plain) => out(style(printable(text))),
    printTable: (head, rows) => {
      for (const line of table(head, rows).split('\n')) out(line.slice(0, width))
    },
    printJson: (value) => out(printableJson(value)),
    note: (text) => {
      steps.done()
      console.error(printable(text))
    },
  }
}
