/**
 * Everything that is stored, in both stores, in one place.
 *
 * The Durable Object (SQLite, below) holds truth and action. KV (`LOG`) holds the record; a key is written once, never
 * changed, never read before it was put, and expires by itself. KV gives no compare-and-set and may show a new key up
 * to a minute late, so nothing is decided from it.
 *
 * | KV key | example | value | lifetime | writer | reader |
 * |---|---|---|---|---|---|
 * | `run/<inverted time>-<run id>` | `run/8203911299999-20261124-100000-1f3a9c` | a finished run: summary, plan, outcomes, not judged, audit; metadata: the summary | RECORD_DAYS (400) | `records/runs.ts` in a run's last slice | `/api/runs/{id}` once the object has let go of its copy |
 * | `inventory/<inverted time>-<run id>` | as above | gzip JSON of an inventory that differs from the one before | 8 days; the first of a day RECORD_DAYS (400) | `put-inventory.ts` | tools that replay policies |
 * | `list/<hash>` | `list/9f86d0…` | a long list that records name by its hash | 30 days beyond RECORD_DAYS, from its last renewal | `put-stored.ts` | `/api/runs/{id}` |
 * | `backup/<project id>/<inverted time>-<run id>` | `backup/23456789/8203…-20261124-100000-1f3a9c` | gzip JSON of the project with its files; metadata: name, hash, files | BACKUP_DAYS (180) | `records/backups.ts` before a delete | undo |
 * | `pack/<inverted time>-<run id>-<number>` | `pack/8203…-20261124-100000-1f3a9c-0` | the backups of a directory, each gzip JSON with a line break, one after the other; metadata: how many | BACKUP_DAYS (180) | `pack.ts` before a directory goes | undo |
 *
 * | table | one row is | lifetime | writer | reader |
 * |---|---|---|---|---|
 * | `runs` | one trigger and what became of it | 400 days, so that a replayed trigger is known | `runs.ts` | doors, `advance.ts` |
 * | `items` | one action of a run: intent and outcome | as its run | `items.ts`, `unsettled.ts` | `act.ts`, `confirm.ts`, doors |
 * | `survey` | a page (≤ 1,001 projects) of a run's survey, gzip JSON | until the next good survey | `survey.ts` | `survey.ts`, `why` |
 * | `paid` | paid evidence of one project in a run's survey | as `survey` | `survey.ts` | `survey.ts`, `why` |
 * | `paid_again` | paid evidence read again by a re-check, so that one that needs several slices goes on where it was | until its run has ended | `recheck.ts` | `recheck.ts` |
 * | `backtests_seen` | this project had so many backtests then | 400 days after it was last seen with some | `backtests-seen.ts` | `backtests-seen.ts` |
 * | `activity` | what was read of when a project was last worked on, and how reading it fared | 30 days after the last look | `activity.ts` | `evidence.ts`, `readings.ts` |
 * | `to_read` | a project whose activity a run is to read once it has acted, in that order | until that run has ended, or the next has a plan | `activity.ts` | `readings.ts` |
 * | `marks` | this project matched this rule from then on | until unmarked | `plan-run.ts` | `memory.ts` |
 * | `holds` | keep this project, until then or for ever | until lifted or over | doors | `memory.ts` |
 * | `notices` | a delivered message has named this marked project | as its mark | `notices.ts` | `memory.ts` |
 * | `own_writes` | a `modified` that our own rename or stamp caused | until the project goes or is modified again | `confirm.ts` | `memory.ts` |
 * | `acted_on` | the first call of ours to a project that was not refused, and the last by which a rule moved it | while the project is there, and 400 days | `acted-on.ts` | `memory.ts`, `gate.ts`, `planning.ts` |
 * | `attempts` | how many destructive attempts a rule made on a day | 2 days | `gate.ts` | `plan-run.ts`, `gate.ts` |
 * | `backups` | a backup, whether it was read back and when KV lets go of it | until then | `backup.ts` | `gate.ts`, undo |
 * | `empty_readings` | a project was seen without any file, for the first time | 30 days | `backup.ts` | `backup.ts` |
 * | `no_backups` | a project that could not be backed up, as it was then, and when it is tried again | 30 days after that | `no-backups.ts` | `memory.ts` |
 * | `former_names` | a name that a project does not have any more | 400 days | `former-names.ts` | names that people ask by |
 * | `conditions` | a condition in which rules stand still, in how many scans it was there, or not, and since when | until it is over | `conditions.ts` | `/health`, runs |
 * | `conditions_told` | people were told of the beginning of a condition of this rule | a week | `conditions.ts` | `conditions.ts` |
 * | `inventories` | the inventory of a good run: where it is, which it may share with runs before it | until KV lets go of it | `finish.ts` | tools |
 * | `reference` | a chunk (ids modulo 16) of what verified lists held, with names, gzip JSON | for ever | `reference.ts` | `shrink-guard.ts` |
 * | `objections` | what stands against the list of projects, with the ids and their hash | until it is settled | `shrink-guard.ts`, `prove.ts` | doors |
 * | `proposals` | a plan that waits for people, or waited: its hash, who approved, how it ended; its items are those of its run | as its run | `proposals.ts` | doors, `planning.ts`, `gate.ts` |
 * | `first_approvals` | an approved run of a rule with `approve = "first"`: key of rule, `protect` and limits as they stood | for ever | `first-approvals.ts` | `planning.ts`, `gate.ts` |
 * | `stored` | a value for KV that the object keeps: a record, a list | until KV has it and 50 newer ones are there | `stored.ts` | doors, `put-stored.ts` |
 * | `lists` | a list that records name by its hash, and until when KV keeps it | until then | `lists.ts` | `lists.ts` |
 * | `stored_parts` | at most 1.5 MB of such a value | as `stored` | `stored.ts` | `stored.ts` |
 * | `questions` | a deletion that was typed and waits for its asker's yes | a day | `questions.ts` | `questions.ts` |
 * | `outbox` | one message to one destination: what it says, how far it is | 30 days, longer while it is due | `outbox.ts`, `messages.ts` | `deliver.ts`, doors |
 * | `destinations` | a destination that rests for a while, or is disabled | until a person has seen to it | `destinations.ts` | `deliver.ts`, `/health`, doors |
 * | `announced` | this mark, this mark's due time, this end of a hold went into the digest of that run | as its mark or hold; less when nobody got the digest | `announced.ts` | `announced.ts` |
 * | `news` | what a run that is going on has to tell when it ends | until its run has ended | `announced.ts` | `tell.ts` |
 * | `audit` | one link of the audit chain: a finished run, its hash, the hash before, where its record is | as its run | `audit.ts` | `verify.ts` |
 * | `replies` | an answer that follows, and the way back to who asked, a secret | until it is sent, at most half an hour | `replies.ts` | `replies.ts` |
 * | `seen` | a chat command or press that came in and is no run | a day | `seen.ts` | `seen.ts` |
 * | `joined` | a trigger that became part of a run: a report that was asked for, an update that was merged | 7 days | `joined.ts` | `joined.ts` |
 * | `totals` | a sum over all runs there ever were | for ever | `totals.ts` | `metrics.ts` |
 * | `units` | a directory that a run acts on as a whole: how far it is, why it stopped, until when its rule leaves it alone | as its run | `units.ts` | `act.ts`, `gate.ts`, `planning.ts`, `finish.ts` |
 * | `stops` | a run that somebody stopped | until it has ended | `stops.ts` | `advance.ts`, `gate.ts` |
 * | `facts` | one named value: newest tick, head of the audit chain, pause, … | for ever | several | several |
 */

