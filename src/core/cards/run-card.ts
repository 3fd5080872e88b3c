/** A run as a card: while it goes on, with Stop; when it has ended, with what it did, what it did not, and Undo. */

import type { Card, CardButton, CardSection } from './card.ts'
import { cutText, doneText, doneWord, type NamedProject, plainText, projects, section, titleText } from './card-text.ts'

/** What a card says of a run that has ended. */
export interface RunFacts {
  readonly id: string
  readonly trigger: string
  /** Who asked for it. */
  readonly actor: string
  readonly mode: 'report' | 'act'
  readonly status: 'waiting' | 'ok' | 'partial' | 'blocked' | 'refused' | 'failed' | 'expired'
  /** What happened, why and what to do; "" when the outcomes say it all. */
  readonly message: string
  readonly outcomes: readonly RunOutcome[]
  /** Whether what it did can be taken back by a run of its own. */
  readonly undoable: boolean
  /** Directories that stopped, of which something went that was not brought back; `place`: among all that stopped. */
  readonly stopped: readonly { readonly directory: string; readonly went: number; readonly place: number }[]
  /** Who approved it and which plan, as a sentence; null for a run that carries out no waiting plan. */
  readonly approval: string | null
  /** Who took it back, by which run, and how that ended; null while nobody has. */
  readonly undo: { readonly by: string; readonly run: string; readonly status: RunFacts['status'] } | null
}

export interface RunOutcome extends NamedProject {
  readonly action: string
  readonly outcome: 'done' | 'already' | 'changed' | 'protected' | 'failed' | 'unsure' | 'not_attempted'
  readonly detail: string
}

/** What a card says of a run that goes on. */
export interface GoingRun {
  readonly id: string
  readonly trigger: string
  readonly actor: string
  /** Items done so far, and how many there are; null before there is a plan. */
  readonly progress: { readonly done: number; readonly of: number } | null
  /** Who approved what it does, as a sentence; null where nobody had to. */
  readonly approval: string | null
  /** Who stopped it, so that it ends before its next change; null while nobody did. */
  readonly stoppedBy: string | null
}

const DONE_LINES = 10
/** With Undo that is a row of buttons. */
const MOST_DIRECTORIES = 4
const LEFT_LINES = 10

export function resultCard(run: RunFacts): Card {
  const done = run.outcomes.filter(({ outcome }) => outcome === 'done')
  const left = run.outcomes.filter(({ outcome }) => outcome !== 'done')
  const said = doneText(done.map(({ action }) => action))
  const what = [said, ...leftText(left)].filter((part) => part !== '').join(', ') || NOTHING[run.status]
  const title = `${HEADS[run.status]}: ${what}${run.undo === null ? '' : `; ${undoneText(run.undo)}`}`
  return {
    title: titleText(title),
    summary: `${title}.`,
    tone: run.status === 'ok' ? 'good' : run.status === 'waiting' ? 'neutral' : 'bad',
    sections: [
      section(
        null,
        [...undoLines(run), ...(run.message === '' ? [] : [run.message]), run.approval ?? askedText(run)],
        3,
      ),
      ...listed(
        'Not done',
        left,
        ({ detail, outcome }) => `: ${outcome}${detail === '' ? '' : `. ${detail}`}`,
        LEFT_LINES,
      ),
      ...listed('Done', done, () => '', DONE_LINES),
    ],
    buttons: run.undoable && run.undo === null && done.length > 0 ? [...bringBack(run), undo(run.id, done)] : [],
    menus: [],
    link: `/runs/${run.id}`,
  }
}

