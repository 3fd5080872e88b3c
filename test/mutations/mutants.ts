/**
 * Guards and fixes, each taken out by itself: `npm run test:mutations` says which named test and which random sequence notice
 * that it is gone. A sequence that was written for the one fault does not count, so only `test/chaos` is asked.
 */

export interface Mutant {
  /** Stays as it is, for the results are kept by it. */
  readonly id: string
  /** The promise that it is about. */
  readonly promise: string
  /** What is taken out, in words. */
  readonly what: string
  readonly file: string
  /** Stands in the file exactly once, and is replaced. */
  readonly find: string
  readonly by: string
  /** Test files that are asked, one after the other. */
  readonly tests: readonly string[]
}

/** Never true, and no type checker or linter knows. */
const NEVER = 'Math.random() > 1'

/** Takes out `if (condition) …`: the condition never holds. */
function never(condition: string, rest = ''): { readonly find: string; readonly by: string } {
  return { find: `if (${condition})${rest}`, by: `if (${NEVER} && (${condition}))${rest}` }
}

function inFile(file: string, tests: readonly string[], mutants: readonly Omit<Mutant, 'file' | 'tests'>[]) {
  return mutants.map((mutant): Mutant => ({ ...mutant, file, tests }))
}

const workspace = (...names: readonly string[]) => names.map((name) => `test/workspace/${name}.test.ts`)

