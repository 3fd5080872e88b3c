/** The question before somebody's `delete`: exactly what would go, and a button. Nothing happens before it is pressed. */

import type { Card } from './card.ts'
import { cutText, LABEL, type NamedProject, plainText, projects, section, titleText } from './card-text.ts'

export interface DeleteQuestion {
  /** What the buttons carry. */
  readonly question: string
  /** The directory whose inside it is; null for one project. */
  readonly directory: string | null
  readonly items: readonly NamedProject[]
  /** How long the question stands, in minutes. */
  readonly minutes: number
}

const ITEMS = 20

export function deleteCard({ question, directory, items, minutes }: DeleteQuestion): Card {
  const [first] = items
  const what =
    directory === null
      ? `${plainText(first?.name ?? '')} (${first?.projectId})`
      : `everything inside ${plainText(directory)}`
  const title = `Delete ${what}?`
  const many = projects(items.length)
  const inside = directory === null ? '' : ` inside ${plainText(directory)}, at any depth`
  return {
    title: titleText(title),
    summary: `Delete ${many}${inside}? Nothing happens before you press the button.`,
    tone: 'asks',
    sections: [
      section(
        null,
        [
          `This is ${many}${inside}. Each is copied first and goes to the Recycle Bin, where it stays for 30 days.`,
          `If anything else is there by then, or one of them must stay, nothing is done. The question stands for ${minutes} minutes.`,
        ],
        2,
      ),
      ...(directory === null
        ? []
        : [
            section(
              'What would go',
              items.map(({ name, projectId }) => `${plainText(name)} (${projectId})`),
              ITEMS,
            ),
          ]),
    ],
    buttons: [
      {
        verb: 'confirm',
        label: cutText(`Delete ${many}`, LABEL),
        ref: question,
        danger: true,
        confirm: {
          title: `Delete ${many}?`,
          text: cutText(`${many}${inside === '' ? `: ${what}` : inside}. This is the last question.`, 300),
          yes: `Delete ${items.length}`,
          no: 'Not now',
        },
      },
      { verb: 'cancel', label: 'Cancel', ref: question, danger: false, confirm: null },
    ],
    menus: [],
    link: null,
  }
}
