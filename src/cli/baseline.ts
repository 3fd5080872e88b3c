/** `npm run baseline`: what stands against a Worker's list of projects, and accepting exactly that (G6). */

import { readAdminToken } from './account.ts'
import { command, Misuse, noWords } from './command.ts'
import { timeText } from './paint.ts'
import { SOURCE_OPTIONS } from './source.ts'
import { workerApi } from './worker-api.ts'

const HELP = `Shows which projects stand against the list of a running Worker, so that rules and deletions wait: missing,
moved to the Recycle Bin by others, or listed by one reading only. With --accept a person says that exactly these are meant to be so.

  npm run baseline -- --worker URL                  what there is
  npm run baseline -- --worker URL --accept HASH    accepts it, by the hash that was shown

  --worker URL       a running Worker; it wants ADMIN_TOKEN
  --accept HASH      the whole hash that was shown; anything else is refused
  --env FILE         where ADMIN_TOKEN is (default: .dev.vars; the environment wins over it)
  --json             the same for programs
  --help

Exit codes: 0 nothing stands against it, or it is accepted, 1 something does, 2 could not be done.
`

const OPTIONS = { worker: SOURCE_OPTIONS.worker, accept: { type: 'string' }, env: SOURCE_OPTIONS.env } as const

await command(HELP, OPTIONS, async (values, words, terminal) => {
  noWords(words)
  if (values.worker === undefined) throw new Misuse('Of which Worker? Give its address with --worker.')
  if (values.accept !== undefined && !/^[0-9a-f]{64}$/.test(values.accept)) {
    throw new Misuse('--accept takes the whole hash that was shown, 64 characters of 0-9 and a-f.')
  }
  const worker = workerApi(values.worker, await readAdminToken(values.env))
  if (values.accept !== undefined) await worker.acceptBaseline(values.accept)
  const shown = await worker.baseline()
  if (values.json) terminal.printJson(shown)
  else {
    const { paint, print, printTable } = terminal
    const { hash, count, missing, at, acceptedBy, message } = shown
    print(hash === null ? 'Nothing stands against the list of projects.' : message, paint.bold)
    if (at !== null) print(`Seen first ${timeText(Date.parse(at))}.`)
    if (acceptedBy !== null) print(`Accepted by ${acceptedBy}; the next run goes on from there.`)
    if (missing.length > 0) {
      print()
      printTable(
        ['Project', 'Id'],
        missing.map(({ projectId, name }) => [name, String(projectId)]),
      )
      if (count > missing.length) print(`The first ${missing.length} of ${count}.`)
    }
  }
  return shown.hash === null || shown.acceptedBy !== null ? 'clean' : 'findings'
})
