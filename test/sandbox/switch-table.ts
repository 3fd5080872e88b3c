/**
 * The open uncertainties of the API (fact sheet §10, §11, §12), each a named switch. The default is what the fact sheet
 * suggests, or the first plausible reading; a client is sound when it passes under every value.
 */
import type { DateForms } from './dates.ts'

export interface Choice<T extends string> {
  readonly values: readonly T[]
  readonly default: T
  readonly about: string
}

export interface Quantity {
  readonly values: 'number'
  readonly default: number
  readonly about: string
}

/** Forms of dates, one for all fields or one each (`dates.ts`). */
export interface Forms {
  readonly values: 'forms'
  readonly default: DateForms
  readonly about: string
}

function choice<const T extends string>(about: string, ...values: readonly [T, ...T[]]): Choice<T> {
  return { values, default: values[0], about }
}

function forms(about: string, value: DateForms): Forms {
  return { values: 'forms', default: value, about }
}

function quantity(about: string, value: number): Quantity {
  return { values: 'number', default: value, about }
}

/** Every switch: what it is about, its values (the first is the default) or its default number. */
export const switchTable = {
  badHash: choice('status of a bad credential: success:false, 401 or empty 500 (§1.4)', '200', '401', '500'),
  authClock: choice('which clock judges signatures: real time, or the one /_sandbox/clock sets', 'real', 'sandbox'),
  pastToleranceSeconds: quantity('how old a signature may be (§1.2)', 7200),
  futureSlackSeconds: quantity('how far ahead of the server a signature may be (§1.2)', 300),
  timestampUnit: choice('whether a Timestamp in milliseconds is taken too (§1.2)', 'seconds', 'either'),
  lockoutAfter: quantity('bad credentials in a row until the user is locked out for 10 minutes; 0 = never (§1.4)', 0),
  dates: forms(
    'how dates are written, in all fields or by field, such as { "lastLiveDeployment": "+0000" } (§3.3)',
    'spaced',
  ),
  noDate: choice('what stands where a date never was (§12)', 'null', 'empty', 'zero'),
  contentType: choice("Content-Type of JSON; text/html is PHP's default (§12)", 'application/json', 'text/html'),
  errorsOnSuccess: choice('whether a success carries errors: [] (§2.0)', 'absent', 'empty'),
  parameters: choice('how project parameters are written (§3.2)', 'list', 'named', 'records', 'map'),
  libraries: choice('how linked libraries are written (§3.1)', 'objects', 'ids'),
  collaborators: choice('field names of collaborators: since 2024-03, or before (§3.1)', 'current', 'old'),
  bodyLimitBytes: quantity('bodies above this get HTTP 413 (§10.14)', 33_554_432),
  order: choice(
    'order of projects/read (§10.6); random differs on each call',
    'modified',
    'created',
    'id',
    'name',
    'random',
  ),
  endPastLast: choice('projects/read with end past the last project (§10.6)', 'clip', 'refuse'),
  startPastLast: choice('projects/read with start past the last project (§10.6)', 'empty', 'refuse'),
  pageCap: quantity('rows a page never has more of, however many are asked for; 0 = none (§12)', 0),
  listCap: quantity('the same for projects/read without start and end; 0 = none (§12)', 0),
  listOmits: quantity('rows that each reading of projects/read leaves out, others each time (§12)', 0),
  pagingCountsBin: choice('whether pages hold binned projects (§10.6)', 'yes', 'no'),
  count: choice('whether projects/read has a top-level count (§10.6)', 'absent', 'present'),
  withoutOrganization: choice('what projects/read without organizationId spans (§10.12)', 'all', 'preferred'),
  suffix: choice(
    'name of a second project created as x: x 1, x 2 …; above the highest; x 1 1 (§10.7)',
    'smallest',
    'highest',
    'nested',
  ),
  nameCase: choice('whether x and X are the same name (§10.7)', 'exact', 'insensitive'),
  uniqueness: choice('among whose projects a name is unique (§10.7)', 'user', 'organization'),
  nameCharacters: choice(
    'which names may be written: the documented ones, or all but those with a dot (§4, §10.8)',
    'documented',
    'loose',
  ),
  nameLimit: quantity('longest name that may be written, in characters; 0 = none (§10.8)', 0),
  descriptionLimit: quantity('longest description that may be written, in characters; 0 = none (§10.8)', 0),
  nameSpaces: choice('whether outer spaces and doubled slashes of a written name are kept (§10.8)', 'keep', 'clean'),
  jsonParameters: choice('whether a JSON projects/update takes parameters (§10.9)', 'take', 'ignore'),
  delete: choice('projects/delete moves to the bin, or for good as before May 2026 (§2.5)', 'soft', 'hard'),
  binnedDelete: choice('deleting what is in the bin already (§10.4)', 'error', 'purge', 'noop'),
  binCollision: choice('binning onto a name the bin has (§10.4)', 'suffix', 'allow', 'error'),
  binDays: quantity('days until the bin forgets (§2.5)', 30),
  binRuns: choice('whether binned projects compile and run (§10.4)', 'allow', 'error'),
  restoreTaken: choice('renaming out of the bin onto a taken name (§10.4)', 'error', 'suffix'),
  renameIntoBin: choice('renaming a project to Recycle Bin/… (§10.4)', 'allow', 'error'),
  deleteLive: choice('deleting a project with a running deployment (§10.5)', 'error', 'allow', 'stop'),
  deleteBacktesting: choice('deleting a project while a backtest runs (§10.5)', 'allow', 'error'),
  deleteLibrary: choice('deleting a library others link; allowed, links point to nothing (§10.5)', 'allow', 'error'),
  renameMoves: choice('whether a rename moves modified (§10.10)', 'yes', 'no'),
  descriptionMoves: choice('whether a description moves modified (§10.10)', 'yes', 'no'),
  fileMoves: choice('whether saving a file moves modified, or by chance (§10.10, §12)', 'chance', 'yes', 'no'),
  deleteMoves: choice('whether going to the bin moves modified (§10.4)', 'no', 'yes'),
  backtestMoves: choice('whether a backtest moves modified (§10.10)', 'no', 'yes'),
  openMoves: choice('whether reading the files moves modified (§10.10)', 'no', 'yes'),
  fileErrorCode: choice('whether "File not found" carries errorCode 1001 (§10.11)', '1001', 'absent'),
  missingContent: choice('files/create without content: empty, or a template (§10.13)', 'empty', 'template'),
  seed: quantity('what happens by chance: fileMoves, listOmits', 1),
  rate: quantity('calls within a second above which the whole service throttles; 0 = any number (§5)', 0),
  rateAnswer: choice('how it throttles: HTTP 429, or in-band (§5, §12)', '429', 'text'),
  rateRetryAfter: quantity('seconds in its Retry-After; 0 = no header', 0),
  unknownEndpoint: choice('HTTP status of "Endpoint not found" (§2.0)', '200', '404'),
  lockedWrite: choice(
    'a write that names no codeSourceId while somebody holds the edit lock (§2.4)',
    'allow',
    'refuse',
  ),
  lockNeeded: choice(
    'whether a project with helpers takes writes only from whoever holds its lock (§2.6)',
    'no',
    'yes',
  ),
  agentRuns: choice('whether an agent that works in a project sets its codeRunning (§12)', 'no', 'yes'),
  archiveDays: quantity('days after which results are archived and no longer listed; 0 = never (§12)', 0),
  lockTakeover: choice('whether lock/acquire takes a lock that another source holds (§2.6)', 'yes', 'no'),
  compileSeconds: quantity('how long a compile is InQueue (§2.9)', 1),
  queueSeconds: quantity('how long a backtest is In Queue... (§2.10)', 1),
  backtestSeconds: quantity('how long a backtest is Running (§2.10)', 5),
  runningStatus: choice(
    'status of a running backtest: In Progress..., or Running: 40% (§2.10, §12)',
    'progress',
    'percent',
  ),
  backtestSlots: quantity('backtests of one organisation that run at once; 0 = any number (§2.10)', 0),
} as const
