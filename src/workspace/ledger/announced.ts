/**
 * What people have been told, and the notices that follow from it: a digest that was delivered is a notice for every item it
 * named or linked; one that reached nobody never was, so due times move, and the next run announces its items anew.
 */

import type { Card } from '../../core/cards/card.ts'
import { type DigestItem, digestCard } from '../../core/cards/digest-card.ts'
import { announcementKey, type News, newsOf, type Stage } from '../../core/cards/news.ts'
import type { Inventory } from '../../core/evidence/project.ts'
import type { Decision } from '../../core/judge/decide.ts'
import type { Policy } from '../../core/policy/policy.ts'
import type { EventItems } from '../../hooks/events.ts'
import { firstOf } from '../../hooks/fit-event.ts'

/** What a run that is going on has to tell when it ends: the card for people, the lists for programs. */
export interface StoredNews {
  readonly card: Card
  /** Whether people are to be told, so that a delivery is a notice. */
  readonly announces: boolean
  readonly marked: EventItems
  readonly due: EventItems
}

/**
 * What a sweep has to tell. While there is nobody to tell (`canTell` is false) nothing is announced, so that it is all told
 * once there is somebody; programs hear of what was marked in this very run.
 */
export function readNews(
  sql: SqlStorage,
  policy: Policy,
  inventory: Inventory,
  decision: Decision,
  now: number,
  canTell: boolean,
): News {
  const rows = canTell
    ? sql.exec<Told>('SELECT project_id, created, rule_hash, stage FROM announced').toArray()
    : sql.exec<Told>(`SELECT project_id, created, rule_hash, stage FROM marks, ${BOTH_STAGES}`).toArray()
  const announced = rows.map(({ project_id: projectId, created, rule_hash: ruleHash, stage }) =>
    announcementKey({ projectId, created, ruleHash, stage: stage as Stage }),
  )
  const news = newsOf(policy, inventory, decision, new Set(announced), now)
  return canTell ? news : { ...news, holdsEnding: [], announces: [] }
}

type Told = { project_id: number; created: number; rule_hash: string; stage: string }

const BOTH_STAGES = `(SELECT 'marked' AS stage UNION SELECT 'due')`

/** Puts down what a run has to tell when it ends; written with the marks it tells of. */
export function storeNews(sql: SqlStorage, run: string, news: News, notJudged: number): void {
  const { marked, due, holdsEnding, announces } = news
  const card = digestCard({ run, marked, due, holdsEnding, notJudged })
  if (card === null) return
  for (const { projectId, created, ruleHash, stage } of announces) {
    sql.exec(
      'INSERT OR REPLACE INTO announced (project_id, created, rule_hash, stage, run) VALUES (?, ?, ?, ?, ?)',
      projectId,
      created,
      ruleHash,
      stage,
      run,
    )
  }
  const value: StoredNews = {
    card,
    announces: announces.length > 0,
    marked: firstOf(marked.map(eventItem)),
    due: firstOf(due.map(eventItem)),
  }
  sql.exec('INSERT OR REPLACE INTO news (run, value) VALUES (?, ?)', run, JSON.stringify(value))
}

/** What a run has to tell, once. */
export function takeNews(sql: SqlStorage, run: string): StoredNews | null {
  const row = sql.exec<{ value: string }>('SELECT value FROM news WHERE run = ?', run).toArray()[0]
  if (row === undefined) return null
  sql.exec('DELETE FROM news WHERE run = ?', run)
  return JSON.parse(row.value) as StoredNews
}

/** Writes a notice for every item of a run's digest that has none yet. `at`: policy time of the delivery. */
export function giveNotice(sql: SqlStorage, run: string, at: number): void {
  sql.exec(
    `INSERT OR IGNORE INTO notices (project_id, created, rule_hash, at)
     SELECT project_id, created, rule_hash, ? FROM announced WHERE run = ? AND stage <> 'hold'`,
    at,
    run,
  )
}

/** A digest that nobody got and nobody is going to get was never told. */
export function forgetDigest(sql: SqlStorage, run: string): void {
  sql.exec(
    `DELETE FROM announced WHERE run = ?1 AND NOT EXISTS (
       SELECT 1 FROM outbox WHERE announces = ?1 AND state IN ('due', 'delivered'))`,
    run,
  )
}

/** A mark that goes takes with it what was told of it. */
export function forgetMark(sql: SqlStorage, projectId: number, created: number, ruleHash: string): void {
  for (const table of ['notices', 'announced']) {
    sql.exec(
      `DELETE FROM ${table} WHERE project_id = ? AND created = ? AND rule_hash = ?`,
      projectId,
      created,
      ruleHash,
    )
  }
}

/**
 * Ends every mark of a project, and all that was told of it, whichever project had the id; or (`rule`) only those of one
 * rule. Due times go with the marks they follow from. What was told of a hold stays.
 */
export function endPermissions(sql: SqlStorage, projectId: number, rule: string | null): void {
  const marks = sql
    .exec<{ created: number; rule_hash: string }>(
      'DELETE FROM marks WHERE project_id = ?1 AND (?2 IS NULL OR rule = ?2) RETURNING created, rule_hash',
      projectId,
      rule,
    )
    .toArray()
  for (const mark of marks) forgetMark(sql, projectId, mark.created, mark.rule_hash)
  if (rule !== null) return
  sql.exec('DELETE FROM notices WHERE project_id = ?', projectId)
  sql.exec(`DELETE FROM announced WHERE project_id = ? AND stage <> 'hold'`, projectId)
}

function eventItem({ projectId, name, action, rule, when }: DigestItem) {
  return { projectId, name, action, rule, when }
}
