/** Reasons and warnings as plain sentences. */

import { durationText } from '../base/duration.ts'
import { dayOf } from '../base/zone.ts'
import type { UnreadableRow } from '../evidence/unreadable.ts'
import type { MissingFact, NothingToTouch, UnwritableNames } from '../judge/standstill.ts'
import type { Warning } from '../judge/warnings.ts'
import type { Policy } from '../policy/policy.ts'
import type { Protection, Reason } from '../policy/reason.ts'

/** A reason as a sentence. With the policy, days are days of its zone. */
export function reasonText(reason: Reason, policy?: Policy): string {
  switch (reason.kind) {
    case 'no rule':
      return 'No rule selects it.'
    case 'protected':
      return protectionText(reason.by)
    case 'held':
      return heldText(reason, policy?.timezone ?? 'UTC')
    case 'unknown': {
      const whom = reason.rule === null ? 'A protection' : `Rule "${reason.rule}"`
      return `${whom} needs ${reason.what}, which is not known: ${reason.why}.`
    }
    case 'matched': {
      const since = reason.since === null ? '' : `, marked since ${minuteText(reason.since)}`
      return `Rule "${reason.rule}" selects it${since}.`
    }
    case 'no match':
      return `Rule "${reason.rule}" does not select it any more.`
    case 'unless':
      return `Rule "${reason.rule}" selects it, but its "unless" saves it.`
    case 'slot':
      return `Rule "${reason.rule}" keeps it: it is among the newest ${reason.newest}.`
    case 'fresh':
      return `Rule "${reason.rule}" selects it, but it is younger than 48 hours, and such projects are never marked.`
    case 'nothing to do':
      return `Rule "${reason.rule}" selects it, but would change nothing: it is already so.`
    case 'under root':
      return `Rule "${reason.rule}" selects it, but it is already under ${reason.root}.`
    case 'unwritable':
      return `Rule "${reason.rule}" would write "${reason.to}", but ${reason.why}.`
    case 'directory':
      return `Rule "${reason.rule}" selects the directory ${reason.directory}, but project ${reason.projectId} in it saves all. Of that project: ${reasonText(reason.of, policy)}`
    case 'too many':
      return `Rule "${reason.rule}" selects the directory ${reason.directory}, but it holds ${reason.members} projects, and at most ${reason.most} go together.`
    case 'not whole':
      return `Rule "${reason.rule}" would select it with the whole directory ${reason.directory}, but does not select project ${reason.projectId} in it.`
    case 'only reports':
      return onlyReportsText(reason.rule, reason.because)
    case 'new mark':
      return `It is marked now; nothing is marked and acted on in one run. The grace ends ${minuteText(reason.until)}.`
    case 'grace':
      return `The grace of rule "${reason.rule}" ends ${minuteText(reason.until)}.`
    case 'untold': {
      const about = reason.directory === null ? 'it' : `all of its directory ${reason.directory}`
      return `The grace of rule "${reason.rule}" is over, but no message about ${about} has been delivered yet. It goes no sooner than ${durationText(reason.notice)} after one.`
    }
    case 'told': {
      const about = reason.directory === null ? 'it' : `all of its directory ${reason.directory}`
      return `The grace of rule "${reason.rule}" is over. People were told of ${about} on ${minuteText(reason.at)}; it goes not before ${minuteText(reason.until)}.`
    }
    case 'moved': {
      const what = reason.directory === null ? 'it' : `project ${reason.projectId} in its directory ${reason.directory}`
      return `Rule "${reason.rule}" waits: rule "${reason.by}" moved ${what} on ${minuteText(reason.at)}, and rules move a project at most once in 30 days; not before ${minuteText(reason.until)}.`
    }
    case 'no backup': {
      const what = reason.directory === null ? 'it' : `project ${reason.projectId} in its directory ${reason.directory}`
      return `Rule "${reason.rule}" waits: ${what} could not be backed up, and nothing is deleted without a backup. ${reason.why} It is tried again ${minuteText(reason.until)}, or once it was changed.`
    }
    case 'window':
      return `The grace of rule "${reason.rule}" is over, but now is outside the window${policy?.window ? ` (${policy.window.text}, ${policy.timezone})` : ''}.`
    case 'directory waits':
      return `Its directory ${reason.directory} waits: rule "${reason.rule}" does not have project ${reason.projectId} in it.`
    case 'conflict':
      return `${rulesText(reason.over)} it as well; the least destructive, "${reason.rule}", wins.`
    case 'spared':
      return `Rule "${reason.rule}" selects it as well, but the milder rule "${reason.by}", which spares it, keeps it from both.`
    case 'rule changed':
      return `Rule "${reason.rule}" was edited or is gone; the grace of an edited rule starts again.`
    case 'gone':
      return 'The project is not in the list any more, or another one has its id.'
  }
}

