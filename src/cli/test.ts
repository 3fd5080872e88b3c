/** `npm test`: types, lint, all tests; ends with the plain line `N passed, N failed`. */

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './settings.ts'

interface Tally {
  readonly passed: number
  readonly failed: number
}

const modules = join(root, 'node_modules')
const only = process.argv.slice(2)

const checks: Tally[] = []
if (only.length === 0) {
  checks.push(await check('types of the Worker', ['typescript/bin/tsc', '-p', 'tsconfig.json']))
  checks.push(await check('types of the commands and the sandbox', ['typescript/bin/tsc', '-p', 'tsconfig.node.json']))
  checks.push(await check('format and lint', ['@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.']))
}
checks.push(await tests(only))

const passed = checks.reduce((sum, tally) => sum + tally.passed, 0)
const failed = checks.reduce((sum, tally) => sum + tally.failed, 0)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

/** One tool whose exit code is its verdict. */
async function check(name: string, [script = '', ...rest]: readonly string[]): Promise<Tally> {
  const code = await run(script, rest)
  console.log(`${code === 0 ? 'ok' : 'FAILED'}: ${name}`)
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** All tests, or those whose paths hold one of the given words. A runner that crashed counts as a failure. */
async function tests(filters: readonly string[]): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'leansweep-test-'))
  const report = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const code = await run('vitest/vitest.mjs', ['run', ...reporters, ...filters])
    const told = JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as {
      numPassedTests?: number
      numFailedTests?: number
      numPendingTests?: number
    }
    if (told.numPendingTests) console.log(`${told.numPendingTests} skipped; the lines above say why`)
    const failedTests = told.numFailedTests ?? 0
    return { passed: told.numPassedTests ?? 0, failed: code !== 0 && failedTests === 0 ? 1 : failedTests }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function run(script: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(modules, script), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
