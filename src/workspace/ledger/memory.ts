/** Marks, holds, own writes and day counts: what the policy engine is told about earlier runs. */

import type { Hold, Mark, Memory, OwnWrite } from '../../core/evidence/memory.ts'
import { isUnknown, type Project } from '../../core/evidence/project.ts'
import type { DayCount } from '../../core/plan/plan.ts'
import { readMoves } from './acted-on.ts'
import { forgetMark } from './announced.ts'
import { readNoBackups } from './no-backups.ts'

export function readMemory(sql: SqlStorage): Memory {
  return {
    marks: sql
      .exec<{ project_id: number; created: number; rule: string; rule_hash: string; since: number }>(
        'SELECT * FROM marks',
      )
      .toArray()
      .map((row) => ({
        projectId: row.project_id,
        created: row.created,
        rule: row.rule,
        ruleHash: row.rule_hash,
        since: row.since,
      })),
    holds: sql
      .exec<{ project_id: number; created: number; until: number | null; by: string; at: number }>(
        'SELECT * FROM holds',
      )
      .toArray()
      .map(
        (row): Hold => ({ projectId: row.project_id, created: row.created, until: row.until, by: row.by, at: row.at }),
      ),
    ownWrites: readOwnWrites(sql),
    notices: sql
      .exec<{ project_id: number; created: number; rule_hash: string; at: number }>('SELECT * FROM notices')
      .toArray()
      .map((row) => ({ projectId: row.project_id, created: row.created, ruleHash: row.rule_hash, at: row.at })),
    moves: readMoves(sql),
    noBackups: readNoBackups(sql),
  }
}

function readOwnWrites(sql: SqlStorage): readonly OwnWrite[] {
  return sql
    .exec<{ project_id: number; created: number; seen: number; effective: number }>('SELECT * FROM own_writes')
    .toArray()
    .map((row) => ({ projectId: row.project_id, created: row.created, seen: row.seen, effective: row.effective }))
}

/** Since when a rule has had its mark on the project, in policy time; null = it has none. */
export function markedSince(
  sql: SqlStorage,
  { projectId, created }: Pick<Mark, 'projectId' | 'created'>,
  ruleHash: string,
): number | null {
  const row = sql
    .exec<{ since: number }>(
      'SELECT since FROM marks WHERE project_id = ? AND created = ? AND rule_hash = ?',
      projectId,
      created,
      ruleHash,
    )
    .toArray()[0]
  return row?.since ?? null
}

/** Whether a delivered message named the project, as that rule marked it, at that policy time or before. */
export function wasToldBefore(
  sql: SqlStorage,
  { projectId, created }: Pick<Mark, 'projectId' | 'created'>,
  ruleHash: string,
  at: number,
): boolean {
  const rows = sql.exec(
    'SELECT 1 FROM notices WHERE project_id = ? AND created = ? AND rule_hash = ? AND at <= ?',
    projectId,
    created,
    ruleHash,
    at,
  )
  return rows.toArray().length > 0
}

/** Takes marks away, with what was told of them. */
export function dropMarks(sql: SqlStorage, marks: readonly Mark[]): void {
  for (const { projectId, created, ruleHash } of marks) {
    sql.exec('DELETE FROM marks WHERE project_id = ? AND created = ? AND rule_hash = ?', projectId, created, ruleHash)
    forgetMark(sql, projectId, created, ruleHash)
  }
}

/** Makes the marks exactly these: new ones are added, kept ones keep their time, the others go. */
export function replaceMarks(sql: SqlStorage, marks: readonly Mark[]): void {
  const key = (mark: Mark) => `${mark.projectId}/${mark.created}/${mark.ruleHash}`
  const wanted = new Set(marks.map(key))
  const present = new Set<string>()
  for (const mark of readMemory(sql).marks) {
    if (wanted.has(key(mark))) present.add(key(mark))
    else dropMarks(sql, [mark])
  }
  for (const mark of marks) {
    if (present.has(key(mark))) continue
    sql.exec(
      'INSERT INTO marks (project_id, created, rule, rule_hash, since) VALUES (?, ?, ?, ?, ?)',
      mark.projectId,
      mark.created,
      mark.rule,
      mark.ruleHash,
      mark.since,
    )
  }
}

export function writeOwnWrite(sql: SqlStorage, write: OwnWrite): void {
  sql.exec(
    'INSERT OR REPLACE INTO own_writes (project_id, created, seen, effective) VALUES (?, ?, ?, ?)',
    write.projectId,
    write.created,
    write.seen,
    write.effective,
  )
}

/** Forgets own writes that nothing shows any more: the project is gone, another one, or was modified since. */
export function forgetOwnWrites(sql: SqlStorage, projects: readonly Project[]): void {
  const writes = readOwnWrites(sql)
  if (writes.length === 0) return
  const listed = new Map(projects.map((project) => [project.id, project]))
  for (const { projectId, created, seen } of writes) {
    const project = listed.get(projectId)
    const isOver = project === undefined || project.created !== created || isAfter(project.modified, seen)
    if (isOver) sql.exec('DELETE FROM own_writes WHERE project_id = ? AND created = ?', projectId, created)
  }
}

function isAfter(modified: Project['modified'], seen: number): boolean {
  return !isUnknown(modified) && modified > seen
}

/** Destructive attempts already made on a day of the policy's zone. */
export function attemptsOn(sql: SqlStorage, day: string): DayCount {
  const rows = sql
    .exec<{ rule: string; count: number }>('SELECT rule, count FROM attempts WHERE day = ?', day)
    .toArray()
  return {
    total: rows.reduce((sum, row) => sum + row.count, 0),
    byRule: Object.fromEntries(rows.map((row) => [row.rule, row.count])),
  }
}

/** `by`: 1, or -1 for an attempt that was not made after all. */
export function countAttempt(sql: SqlStorage, day: string, rule: string, by = 1): void {
  sql.exec(
    'INSERT INTO attempts (day, rule, count) VALUES (?1, ?2, ?3) ON CONFLICT (day, rule) DO UPDATE SET count = count + ?3',
    day,
    rule,
    by,
  )
}
