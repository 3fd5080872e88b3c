/**
 * What all rules together say of a project: nothing may touch it, something that decides is unknown, a rule wants it, or
 * it is kept. Where several rules select it the least destructive decides; a project that one *spares* is spared by
 * harsher ones too, so that an exception somebody adds never makes anything go.
 */

import { type Facts, projectAt } from '../evidence/facts.ts'
import type { Policy } from '../policy/policy.ts'
import { ACTS, type Bar, byId, MARKS, NO_ACTION, openBar, REPORTS, type Tier } from './bar.ts'
import { type Bench, type Finding, NO, spares } from './finding.ts'
import { CLEAR, type ProtectionReading, protectionOf } from './protect.ts'

export interface Standing {
  readonly protection: ProtectionReading
  /** By position of the rule; empty when all say no, and for what is protected or held, which no rule looks at. */
  readonly findings: readonly Finding[]
  /** Whether a rule could not be read to the end, even where another one decides. */
  readonly isUnclear: boolean
  /** `unknown`: something that decides could not be read. `wanted`: a rule that marks selects it. */
  readonly outcome: 'untouchable' | 'unknown' | 'wanted' | 'kept'
  /** Rank of the least destructive action that a rule wants, when it is wanted. */
  readonly rank: number
  /** Which rules compete for it, when it is wanted. */
  readonly tier: Tier
  /** The rule that acts and spares it, when that keeps others from it. */
  readonly spared: Bar | null
}

export interface Standings {
  /** By id of the rule. */
  readonly bars: readonly Bar[]
  readonly bench: Bench
  /** The standing of the project at a place of the inventory, remembered. */
  standing(place: number): Standing
}

export const NO_FINDINGS: readonly Finding[] = []
const UNWANTED = standingOf(CLEAR, NO_FINDINGS, 'kept', null)

export function openStandings(policy: Policy, facts: Facts): Standings {
  const { length } = facts.inventory.projects
  const protections = new Array<ProtectionReading | undefined>(length)
  const standings = new Array<Standing | undefined>(length)
  const bench: Bench = { facts, zone: policy.timezone, protection }
  const bars = policy.rules.map((rule) => openBar(rule, bench)).sort(byId)
  /** The mildest rule so far that acts, and that only marks, of the project being weighed. */
  const mildest: [Mildest, Mildest] = [nobody(), nobody()]

  return { bars, bench, standing }

  function protection(place: number): ProtectionReading {
    const known = protections[place]
    if (known !== undefined) return known
    const reading = protectionOf(policy, facts, projectAt(facts, place))
    protections[place] = reading
    return reading
  }

  function standing(place: number): Standing {
    const known = standings[place]
    if (known !== undefined) return known
    const made = weigh(place)
    standings[place] = made
    return made
  }

  function weigh(place: number): Standing {
    const reading = protection(place)
    if (reading.reading === 'yes') return standingOf(reading, NO_FINDINGS, 'untouchable', null)
    if (projectAt(facts, place).unreadable !== null) return undecided(reading)
    const findings = findingsOf(place)
    if (findings === null) return reading === CLEAR ? UNWANTED : standingOf(reading, NO_FINDINGS, 'kept', null)

    const [acts, marks] = mildest
    let unknownTo = compare(findings)
    if ((acts.wants || marks.wants) && askAbout(place, findings)) unknownTo = compare(findings)
    if (unknownTo === ACTS) return standingOf(reading, findings, 'unknown', null)
    if (acts.wants) return wantedBy(reading, findings, acts.rank, ACTS, null)
    const spared = acts.bar
    if (unknownTo === MARKS) return standingOf(reading, findings, 'unknown', spared)
    if (marks.wants) return wantedBy(reading, findings, marks.rank, MARKS, spared)
    const isUnclear = hasUnknown(findings)
    return standingOf(reading, findings, isUnclear ? 'unknown' : 'kept', spared)
  }

  /** Of a project whose row could not be read: no rule may look at what only fills the gaps. */
  function undecided(reading: ProtectionReading): Standing {
    const finding: Finding = { kind: 'unknown', own: true, unit: null, reasons: reading.unknown, needs: [] }
    return standingOf(reading, new Array<Finding>(bars.length).fill(finding), 'unknown', null)
  }

  /** Asks the rules about directories whether they spare a project that something wants; true when one does. */
  function askAbout(place: number, findings: Finding[]): boolean {
    let isChanged = false
    for (let i = 0; i < findings.length; i++) {
      const bar = bars[i]
      if (bar === undefined || bar.reach === null || bar.tier === REPORTS || findings[i]?.kind !== 'no') continue
      const finding = bar.reach(place)
      if (finding.kind === 'no') continue
      findings[i] = finding
      isChanged = true
    }
    return isChanged
  }

  /** What each rule says; null when all say no, which is what most projects get. */
  function findingsOf(place: number): Finding[] | null {
    let findings: Finding[] | null = null
    for (let i = 0; i < bars.length; i++) {
      const finding = bars[i]?.find(place) ?? NO
      if (finding.kind === 'no') continue
      findings ??= new Array<Finding>(bars.length).fill(NO)
      findings[i] = finding
    }
    return findings
  }

  /** Finds the mildest rules, and the first tier in which something is unknown. */
  function compare(findings: readonly Finding[]): Tier | null {
    let unknownTo: Tier | null = null
    clear(mildest[ACTS])
    clear(mildest[MARKS])
    for (let i = 0; i < findings.length; i++) {
      const bar = bars[i]
      const finding = findings[i]
      if (bar === undefined || finding === undefined || finding.kind === 'no') continue
      if (finding.kind === 'unknown' && finding.own) {
        if (unknownTo === null || bar.tier < unknownTo) unknownTo = bar.tier
        continue
      }
      const wants = finding.kind === 'match'
      if (bar.tier === REPORTS || (!wants && !spares(finding))) continue
      const best = mildest[bar.tier]
      if (bar.rank < best.rank || (bar.rank === best.rank && wants && !best.wants)) {
        best.rank = bar.rank
        best.wants = wants
        best.bar = bar
      }
    }
    return unknownTo
  }
}

/** The rule of a tier with the least destructive action, and whether it wants the project or spares it. */
interface Mildest {
  rank: number
  wants: boolean
  bar: Bar | null
}

function nobody(): Mildest {
  return { rank: NO_ACTION, wants: false, bar: null }
}

function clear(mildest: Mildest): void {
  mildest.rank = NO_ACTION
  mildest.wants = false
  mildest.bar = null
}

/** The standing of a project that no rule gets. */
function standingOf(
  protection: ProtectionReading,
  findings: readonly Finding[],
  outcome: Exclude<Standing['outcome'], 'wanted'>,
  spared: Bar | null,
): Standing {
  const isUnclear = outcome === 'unknown' || hasUnknown(findings)
  return { protection, findings, isUnclear, outcome, rank: NO_ACTION, tier: REPORTS, spared }
}

function wantedBy(
  protection: ProtectionReading,
  findings: readonly Finding[],
  rank: number,
  tier: Tier,
  spared: Bar | null,
): Standing {
  return { protection, findings, isUnclear: hasUnknown(findings), outcome: 'wanted', rank, tier, spared }
}

function hasUnknown(findings: readonly Finding[]): boolean {
  for (let i = 0; i < findings.length; i++) if (findings[i]?.kind === 'unknown') return true
  return false
}
