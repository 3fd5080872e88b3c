/**
 * What people are told, in no vendor's words: chat renders it, pages show it. Texts are plain; whoever renders escapes.
 */

export interface Card {
  /** At most 150 characters. */
  readonly title: string
  /** One sentence: the notification, and what a screen reader says. */
  readonly summary: string
  readonly tone: 'neutral' | 'asks' | 'good' | 'bad'
  readonly sections: readonly CardSection[]
  /** At most 5. */
  readonly buttons: readonly CardButton[]
  /** Choices among several projects, where a button for each would be too many; at most 3. */
  readonly menus: readonly CardMenu[]
  /** Path of the full story on the Worker's own pages, such as `/runs/20261124-100000-1f3a9c`. */
  readonly link: string | null
}

export interface CardSection {
  /** Null for none. At most 150 characters. */
  readonly heading: string | null
  /** Each at most 300 characters, without line breaks. */
  readonly lines: readonly string[]
  /** How many more lines there would be; the link has them. */
  readonly more: number
}

/** What a press means. `ref` says to what; a button never carries the instruction itself. */
export type Verb = 'approve' | 'refuse' | 'keep30' | 'keep' | 'why' | 'stop' | 'undo' | 'confirm' | 'cancel'

export interface CardButton {
  readonly verb: Verb
  /** At most 75 characters. */
  readonly label: string
  /**
   * A run (`stop`, `undo`), a run and the place of a directory among those that stopped in it (`undo`: `<run>/<n>`), a run and the first 16 characters of its plan's hash (`approve`, `refuse`: `<run>/<hash>`), a
   * question (`confirm`, `cancel`), or a project id. At most 80 characters.
   */
  readonly ref: string
  readonly danger: boolean
  /** Asked before a dangerous one counts. Title at most 100 characters, text 300, yes and no 30. */
  readonly confirm: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string } | null
}

/** One verb, to be done to the one project that is chosen. */
export interface CardMenu {
  readonly verb: Extract<Verb, 'keep30' | 'keep' | 'why'>
  /** At most 75 characters. */
  readonly label: string
  /** From 2 to 25. `ref` is a project id; `label` at most 75 characters. */
  readonly options: readonly { readonly label: string; readonly ref: string }[]
  /** How many more there would be; whoever wants another types its name. */
  readonly more: number
}

/** What stands before the choice: that there are more, where there are. `shown`: options there was room for. */
export function menuText({ label, options, more }: CardMenu, shown: number): string {
  const all = options.length + more
  return shown === all ? label : `${label} (${shown} of ${all})`
}
