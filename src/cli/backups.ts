/** `npm run backups`: what a Worker has backed up, and the files of one of them back on this machine. */

import type { BackupView, ShownBackup } from '../records/backup-shape.ts'
import { hashBackup } from '../records/backup-shape.ts'
import { readAdminToken } from './account.ts'
import { command, Misuse, type Terminal, Unable } from './command.ts'
import { counted, timeText } from './paint.ts'
import { SOURCE_OPTIONS } from './source.ts'
import { workerApi } from './worker-api.ts'
import { writeInto } from './write-into.ts'

const HELP = `Lists the backups of a Worker, and writes the files of one to disk. It changes nothing at QuantConnect.

  npm run backups -- --worker URL                        the verified backups, newest first
  npm run backups -- ID --out FOLDER --worker URL        the newest backup of that project, into a folder

  --run RUN          the backup which that run made, instead of the newest
  --env FILE         where ADMIN_TOKEN is (default: .dev.vars; the environment wins over it)
  --json             the list, or the whole backup, for programs; --out is then not needed
  --help

The backup is hashed again here before anything is written. Files that are there already are never written over, and a
name that would lead out of the folder is written with its special characters as %2E and the like. Name, description,
parameters and libraries are written beside the files, as leansweep-backup.json.

Exit codes: 0 listed or written, 1 there is no backup, 2 could not be read or written.
`

const OPTIONS = {
  out: { type: 'string' },
  run: { type: 'string' },
  worker: SOURCE_OPTIONS.worker,
  env: SOURCE_OPTIONS.env,
} as const

await command(HELP, OPTIONS, async (values, words, terminal) => {
  const [id, second] = words
  if (second !== undefined) throw new Misuse(`"${second}" is not expected here.`)
  if (values.worker === undefined) throw new Misuse('Which Worker? Give its address: --worker URL.')
  if (id !== undefined && !/^[1-9]\d{0,14}$/.test(id)) throw new Misuse(`"${id}" is not the id of a project.`)
  if (id !== undefined && values.out === undefined && !values.json)
    throw new Misuse('Where to? Give a folder: --out FOLDER.')
  if (id === undefined && (values.out ?? values.run) !== undefined) throw new Misuse('Which project? Give its id.')

  const api = workerApi(values.worker, await readAdminToken(values.env))
  if (id === undefined) {
    const backups = await api.backups(terminal.say)
    if (values.json) terminal.printJson({ backups })
    else showList(values.worker, backups, terminal)
    return backups.length === 0 ? 'findings' : 'clean'
  }
  const backup = await api.backup(id, values.run ?? null)
  if (backup === null) {
    terminal.note(
      `There is no verified backup of project ${id}${values.run === undefined ? '' : ` from run ${values.run}`}.`,
    )
    return 'findings'
  }
  await checkHash(backup)
  if (values.json) terminal.printJson(backup)
  if (values.out !== undefined) await writeBackup(backup, values.out, values.json ? null : terminal)
  return 'clean'
})

/** What came over the wire is what was put when the project was still there. */
async function checkHash({ key, run: _run, at: _at, hash, ...backup }: ShownBackup): Promise<void> {
  if ((await hashBackup(backup)) === hash) return
  throw new Unable(`The backup ${key} does not hash to ${hash}, so nothing was written.`)
}

async function writeBackup(backup: ShownBackup, folder: string, terminal: Terminal | null): Promise<void> {
  const { files, ...about } = backup
  const names = new Set(files.map(({ name }) => name))
  const entries = [...files, { name: aboutName(names), content: `${JSON.stringify(about, null, 2)}\n` }]
  const written = await writeInto(folder, entries)
  if (terminal === null) return
  const { paint, print, printTable } = terminal
  print(`Backup  ${backup.name} (${backup.projectId}), made ${timeText(backup.at)} by run ${backup.run}`, paint.bold)
  print()
  printTable(
    ['File', 'Bytes', 'Written to'],
    written.map(({ name, path, bytes }) => [name, bytes, path]),
  )
  print()
  print(`${counted(files.length, 'file')} in ${folder}; the hash is ${backup.hash.slice(0, 12)}, as when it was made.`)
}

/** A project may have a file of that name itself. */
function aboutName(taken: ReadonlySet<string>): string {
  let name = 'leansweep-backup.json'
  while (taken.has(name)) name = `_${name}`
  return name
}

function showList(worker: string, backups: readonly BackupView[], { paint, print, printTable }: Terminal): void {
  print(`Backups  ${worker}`, paint.bold)
  print()
  if (backups.length === 0) {
    print('There are none.')
    return
  }
  const cells = backups.map(({ name, projectId, at, files, size, run }) => [
    name,
    projectId,
    timeText(at),
    files,
    size ?? '',
    run,
  ])
  printTable(['Project', 'Id', 'Made', 'Files', 'Bytes', 'Run'], cells)
  print()
  print(`${counted(backups.length, 'backup')}.`)
}