export const MUTANTS: readonly Mutant[] = [
  ...inFile(
    'src/workspace/running/gate.ts',
    workspace(
      'gate',
      'gate-guards',
      'guards',
      'caps',
      'race',
      'notice',
      'pause',
      'recheck',
      'outcomes',
      'approval',
      'throttle',
      'backup',
    ),
    [
      { id: 'gate-approval', promise: 'G7', what: 'the gate asks for the approval', ...never('!free') },
      {
        id: 'gate-halted',
        promise: 'G19',
        what: 'the gate asks whether the run is halted',
        ...never('halted !== null', ' return halted\n  if (!facts.stands.still)'),
      },
      {
        id: 'gate-stands',
        promise: 'G8',
        what: 'the gate asks whether the item still stands',
        find: '  if (!facts.stands.still) return stop(facts.stands.outcome, facts.stands.why)\n  const { item } = facts.stands',
        by: `  if (!facts.stands.still && ${NEVER}) return stop(facts.stands.outcome, facts.stands.why)\n  const item = facts.stands.still ? facts.stands.item : row.item`,
      },
      {
        id: 'gate-old-lists',
        promise: 'G8',
        what: 'lists are at most a minute old',
        ...never('facts.now - facts.listsAskedAt > LISTS_GOOD_FOR_MS'),
      },
      {
        id: 'gate-unsettled',
        promise: 'G10',
        what: 'an earlier attempt is settled first',
        ...never('isUnsure(sql, item.projectId)'),
      },
      {
        id: 'gate-held',
        promise: 'G2',
        what: 'what is held now does not go',
        ...never('held !== null', " return stop('protected', held)"),
      },
      {
        id: 'gate-unit',
        promise: 'G23',
        what: 'the gate asks for the stage of a directory',
        ...never('barred !== null', ' return barred'),
      },
      {
        id: 'gate-backup',
        promise: 'G9',
        what: 'the gate asks for the verified copy',
        ...never("item.action === 'delete' && facts.verifiedBackup === null"),
      },
      {
        id: 'gate-rule',
        promise: 'G3',
        what: 'the gate asks for mark, grace, window and notice',
        ...never('tooSoon !== null'),
      },
      { id: 'gate-caps', promise: 'G5', what: 'the gate asks for the limits', ...never('overCap !== null') },
      {
        id: 'gate-counts',
        promise: 'G5',
        what: 'an attempt is counted',
        ...never('isDestructive(item.action)', " countAttempt(sql, day, item.rule ?? '')"),
      },
      {
        id: 'gate-takes-back',
        promise: 'G5',
        what: 'a call that was not made is not counted',
        ...never('isDestructive(row.item.action)', " countAttempt(sql, day, row.item.rule ?? '', -1)"),
      },
      {
        id: 'gate-withdrawn',
        promise: 'G19',
        what: 'a permit is withdrawn while its call waits its turn',
        find: '    whyHalted(sql, run, clock())?.detail ??\n    whyHeld(sql, item, facts.policyNow) ??',
        by: `    (${NEVER} ? whyHalted(sql, run, clock())?.detail : null) ??\n    (${NEVER} ? whyHeld(sql, item, facts.policyNow) : null) ??`,
      },
      {
        id: 'gate-rebuild-target',
        promise: 'G24',
        what: 'a rebuild writes to its own project only',
        ...never("row.item.action !== 'rebuild' || !isOurs || mutation.projectId !== target"),
      },
      { id: 'gate-report', promise: 'G4', what: 'a dry run changes nothing', ...never("run.request.mode !== 'act'") },
      {
        id: 'gate-approval-ends',
        promise: 'G7',
        what: 'an approval is good for a day',
        ...never('ends !== null && ends <= now'),
      },
      {
        id: 'gate-throttled',
        promise: 'general',
        what: 'nothing is started after a throttled call',
        ...never('throttledUntil(sql, now) !== null'),
      },
      { id: 'gate-paused', promise: 'G19', what: 'a pause stops the next call', ...never('paused !== null') },
      {
        id: 'gate-grace',
        promise: 'G3',
        what: 'the gate asks for the grace period',
        ...never('now - since < Math.max(rule.after, LEAST_GRACE_MS)'),
      },
      {
        id: 'gate-moved',
        promise: 'policy',
        what: 'no second move within 30 days',
        ...never('isMove(item.action) && movableAt(lastMoveOf(sql, item.projectId)) > now', ' {'),
      },
      {
        id: 'gate-window',
        promise: 'policy',
        what: 'the gate asks for the window',
        ...never('!isOpen(policy.window, now, policy.timezone)'),
      },
      {
        id: 'gate-notice',
        promise: 'policy',
        what: 'the gate asks for the notice',
        find: '  if (rule.notice === 0 || wasToldBefore(',
        by: `  if (Math.random() < 2 || rule.notice === 0 || wasToldBefore(`,
      },
      {
        id: 'gate-zero',
        promise: 'G5',
        what: 'a limit of 0 lets nothing through',
        ...never('zero !== null', ' return `'),
      },
      {
        id: 'gate-per-run',
        promise: 'G5',
        what: 'the gate counts for the run',
        ...never("attemptsOf(sql, run.id, 'destructive') + more > limits.per_run"),
      },
      {
        id: 'gate-per-day',
        promise: 'G5',
        what: 'the gate counts for the day',
        ...never('today.total + more > limits.per_day'),
      },
      {
        id: 'gate-rule-per-day',
        promise: 'G5',
        what: 'the gate counts for the rule and the day',
        find: 'if (ofRule === undefined ||',
        by: 'if (Math.random() < 2 || ofRule === undefined ||',
      },
      {
        id: 'gate-edits',
        promise: 'G5',
        what: 'the gate counts edits',
        find: "if (attemptsOf(sql, run.id, 'stamps') + more <= limits.stamps_per_run) return null",
        by: "if (Math.random() < 2 || attemptsOf(sql, run.id, 'stamps') + more <= limits.stamps_per_run) return null",
      },
    ],
  ),
  ...inFile(
    'src/quantconnect/permit.ts',
    ['test/quantconnect/permit.test.ts', ...workspace('gate')],
    [{ id: 'permit-once', promise: 'G4', what: 'a permit works once', find: '  open.delete(permit)\n', by: '' }],
  ),
  ...inFile('src/workspace/ledger/acted-on.ts', workspace('again', 'identity', 'approval'), [
    {
      id: 'used-up',
      promise: 'G22',
      what: 'a call ends what allowed it',
      find: "  endPermissions(sql, item.projectId, item.action === 'describe' ? item.rule : null)\n",
      by: `  if (${NEVER}) endPermissions(sql, item.projectId, item.rule)\n`,
    },
    {
      id: 'used-up-describe',
      promise: 'G22',
      what: 'an annotation ends only its own mark',
      find: "endPermissions(sql, item.projectId, item.action === 'describe' ? item.rule : null)",
      by: 'endPermissions(sql, item.projectId, null)',
    },
    {
      id: 'acted-on',
      promise: 'G7',
      what: 'no standing approval covers what was acted on',
      find: "sql.exec('INSERT OR IGNORE INTO acted_on (project_id, first_sent_at) VALUES (?, ?)', projectId, sentAt)",
      by: `if (${NEVER}) sql.exec('INSERT OR IGNORE INTO acted_on (project_id, first_sent_at) VALUES (?, ?)', projectId, sentAt)`,
    },
  ]),
  ...inFile('src/workspace/running/starts-anew.ts', workspace('again', 'intervene'), [
    {
      id: 'starts-anew',
      promise: 'G22',
      what: 'what comes back from the bin starts anew',
      find: 'for (const { id } of marked) if (isOut(id))',
      by: `for (const { id } of marked) if (${NEVER} && isOut(id))`,
    },
    {
      id: 'leaves-plan',
      promise: 'G22',
      what: 'what is in the bin leaves the plan that waits',
      find: 'if (out.length === 0) return',
      by: 'if (Math.random() < 2 || out.length === 0) return',
    },
  ]),
  ...inFile('src/workspace/asking/decide-on.ts', workspace('approval', 'caps', 'intervene'), [
    {
      id: 'decide-open',
      promise: 'G7',
      what: 'only a plan that is open is decided on',
      ...never("proposal.state !== 'open'", " return no('over'"),
    },
    {
      id: 'decide-hash',
      promise: 'G7',
      what: 'the hash of the plan is asked for',
      ...never('decision.plan !== proposal.hash'),
    },
    { id: 'decide-right', promise: 'G7', what: 'only those decide who may', ...never('refusal !== null') },
    {
      id: 'decide-twice',
      promise: 'G7',
      what: 'one person is one of two',
      ...never('approvals.some((one) => one.by === by.name)'),
    },
    {
      id: 'decide-requester',
      promise: 'G7',
      what: 'who asked is not one of two',
      ...never('needs === 2 && requester === by.name'),
    },
    {
      id: 'decide-may',
      promise: 'G7',
      what: 'approving takes the right to',
      ...never("person === null || !person.may.includes('approve')"),
    },
    {
      id: 'decide-zero',
      promise: 'G5',
      what: 'no approval is spent on a limit of 0',
      find: 'if (zero !== null) return no(',
      by: `if (${NEVER} && zero !== null) return no(`,
    },
    {
      id: 'decide-window',
      promise: 'G7',
      what: 'no approval is spent outside the window',
      find: 'if (closed !== null) return no(',
      by: `if (${NEVER} && closed !== null) return no(`,
    },
    {
      id: 'decide-restart',
      promise: 'G7',
      what: 'a rejection starts the grace period anew',
      find: '      startAgain(sql, proposal, policyNow(sql, now))\n',
      by: `      if (${NEVER}) startAgain(sql, proposal, policyNow(sql, now))\n`,
    },
  ]),
  ...inFile(
    'src/core/plan/still.ts',
    ['test/core/plan.test.ts', ...workspace('recheck')],
    [
      {
        id: 'still-created',
        promise: 'G16',
        what: 'another project under the same id is another',
        ...never('project.created !== item.created'),
      },
      { id: 'still-name', promise: 'G8', what: 'what was renamed stays', ...never('project.name !== item.name') },
      {
        id: 'still-due',
        promise: 'G8',
        what: 'what is not due any more stays',
        find: '  if (!isRipe(verdict))\n',
        by: `  if (${NEVER} && !isRipe(verdict))\n`,
      },
      {
        id: 'still-action',
        promise: 'G8',
        what: 'another rule or action is another item',
        ...never('verdict.action !== item.action || verdict.rule !== item.rule'),
      },
      {
        id: 'still-modified',
        promise: 'G8',
        what: 'what was modified stays',
        ...never('project.modified !== item.modified && !isOurOpening(item, project, inventory)'),
      },
      {
        id: 'still-taken',
        promise: 'G8',
        what: 'a name that was taken meanwhile is not written',
        find: 'return isTaken(inventory, to) ? no(',
        by: `return ${NEVER} && isTaken(inventory, to) ? no(`,
      },
    ],
  ),
  ...inFile(
    'src/workspace/running/recheck.ts',
    workspace('recheck', 'commands', 'floor', 'shrink-guard', 'guards', 'hold-survives'),
    [
      {
        id: 'recheck-floor',
        promise: 'G6',
        what: 'the shrink guard stands before the call',
        ...never('objection !== null'),
      },
      {
        id: 'recheck-sight',
        promise: 'G8',
        what: 'what a single look shows is decided about again',
        find: 'if (JSON.stringify(listed) === JSON.stringify(project)) return stands(row)',
        by: 'if (Math.random() < 2 || JSON.stringify(listed) === JSON.stringify(project)) return stands(row)',
      },
      {
        id: 'recheck-description',
        promise: 'G2',
        what: 'a description that changed a moment ago stays',
        ...never('listed?.created !== project.created || listed.description !== project.description'),
      },
      {
        id: 'recheck-copy',
        promise: 'G31',
        what: 'the dates of the copied files are activity',
        find: '    const again = decide(policy, newer, memory, now)\n',
        by: `    if (Math.random() < 2) return stands(row)\n    const again = decide(policy, newer, memory, now)\n`,
      },
      {
        id: 'recheck-command-created',
        promise: 'G25',
        what: 'a command means the same project',
        ...never('same.created !== item.created'),
      },
      {
        id: 'recheck-command-action',
        promise: 'G25',
        what: 'a command means the same action',
        ...never('same.action !== item.action'),
      },
      {
        id: 'recheck-command-name',
        promise: 'G25',
        what: 'a command means the same name',
        ...never('same.name !== item.name'),
      },
      {
        id: 'recheck-command-modified',
        promise: 'G25',
        what: 'a command leaves what was modified since',
        ...never('same.modified !== item.modified'),
      },
    ],
  ),
  ...inFile('src/workspace/running/revalidate.ts', workspace('recheck', 'hold-survives', 'intervene', 'commands'), [
    {
      id: 'read-again',
      promise: 'G2',
      what: 'a project is read again before its description is written',
      ...never('stands.still && project !== null && isReadAgain(stands.item)'),
    },
    {
      id: 'vanished',
      promise: 'G8',
      what: 'what a list lacks is looked at once more',
      find: "  if (project === null && item.action !== 'rebuild') return vanished(slice, row)",
      by: "  if (project === null && item.action !== 'rebuild') return left('already', typeof vanished)",
    },
  ]),
  ...inFile('src/workspace/running/shrink-guard.ts', workspace('shrink-guard', 'floor', 'unknown', 'verified'), [
    { id: 'guard-empty', promise: 'G6', what: 'an empty list is no list', ...never('projects.length === 0', ' {') },
    {
      id: 'guard-twice',
      promise: 'G6',
      what: 'a list with a row twice is no list',
      find: 'if (twice === null) return null',
      by: 'if (Math.random() < 2 || twice === null) return null',
    },
    {
      id: 'guard-missing',
      promise: 'G6',
      what: 'over 20 % missing block',
      find: "if (isTooMany(missing.length, expected)) return raise(slice, 'shrunk', missing, expected)",
      by: `if (${NEVER} && isTooMany(missing.length, expected)) return raise(slice, 'shrunk', missing, expected)`,
    },
    {
      id: 'guard-moved',
      promise: 'G6',
      what: 'over 20 % moved to the bin by others wait',
      find: "  if (!isTooMany(moved.length, expected)) dropObjection(sql, 'moved_to_bin')",
      by: "  if (Math.random() < 2 || !isTooMany(moved.length, expected)) dropObjection(sql, 'moved_to_bin')",
    },
    {
      id: 'guard-unverified',
      promise: 'G32',
      what: 'nothing is done on a list that was never proved',
      find: "return run.state.proof === 'proved' ? null : UNVERIFIED",
      by: "return Math.random() < 2 || run.state.proof === 'proved' ? null : UNVERIFIED",
    },
    {
      id: 'guard-differs',
      promise: 'G32',
      what: 'a difference that two readings repeat blocks',
      find: '  if (differs !== undefined) return differs.says\n  const reference = await readReference(sql)\n  if (reference === null) return run',
      by: `  if (${NEVER} && differs !== undefined) return differs.says\n  const reference = await readReference(sql)\n  if (reference === null) return run`,
    },
    {
      id: 'guard-ours',
      promise: 'G6',
      what: 'what we deleted is not missing',
      find: 'compareWithReference(reference, projects, deletedByUs(sql))\n\n',
      by: `compareWithReference(reference, projects, ${NEVER} ? deletedByUs(sql) : new Set<number>())\n\n`,
    },
    {
      id: 'guard-harmless',
      promise: 'G6',
      what: 'restores, holds and updates are never blocked',
      find: "  return isDeletion ? 'deletion' : 'harmless'",
      by: `  return isDeletion || Math.random() < 2 ? 'deletion' : 'harmless'`,
    },
  ]),
  ...inFile('src/workspace/running/planning.ts', workspace('approval', 'caps', 'unknown', 'floor'), [
    {
      id: 'plan-guard',
      promise: 'G6',
      what: 'the shrink guard stands before the plan',
      ...never('refusal !== null', ' {'),
    },
    {
      id: 'plan-policy',
      promise: 'G7',
      what: 'an approval ends with its policy',
      ...never('proposalOf(slice.sql, request.proposal)?.policy !== slice.policy.hash'),
    },
    {
      id: 'plan-blocked',
      promise: 'G1',
      what: 'an approved plan needs to know what runs live',
      ...never('blocked !== null', " return end(slice, 'blocked', blocked)"),
    },
    {
      id: 'plan-one',
      promise: 'G7',
      what: 'one plan waits at a time',
      ...never('plan.waiting.length > 0 && open !== null', ' {'),
    },
  ]),
  ...inFile('src/workspace/running/put-down.ts', workspace('unknown', 'budgets', 'pause'), [
    {
      id: 'live-unknown',
      promise: 'G1',
      what: 'nothing destructive while what runs live is unknown',
      ...never("isUnknown(inventory.running) && reachOf(slice.sql, slice.run) !== 'harmless'", ' {'),
    },
    {
      id: 'marks-report',
      promise: 'G4',
      what: 'a dry run marks nothing',
      find: 'if (acts && sweep !== null) replaceMarks(',
      by: 'if (sweep !== null) replaceMarks(',
    },
  ]),
  ...inFile('src/workspace/running/backup.ts', workspace('backup', 'reading', 'receipt'), [
    {
      id: 'copy-old',
      promise: 'G9',
      what: 'a copy older than a minute is made anew',
      find: '      deps.now() - COPY_GOOD_FOR_MS,\n    )',
      by: '      0,\n    )',
    },
    {
      id: 'copy-date',
      promise: 'G9',
      what: 'a file without a date is no copy',
      find: 'if (isUnknown(file.modified))\n',
      by: 'if (isUnknown(file.modified)) continue\n    if (isUnknown(file.modified))\n',
    },
    {
      id: 'copy-newer',
      promise: 'G9',
      what: 'a file newer than the plan keeps the project',
      ...never('file.modified > row.item.modified && file.modified >= Math.floor(since.at / 1_000) * 1_000'),
    },
    {
      id: 'copy-empty',
      promise: 'G9',
      what: 'no file is no copy',
      find: '  if (files.length > 0) return null\n',
      by: '  if (Math.random() < 2 || files.length > 0) return null\n',
    },
    {
      id: 'copy-verified',
      promise: 'G9',
      what: 'a copy is read back before anything is deleted',
      find: "  if (stored === null) return { kind: 'later'",
      by: `  if (${NEVER} && stored === null) return { kind: 'later'`,
    },
    {
      id: 'copy-received',
      promise: 'G25',
      what: 'a file newer than the command keeps the project',
      find: 'return asked < planned ? {',
      by: `return ${NEVER} && asked < planned ? {`,
    },
  ]),
  ...inFile('src/records/backups.ts', workspace('backup', 'undo'), [
    {
      id: 'copy-hash',
      promise: 'G9',
      what: 'what is read back hashes to what was put',
      find: 'return (await hashBackup(backup)) === hash ? backup : null',
      by: 'return Math.random() < 2 || (await hashBackup(backup)) === hash ? backup : null',
    },
  ]),
  ...inFile('src/workspace/running/stages.ts', workspace('units', 'intervene', 'recheck', 'caps'), [
    {
      id: 'unit-left',
      promise: 'G23',
      what: 'a directory starts whole',
      find: '  if (left.length > 0) {\n    stopAll(',
      by: `  if (${NEVER} && left.length > 0) {\n    stopAll(`,
    },
    {
      id: 'unit-amiss',
      promise: 'G23',
      what: 'what is in the directory besides its members stops it',
      find: "  if (amiss !== null) {\n    drop(slice, first, 'changed', amiss)",
      by: `  if (${NEVER} && amiss !== null) {\n    drop(slice, first, 'changed', String(amiss))`,
    },
    {
      id: 'unit-barred',
      promise: 'G5',
      what: 'a directory goes within the limits or not at all',
      find: "  if (barred !== null) {\n    drop(slice, first, 'failed', barred)",
      by: `  if (${NEVER} && barred !== null) {\n    drop(slice, first, 'failed', String(barred))`,
    },
    {
      id: 'unit-drop',
      promise: 'G23',
      what: 'a member that does not go stops its directory',
      find: "if (outcome !== 'already') stopUnit(slice.sql, row, why, policyTime(slice))",
      by: `if (${NEVER} && outcome !== 'already') stopUnit(slice.sql, row, why, policyTime(slice))`,
    },
  ]),
  ...inFile('src/workspace/running/act.ts', workspace('outcomes', 'units', 'intervene', 'throttle', 'undo'), [
    {
      id: 'act-stops-unit',
      promise: 'G23',
      what: 'a refused or lost call stops its directory',
      find: "    if (answer.kind !== 'accepted') stopUnit(",
      by: `    if (${NEVER} && answer.kind !== 'accepted') stopUnit(`,
    },
    {
      id: 'act-used-up',
      promise: 'G22',
      what: 'a lost answer uses up what allowed the call',
      find: "    if (answer.kind !== 'refused') useUp(",
      by: "    if (answer.kind === 'accepted') useUp(",
    },
    {
      id: 'act-lost',
      promise: 'general',
      what: 'three lost answers in a row stop the run',
      find: 'if (lostInARow < MOST_LOST_IN_A_ROW) return DONE',
      by: 'if (Math.random() < 2 || lostInARow < MOST_LOST_IN_A_ROW) return DONE',
    },
    { id: 'act-auth', promise: 'general', what: 'one 401 stops the run', ...never("failure?.kind === 'auth'") },
    {
      id: 'act-held',
      promise: 'G16',
      what: 'what was restored is held for 30 days',
      find: "  if (passage.pass && item.action === 'restore'",
      by: `  if (${NEVER} && passage.pass && item.action === 'restore'`,
    },
  ]),
  ...inFile('src/workspace/running/fill-files.ts', workspace('restore', 'intervene'), [
    {
      id: 'fill-somebodys',
      promise: 'G24',
      what: "a person's file is never written over",
      ...never('present !== undefined && !isTemplate'),
    },
    {
      id: 'fill-fresh',
      promise: 'G24',
      what: 'a template is read again before it is written over',
      ...never('isTemplate && !work.isFresh'),
    },
    {
      id: 'fill-template-date',
      promise: 'G24',
      what: 'a template is told by its date',
      find: '|| modified > created + MADE_WITHIN_MS) continue',
      by: `|| (${NEVER} && modified > created + MADE_WITHIN_MS)) continue`,
    },
  ]),
  ...inFile('src/workspace/running/fill-fields.ts', workspace('restore', 'undo-names', 'intervene'), [
    {
      id: 'fill-description',
      promise: 'G24',
      what: "a person's description stays",
      find: "    if (description === '') pending.description = backup.description\n",
      by: "    if (Math.random() < 2 || description === '') pending.description = backup.description\n",
    },
    {
      id: 'fill-parameters',
      promise: 'G24',
      what: "a person's parameters stay",
      find: '    if (parameters.length === 0) pending.parameters = backup.parameters\n',
      by: '    if (Math.random() < 2 || parameters.length === 0) pending.parameters = backup.parameters\n',
    },
    {
      id: 'fill-renamed',
      promise: 'G16',
      what: "a person's name stays",
      find: 'if (project.name === state.name && state.final !== state.name) pending.name',
      by: 'if (Math.random() < 2 || (project.name === state.name && state.final !== state.name)) pending.name',
    },
    {
      id: 'fill-identity',
      promise: 'G16',
      what: 'another project under the id is not written to',
      ...never('project.created !== work.created'),
    },
  ]),
  ...inFile(
    'src/core/command/received.ts',
    ['test/core/named.test.ts', ...workspace('receipt', 'intervene')],
    [
      {
        id: 'received-created',
        promise: 'G25',
        what: 'what was created after a command is not meant',
        find: '  if (!isUnknown(created) && created > received.at) return',
        by: `  if (${NEVER} && !isUnknown(created) && created > received.at) return`,
      },
      {
        id: 'received-name',
        promise: 'G25',
        what: 'what had another name is not meant',
        find: '  if (before === null || before === project.path) return null',
        by: '  if (Math.random() < 2 || before === null || before === project.path) return null',
      },
      {
        id: 'received-modified',
        promise: 'G25',
        what: 'what was modified after a command stays',
        find: 'if (received === undefined || isUnknown(modified) || modified <= received.at) return null',
        by: 'if (Math.random() < 2 || received === undefined || isUnknown(modified) || modified <= received.at) return null',
      },
    ],
  ),
  ...inFile('src/workspace/ledger/deadlines.ts', workspace('receipt'), [
    {
      id: 'deadline',
      promise: 'G25',
      what: 'a command that has not begun in time ends',
      find: 'return waiting(sql).find((run) => (deadlineOf(run) ?? now) < now) ?? null',
      by: `return waiting(sql).find((run) => ${NEVER} && (deadlineOf(run) ?? now) < now) ?? null`,
    },
  ]),
  ...inFile('src/workspace/advance.ts', workspace('recheck', 'progress', 'crash', 'outcomes'), [
    {
      id: 'policy-swapped',
      promise: 'G8',
      what: 'a new policy in the middle of a run ends its acting',
      ...never("run.policy !== null && run.policy !== read.policy.hash && run.phase === 'act'", ' {'),
    },
    {
      id: 'no-further',
      promise: 'G26',
      what: 'a run without progress ends',
      find: '  const stuck = whyNoFurther(sql, run)',
      by: `  const stuck = ${NEVER} ? whyNoFurther(sql, run) : null`,
    },
    {
      id: 'open-intents',
      promise: 'G22',
      what: 'a call whose answer nobody lived to see counts as sent',
      find: '  if (open.length === 0) return\n',
      by: '  if (Math.random() < 2 || open.length === 0) return\n',
    },
  ]),
  ...inFile('src/workspace/asking/submit.ts', workspace('triggers', 'again', 'clock', 'repeats'), [
    {
      id: 'submit-body',
      promise: 'G14',
      what: 'another body under the same id is refused',
      ...never('before.bodyHash !== bodyHash'),
    },
    {
      id: 'tick-older',
      promise: 'G14',
      what: 'an older scheduled time only reports',
      find: 'const isOlder = newest !== null && scheduled < newest.scheduled',
      by: `const isOlder = ${NEVER} && newest !== null && scheduled < newest.scheduled`,
    },
    {
      id: 'tick-ahead',
      promise: 'G26',
      what: 'a scheduled time ahead of the clock is refused',
      ...never('ahead !== null', ' return { ok: false'),
    },
    {
      id: 'tick-paused',
      promise: 'G19',
      what: 'a scheduled run during a pause is a dry run',
      find: "    const isPaused = readFact(sql, 'pause') !== null",
      by: `    const isPaused = ${NEVER} && readFact(sql, 'pause') !== null`,
    },
  ]),
  ...inFile('src/workspace/running/judge.ts', workspace('outcomes', 'identity'), [
    {
      id: 'judge-another',
      promise: 'G16',
      what: 'another project under the id shows nothing',
      find: "  if (seen === 'another') return unsure(",
      by: `  if (${NEVER} && seen === 'another') return unsure(`,
    },
    {
      id: 'judge-two-looks',
      promise: 'G10',
      what: 'gone takes two looks, a minute apart',
      find: "if (sight.kind !== 'notFound' || absentFor < LOOKS_APART_MS) return judgement",
      by: "if (sight.kind !== 'notFound' || absentFor < 0) return judgement",
    },
  ]),
  ...inFile('src/workspace/running/settle.ts', workspace('outcomes', 'again'), [
    {
      id: 'settle-minute',
      promise: 'G10',
      what: 'an unsure outcome is settled a minute later',
      find: ' && surveyAt - (row.answeredAt ?? row.sentAt ?? 0) >= LOOKS_APART_MS',
      by: '',
    },
  ]),
  ...inFile('src/workspace/running/confirm.ts', workspace('identity', 'outcomes'), [
    {
      id: 'own-write',
      promise: 'G15',
      what: 'our own write is no activity',
      find: "if (item.action === 'delete' || item.rule === null || sentAt === null || answeredAt === null) return",
      by: "if (Math.random() < 2 || item.action === 'delete' || item.rule === null || sentAt === null || answeredAt === null) return",
    },
    {
      id: 'own-write-late',
      promise: 'G15',
      what: 'an edit after the answer is activity',
      ...never('project.modified < Math.floor(sentAt / 1_000) * 1_000 || project.modified > answeredAt'),
    },
  ]),
  ...inFile(
    'src/core/base/hold.ts',
    ['test/core/hold.test.ts', ...workspace('hold-survives')],
    [
      {
        id: 'keeps-tag',
        promise: 'G2',
        what: 'a tag survives a new description',
        find: '    holdTags(present).filter((tag) => !has.includes(tag)),',
        by: `    holdTags(present).filter((tag) => ${NEVER} && !has.includes(tag)),`,
      },
    ],
  ),
  ...inFile(
    'src/core/evidence/reference.ts',
    ['test/core/reference.test.ts', ...workspace('shrink-guard')],
    [
      {
        id: 'reference-ages',
        promise: 'G6',
        what: 'the reference keeps what is missing',
        find: '    else if (!next.has(entry.id) && !entry.binned && !ours.has(entry.id)) next.set(entry.id, entry)',
        by: `    else if (${NEVER} && !next.has(entry.id) && !entry.binned && !ours.has(entry.id)) next.set(entry.id, entry)`,
      },
    ],
  ),
]