export function runningCard(run: GoingRun): Card {
  const { id, progress, stoppedBy } = run
  const far = progress === null ? 'looking at the projects first' : `${progress.done} of ${progress.of} done`
  const isStopped = stoppedBy !== null
  const stop = isStopped
    ? `Stopped by ${plainText(stoppedBy)}: it ends before its next change, and what is done stays done.`
    : 'Stop ends it before its next change; what is done stays done.'
  return {
    title: titleText(`${isStopped ? 'Stopping' : 'Sweeping'}: ${far}`),
    summary: `A sweep is ${isStopped ? 'being stopped' : 'going on'}: ${far}.`,
    tone: 'neutral',
    sections: [section(null, [run.approval ?? askedText(run), stop], 2)],
    buttons: isStopped ? [] : [{ verb: 'stop', label: 'Stop', ref: id, danger: false, confirm: null }],
    menus: [],
    link: `/runs/${id}`,
  }
}

const HEADS: { readonly [status in RunFacts['status']]: string } = {
  ok: 'Done',
  waiting: 'Waiting for approval',
  partial: 'Partly done',
  blocked: 'Blocked',
  refused: 'Refused',
  failed: 'Failed',
  expired: 'Expired',
}

const NOTHING: { readonly [status in RunFacts['status']]: string } = {
  ok: 'nothing had to be done',
  waiting: 'nothing done yet',
  partial: 'something could not be read',
  blocked: 'nothing was done',
  refused: 'nothing was done',
  failed: 'nothing was done',
  expired: 'nothing was done',
}

function undoneText({ by, status }: NonNullable<RunFacts['undo']>): string {
  if (status === 'ok') return `undone by ${plainText(by)}`
  return status === 'partial' ? `partly undone by ${plainText(by)}` : `${plainText(by)} could not undo it`
}

/** The button goes with the first try, for it is good for one; what is left is undone by typing. */
function undoLines({ id, undo: tried }: RunFacts): readonly string[] {
  if (tried === null) return []
  const more = tried.status === 'ok' ? '' : ` "/sweep undo ${id}" tries once more.`
  return [`Undo by ${plainText(tried.by)}, run ${tried.run}: ${HEADS[tried.status].toLowerCase()}.${more}`]
}

function leftText(left: readonly RunOutcome[]): readonly string[] {
  const many = (...wanted: readonly string[]) => left.filter(({ outcome }) => wanted.includes(outcome)).length
  const parts = [
    [many('failed'), 'failed'],
    [many('unsure'), 'unsure'],
    [many('not_attempted'), 'not attempted'],
    [many('already', 'changed', 'protected'), 'left alone'],
  ] as const
  return parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`)
}

function askedText({ actor, trigger }: Pick<RunFacts, 'actor' | 'trigger'>): string {
  return actor === trigger ? `Started by ${trigger}.` : `Asked for by ${plainText(actor)} (${trigger}).`
}

function listed(
  heading: string,
  outcomes: readonly RunOutcome[],
  more: (outcome: RunOutcome) => string,
  most: number,
): readonly CardSection[] {
  if (outcomes.length === 0) return []
  const lines = outcomes.map((one) => {
    const what = one.outcome === 'done' ? doneWord(one.action) : one.action
    return `${what} ${plainText(one.name)} (${one.projectId})${more(one)}`
  })
  return [section(`${heading} (${outcomes.length})`, lines, most)]
}

/** A button for each of the first directories that stopped: exactly what of it went comes back. */
function bringBack({ id, stopped }: RunFacts): readonly CardButton[] {
  return stopped.slice(0, MOST_DIRECTORIES).map(({ directory, went, place }) => ({
    verb: 'undo',
    label: cutText(`Bring back ${went} of ${directory}`, 75),
    ref: `${id}/${place}`,
    danger: false,
    confirm: {
      title: `Bring back ${projects(went)}?`,
      text: cutText(`Run ${id} stopped in ${directory} after ${projects(went)}. This takes back exactly those.`, 300),
      yes: 'Bring back',
      no: 'Leave it',
    },
  }))
}

function undo(run: string, done: readonly RunOutcome[]): CardButton {
  const confirm = {
    title: `Undo ${projects(done.length)}?`,
    text: `Run ${run}: ${doneText(done.map(({ action }) => action))}. Undo takes that back, project by project.`,
    yes: 'Undo',
    no: 'Leave it',
  }
  return { verb: 'undo', label: 'Undo', ref: run, danger: false, confirm }
}