import { createProgressTriggers } from './progress.ts'

export function createTables(sql: SqlStorage): void {
  sql.exec(`
    CREATE TABLE runs (
      id TEXT PRIMARY KEY,
      trigger_id TEXT NOT NULL UNIQUE,
      body_hash TEXT NOT NULL,
      trigger TEXT NOT NULL,
      actor TEXT NOT NULL,
      request TEXT NOT NULL,
      status TEXT NOT NULL,
      phase TEXT NOT NULL,
      state TEXT NOT NULL,
      message TEXT NOT NULL,
      policy_at INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      started_at INTEGER,
      finished_at INTEGER,
      policy TEXT,
      counts TEXT NOT NULL,
      findings BLOB,
      api_calls INTEGER NOT NULL,
      crashes INTEGER NOT NULL,
      record_key TEXT,
      progress INTEGER NOT NULL DEFAULT 0,
      progress_seen INTEGER NOT NULL DEFAULT 0,
      idle_steps INTEGER NOT NULL DEFAULT 0,
      calls_seen INTEGER NOT NULL DEFAULT 0,
      received_at INTEGER NOT NULL,
      scan_before TEXT,
      retry_of TEXT
    );
    CREATE INDEX runs_by_status ON runs (status, created_at);
    CREATE INDEX runs_by_time ON runs (created_at DESC, id DESC);
    CREATE INDEX runs_by_scan ON runs (received_at) WHERE scan_before IS NOT NULL;
    CREATE INDEX runs_with_rest ON runs (created_at) WHERE json_extract(state, '$.hasRest') = 1;
    CREATE INDEX runs_of_undo ON runs (json_extract(request, '$.run')) WHERE json_extract(request, '$.kind') = 'undo';
    CREATE TABLE items (
      run TEXT NOT NULL,
      project_id INTEGER NOT NULL,
      created INTEGER NOT NULL,
      settles TEXT NOT NULL,
      item TEXT NOT NULL,
      unit TEXT,
      position INTEGER NOT NULL,
      state TEXT NOT NULL,
      tries INTEGER NOT NULL,
      sent_at INTEGER,
      answered_at INTEGER,
      answer TEXT,
      outcome TEXT,
      detail TEXT NOT NULL,
      backup TEXT,
      before TEXT,
      rebuilt TEXT,
      settled INTEGER NOT NULL,
      absent_at INTEGER,
      PRIMARY KEY (run, project_id, settles)
    );
    CREATE INDEX items_by_state ON items (run, state, position);
    CREATE INDEX items_by_unit ON items (run, unit) WHERE unit IS NOT NULL;
    CREATE TABLE units (
      run TEXT NOT NULL, unit TEXT NOT NULL, rule TEXT NOT NULL, directory TEXT NOT NULL, members INTEGER NOT NULL,
      state TEXT NOT NULL, why TEXT NOT NULL, tries INTEGER NOT NULL, not_before INTEGER,
      PRIMARY KEY (run, unit)
    );
    CREATE INDEX units_by_key ON units (unit);
    CREATE INDEX units_stopped ON units (not_before) WHERE state = 'stopped';
    CREATE INDEX items_unsettled ON items (outcome, settled);
    CREATE INDEX items_rebuilt ON items (project_id) WHERE rebuilt IS NOT NULL;
    CREATE INDEX items_sent ON items (sent_at) WHERE sent_at IS NOT NULL;
    CREATE INDEX items_sent_to ON items (project_id, sent_at) WHERE sent_at IS NOT NULL;
    CREATE INDEX items_settling ON items (settles, project_id) WHERE settles <> '';
    CREATE TABLE empty_readings (
      project_id INTEGER NOT NULL, created INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (project_id, created)
    );
    CREATE TABLE survey (run TEXT NOT NULL, page INTEGER NOT NULL, rows BLOB NOT NULL, PRIMARY KEY (run, page));
    CREATE TABLE paid (run TEXT NOT NULL, project_id INTEGER NOT NULL, evidence TEXT NOT NULL, PRIMARY KEY (run, project_id));
    CREATE TABLE paid_again (
      run TEXT NOT NULL, project_id INTEGER NOT NULL, kind TEXT NOT NULL, evidence TEXT NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (run, project_id, kind)
    );
    CREATE TABLE activity (
      project_id INTEGER NOT NULL, created INTEGER NOT NULL, list_modified INTEGER NOT NULL, listed INTEGER NOT NULL,
      row_hash TEXT NOT NULL, files INTEGER, backtest INTEGER, read_at INTEGER, looked_at INTEGER NOT NULL,
      files_read INTEGER, backtests_read INTEGER, opened_from INTEGER, opened_to INTEGER,
      begun INTEGER NOT NULL, tries INTEGER NOT NULL, retry_at INTEGER, failed TEXT,
      PRIMARY KEY (project_id, created)
    );
    CREATE INDEX activity_by_look ON activity (looked_at);
    CREATE TABLE to_read (
      position INTEGER PRIMARY KEY, run TEXT NOT NULL, project_id INTEGER NOT NULL, created INTEGER NOT NULL,
      list_modified INTEGER NOT NULL, listed INTEGER NOT NULL, row_hash TEXT NOT NULL, unit TEXT, young_after INTEGER
    );
    CREATE TABLE marks (
      project_id INTEGER NOT NULL, created INTEGER NOT NULL, rule TEXT NOT NULL, rule_hash TEXT NOT NULL, since INTEGER NOT NULL,
      PRIMARY KEY (project_id, created, rule_hash)
    );
    CREATE TABLE holds (
      project_id INTEGER NOT NULL, created INTEGER NOT NULL, until INTEGER, by TEXT NOT NULL, at INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (project_id, created)
    );
    CREATE INDEX holds_by_end ON holds (until);
    CREATE TABLE notices (
      project_id INTEGER NOT NULL, created INTEGER NOT NULL, rule_hash TEXT NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (project_id, created, rule_hash)
    );
    CREATE TABLE own_writes (
      project_id INTEGER NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL, effective INTEGER NOT NULL,
      PRIMARY KEY (project_id, created)
    );
    CREATE TABLE acted_on (
      project_id INTEGER PRIMARY KEY, first_sent_at INTEGER NOT NULL, move_rule TEXT, moved_at INTEGER, move_sent_at INTEGER
    );
    CREATE INDEX acted_on_by_move ON acted_on (moved_at) WHERE moved_at IS NOT NULL;
    CREATE INDEX acted_on_by_time ON acted_on (first_sent_at);
    CREATE TABLE attempts (day TEXT NOT NULL, rule TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, rule));
    CREATE TABLE backups (
      key TEXT PRIMARY KEY, pack TEXT, part_at INTEGER, part_length INTEGER, project_id INTEGER NOT NULL,
      created INTEGER NOT NULL, name TEXT NOT NULL, run TEXT NOT NULL, hash TEXT NOT NULL, files INTEGER NOT NULL, modified INTEGER NOT NULL, put_at INTEGER NOT NULL, verified_at INTEGER,
      bytes INTEGER, expires_at INTEGER NOT NULL, checked_at INTEGER, bad_since INTEGER
    );
    CREATE INDEX backups_by_project ON backups (project_id, put_at DESC);
    CREATE INDEX backups_by_pack ON backups (pack) WHERE pack IS NOT NULL;
    CREATE INDEX backups_of_run ON backups (run, project_id);
    CREATE TABLE conditions (
      code TEXT NOT NULL, rule TEXT NOT NULL, says TEXT NOT NULL, seen INTEGER NOT NULL, missed INTEGER NOT NULL,
      began_at INTEGER, told INTEGER NOT NULL, PRIMARY KEY (code, rule)
    );
    CREATE TABLE conditions_told (about TEXT PRIMARY KEY, at INTEGER NOT NULL);
    CREATE TABLE former_names (
      project_id INTEGER NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (project_id, path)
    );
    CREATE INDEX former_names_by_path ON former_names (path);
    CREATE TABLE no_backups (
      project_id INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL, why TEXT NOT NULL, tries INTEGER NOT NULL,
      until INTEGER NOT NULL, PRIMARY KEY (project_id, created)
    );
    CREATE INDEX backups_by_end ON backups (expires_at);
    CREATE INDEX backups_by_check ON backups (coalesce(checked_at, verified_at)) WHERE verified_at IS NOT NULL;
    CREATE INDEX backups_bad ON backups (bad_since) WHERE bad_since IS NOT NULL;
    CREATE TABLE inventories (
      run TEXT PRIMARY KEY, key TEXT NOT NULL, at INTEGER NOT NULL, hash TEXT NOT NULL, expires_at INTEGER NOT NULL
    );
    CREATE INDEX inventories_by_time ON inventories (at DESC, run DESC);
    CREATE INDEX inventories_by_end ON inventories (expires_at);
    CREATE TABLE reference (chunk INTEGER PRIMARY KEY, rows BLOB NOT NULL);
    CREATE TABLE objections (
      code TEXT PRIMARY KEY, hash TEXT NOT NULL, projects BLOB NOT NULL, at INTEGER NOT NULL, says TEXT NOT NULL, accepted_by TEXT
    );
    CREATE TABLE stored (
      key TEXT PRIMARY KEY, kind TEXT NOT NULL, position INTEGER NOT NULL, bytes INTEGER NOT NULL, metadata TEXT NOT NULL,
      expires_at INTEGER NOT NULL, in_kv INTEGER NOT NULL
    );
    CREATE INDEX stored_by_kind ON stored (kind, position);
    CREATE INDEX stored_waiting ON stored (in_kv) WHERE in_kv = 0;
    CREATE TABLE lists (hash TEXT PRIMARY KEY, expires_at INTEGER NOT NULL);
    CREATE INDEX lists_by_end ON lists (expires_at);
    CREATE TABLE stored_parts (key TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (key, part));
    CREATE TABLE questions (
      id TEXT PRIMARY KEY, command TEXT NOT NULL, by TEXT NOT NULL, asked_at INTEGER NOT NULL, ended TEXT
    );
    CREATE TABLE outbox (
      id TEXT PRIMARY KEY,
      destination TEXT NOT NULL,
      about TEXT NOT NULL,
      subject TEXT,
      announces TEXT,
      payload TEXT NOT NULL,
      state TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      due_at INTEGER NOT NULL,
      status INTEGER,
      reason TEXT NOT NULL,
      ref TEXT,
      created_at INTEGER NOT NULL,
      delivered_at INTEGER
    );
    CREATE INDEX outbox_due ON outbox (state, due_at);
    CREATE INDEX outbox_by_subject ON outbox (subject, destination);
    CREATE INDEX outbox_by_digest ON outbox (announces);
    CREATE INDEX outbox_over ON outbox (created_at) WHERE state <> 'due';
    CREATE INDEX outbox_by_state ON outbox (destination, state);
    CREATE TABLE destinations (
      key TEXT PRIMARY KEY, not_before INTEGER NOT NULL, disabled_at INTEGER, reason TEXT NOT NULL, fingerprint TEXT NOT NULL
    );
    CREATE TABLE announced (
      project_id INTEGER NOT NULL, created INTEGER NOT NULL, rule_hash TEXT NOT NULL, stage TEXT NOT NULL, run TEXT NOT NULL,
      hold_ends INTEGER AS (CAST(rule_hash AS INTEGER)), PRIMARY KEY (project_id, created, rule_hash, stage)
    );
    CREATE INDEX announced_by_run ON announced (run);
    CREATE INDEX announced_holds ON announced (hold_ends) WHERE stage = 'hold';
    CREATE TABLE news (run TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE audit (
      position INTEGER PRIMARY KEY, run TEXT NOT NULL, previous TEXT, hash TEXT NOT NULL, record_key TEXT NOT NULL,
      put_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
    );
    CREATE INDEX audit_by_run ON audit (run);
    CREATE INDEX audit_by_record ON audit (record_key);
    CREATE TABLE proposals (
      run TEXT PRIMARY KEY, hash TEXT NOT NULL, policy TEXT NOT NULL, needs INTEGER NOT NULL, requester TEXT NOT NULL,
      proposed INTEGER NOT NULL, proposed_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, state TEXT NOT NULL,
      approvals TEXT NOT NULL, ended_at INTEGER, ended_by TEXT, execution TEXT
    );
    CREATE INDEX proposals_by_state ON proposals (state, proposed_at DESC);
    CREATE INDEX proposals_by_time ON proposals (proposed_at);
    CREATE TABLE first_approvals (key TEXT PRIMARY KEY, rule TEXT NOT NULL, run TEXT NOT NULL, at INTEGER NOT NULL);
    CREATE TABLE replies (
      id INTEGER PRIMARY KEY, vendor TEXT NOT NULL, way TEXT NOT NULL, run TEXT, says TEXT,
      until INTEGER NOT NULL, due_at INTEGER NOT NULL, attempt INTEGER NOT NULL
    );
    CREATE TABLE backtests_seen (project_id INTEGER PRIMARY KEY, count INTEGER NOT NULL, at INTEGER NOT NULL);
    CREATE INDEX backtests_seen_by_time ON backtests_seen (at);
    CREATE INDEX empty_readings_by_time ON empty_readings (at);
    CREATE INDEX questions_by_time ON questions (asked_at);
    CREATE TABLE seen (id TEXT PRIMARY KEY, at INTEGER NOT NULL);
    CREATE INDEX seen_by_time ON seen (at);
    CREATE TABLE joined (
      trigger_id TEXT PRIMARY KEY, body_hash TEXT NOT NULL, run TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL
    );
    CREATE INDEX joined_by_actor ON joined (actor, kind, at);
    CREATE INDEX joined_by_time ON joined (at);
    CREATE TABLE totals (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
    CREATE TABLE stops (run TEXT PRIMARY KEY, by TEXT NOT NULL);
    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  `)
  createProgressTriggers(sql)
}