/** A warning as a sentence. */
export function warningText(warning: Warning): string {
  switch (warning.kind) {
    case 'malformed hold':
      return `Project ${warning.projectId} says ${warning.text}, which is no hold leansweep knows, so it is held for ever. Write [keep] or [keep until 2027-01-31].`
    case 'protected path matches nothing':
      return `[protect] paths: "${warning.pattern}" protects no project today. ${spelling(warning.unread, 'name', 'Is it spelt right?')}`
    case 'protected id matches nothing':
      return `[protect] ids: no project has the id ${warning.id} today. ${spelling(warning.unread, 'id', 'Is it right?')}`
    case 'unless unknown': {
      const which = warning.of === 1 ? 'unless' : `part ${warning.part} of unless`
      return `Rule "${warning.rule}": ${which} saves no project today, because it cannot be read: ${warning.why}. The rule does nothing where it would decide.`
    }
    case 'fact missing':
      return missingText(warning)
    case 'names unwritable':
      return unwritableText(warning)
    case 'nothing to touch':
      return untouchableText(warning)
    case 'unless matches nothing': {
      const which = warning.of === 1 ? 'unless' : `part ${warning.part} of unless`
      return `Rule "${warning.rule}": ${which} saves no project today. Is it spelt right?`
    }
    case 'takes everything':
      return `Rule "${warning.rule}" would take everything its path and name let it see (${warning.count} projects). Add a condition if that is not meant.`
    case 'matches only normalized':
      return `Rule "${warning.rule}": ${warning.predicate} "${warning.pattern}" selects nothing, but "${warning.example}" reads the same and is written in other characters. What selects is compared exactly: copy the name from QuantConnect if it is meant.`
    case 'unreadable rows':
      return unreadableText(warning.rows)
  }
}

/** What a pattern that matches nothing may come from. */
function spelling(unread: number, what: 'name' | 'id', otherwise: string): string {
  if (unread === 0) return otherwise
  const which = unread === 1 ? `The ${what} of 1 project` : `The ${what}s of ${unread} projects`
  return `${which} could not be read, so that is not known.`
}

/** Of a rule that a missing fact keeps from doing anything. */
export function missingText({ rule, what, why, unknown, of }: MissingFact): string {
  return `Rule "${rule}": ${what} is not known for ${unknown} of ${of} projects that it selects or may select (${why}), so nothing is done about those. Either the API does not send it any more, or the account may not see it.`
}

/** Of projects that no rule can touch. */
export function untouchableText({ projects, ofOthers, theirs }: NothingToTouch): string {
  if (ofOthers === 0) return `All ${projects} projects are protected, so no rule can do anything.`
  const which = ofOthers === projects ? 'Not one' : `Only ${projects - ofOthers}`
  const others = ofOthers === projects ? '' : ', all of them protected otherwise'
  return `${which} of ${projects} projects belongs to the organization of QC_ORGANIZATION_ID${others}, so no rule can do anything. The id is probably wrong; ${ofOthers === 1 ? 'the other project belongs' : 'most belong'} to ${theirs ?? 'another one'}.`
}

/** Of names that a rule would write, and that cannot be written. */
export function unwritableText({ rule, count, name, why }: UnwritableNames): string {
  const which = count === 1 ? '1 project' : `${count} projects`
  return `Rule "${rule}" can never rename or move ${which}: the name it would give cannot be written. "${name}": ${why}. Change the name in QuantConnect, or the rule.`
}

/** Named at most; the rest is counted. */
const MOST_ROWS = 5

const PROTECTED_OTHERS = {
  libraries: 'so whether any project is used as a library is not known',
  directories: 'so no directory is evaluated as a whole',
  both: 'so no directory is evaluated as a whole, and whether any project is used as a library is not known',
} as const

function unreadableText(rows: readonly UnreadableRow[]): string {
  const named = rows.slice(0, MOST_ROWS).map(({ projectId, why, protects }) => {
    const which = projectId === null ? 'a row without a usable id' : `project ${projectId}`
    return `${which} (${protects === null ? why : `${why}, ${PROTECTED_OTHERS[protects]}`})`
  })
  const more = rows.length > named.length ? ` and ${rows.length - named.length} more` : ''
  const what = rows.length === 1 ? '1 row of the list of projects' : `${rows.length} rows of the list of projects`
  return `${what} could not be read whole, and nothing is decided about what could not be read: ${named.join('; ')}${more}.`
}

function protectionText(by: Protection): string {
  switch (by.what) {
    case 'bin':
      return 'It is in the Recycle Bin.'
    case 'library folder':
      return "It is in QuantConnect's own Library folder."
    case 'boot camp':
      return "It is in QuantConnect's own Boot Camp folder."
    case 'other organisation':
      return 'It belongs to another organisation.'
    case 'not owned':
      return 'Somebody else owns it.'
    case 'live':
      return 'It runs live.'
    case 'code running':
      return 'Its code is running.'
    case 'used as library':
      return 'Another project links it as a library.'
    case 'encrypted':
      return 'It is encrypted.'
    case 'pinned':
      return 'It is pinned in QuantConnect.'
    case 'policy path':
      return `The policy protects "${by.pattern}".`
    case 'policy id':
      return 'The policy protects its id.'
  }
}

function heldText(reason: Extract<Reason, { kind: 'held' }>, zone: string): string {
  const until = reason.until === null ? 'for ever' : `to the end of ${dayOf(reason.until - 1, zone)}`
  if (reason.where === 'ledger') return `${reason.by} holds it ${until}.`
  if (reason.malformed === null) return `Its description holds it ${until}.`
  return `Its description says ${reason.malformed}, which is no hold leansweep knows, so it is held for ever.`
}

function onlyReportsText(rule: string, because: Extract<Reason, { kind: 'only reports' }>['because']): string {
  if (because === 'report') return `Rule "${rule}" only reports.`
  return `Rule "${rule}" does not act: enforce is false.`
}

function rulesText(rules: readonly string[]): string {
  const names = rules.map((rule) => `"${rule}"`)
  return rules.length === 1 ? `Rule ${names[0]} wants` : `Rules ${names.join(', ')} want`
}

/** `2026-11-24 10:00 UTC`. */
export function minuteText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
