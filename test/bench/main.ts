/** `npm run bench`: all benchmarks, or the ones that are named. */

const BENCHES = { decide: './decide.ts', hooks: './hooks.ts' } as const
/** Takes hours. */
const STORAGE = './storage.ts'

const HELP = `Measures, and prints tables.

  npm run bench              everything
  npm run bench -- decide    the policy engine: decide and plan, beside JSON.parse of the same workspace
  npm run bench -- hooks     the doors for machines: requests a second and the time to an acknowledgement, beside a bare
                             route of the same router in the same runtime
  npm run bench -- --storage what is written, read and kept in a year, beside the Free plan; goes on where it was
                             interrupted. --again begins anew, --only "500 quiet" measures one row
  --help
`

const words = process.argv.slice(2)
const isStorage = words.includes('--storage')
const unknown = isStorage ? undefined : words.find((word) => !(word in BENCHES) && word !== '--help')

if (words.includes('--help')) console.log(HELP)
else if (isStorage) await import(STORAGE)
else if (unknown !== undefined) {
  console.error(`"${unknown}" is no benchmark.\n\n${HELP}`)
  process.exitCode = 2
} else {
  for (const [name, file] of Object.entries(BENCHES)) {
    if (words.length === 0 || words.includes(name)) await import(file)
  }
}

export {}
