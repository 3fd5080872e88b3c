/**
 * What the doors for machines cost: the built Worker in the real Workers runtime over HTTP on this machine, beside a bare
 * route of the same router in the same runtime. A verified hook is acknowledged when its run is written down; the runs
 * then go on by themselves, and here they do so while the next hooks come in.
 */

import { execFile } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Log, LogLevel, Miniflare } from 'miniflare'
import { parse } from 'smol-toml'
import { table } from '../../src/cli/paint.ts'
import { serve } from '../../src/cli/serve.ts'
import { developmentSecrets, policyFile, root } from '../../src/cli/settings.ts'
import { workerApi } from '../../src/cli/worker-api.ts'
import { isGoingOn } from '../../src/workspace/ledger/run.ts'
import { type Measured, measure, type Prepared, summed } from './load.ts'

/** Requests per row, after some to warm up. */
const REQUESTS = 1_500
const WARM_UP = 300
/** Milliseconds that 99 of 100 acknowledgements may take, one after the other. */
const BUDGET = 50

const BODY = JSON.stringify({ type: 'sweep.run', timestamp: '2026-11-24T10:00:00Z', data: { mode: 'report' } })

interface Row {
  readonly what: string
  readonly atOnce: number
  readonly measured: Measured
}

/** Acknowledgements with nothing else going on; each waits for the end of the run before. */
const QUIET = 150

const rows: Row[] = []
const bare = await startBare()
const serving = await serve({ port: 0, sandboxPort: 0, policy: policyFile, projects: 400, seed: 7, quiet: true })
try {
  const same = signed(serving.worker)
  for (const atOnce of [1, 10]) {
    await add('a bare Hono route', atOnce, [202], () => signed(bare.url))
    await add('a hook that is refused', atOnce, [401, 429], () => ({ ...signed(serving.worker), headers: {} }))
    await add('a verified hook, the same again', atOnce, [202], () => same)
  }
  await addQuiet()
  for (const atOnce of [1, 10]) {
    await add('a verified hook, a new run each, while runs go on', atOnce, [202], () => signed(serving.worker))
  }
  print(rows)
} finally {
  await Promise.all([bare.stop(), serving.stop()])
}

async function add(what: string, atOnce: number, statuses: readonly number[], request: () => Prepared): Promise<void> {
  await measure(Array.from({ length: WARM_UP }, request), statuses, atOnce)
  const requests = Array.from({ length: REQUESTS }, request)
  rows.push({ what, atOnce, measured: await measure(requests, statuses, atOnce) })
}

async function addQuiet(): Promise<void> {
  const api = workerApi(serving.worker, developmentSecrets.ADMIN_TOKEN)
  const times: number[] = []
  for (let n = 0; n < QUIET; n++) {
    const { url, headers, body } = signed(serving.worker)
    const before = performance.now()
    const answer = await fetch(url, { method: 'POST', headers, body })
    const { run } = (await answer.json()) as { readonly run: string }
    times.push(performance.now() - before)
    while (isGoingOn((await api.run(run)).status)) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  rows.push({ what: 'a verified hook, a new run, nothing else going on', atOnce: 1, measured: summed(times) })
}

function print(all: readonly Row[]): void {
  const cells = all.map(({ what, atOnce, measured: { rate, p50, p99 } }) => {
    const base = all.find((row) => row.atOnce === atOnce)?.measured.rate ?? Number.NaN
    const budget = atOnce === 1 && what.startsWith('a verified') && !what.endsWith('while runs go on') ? BUDGET : ''
    const share = rate === null ? '' : `${Math.round((rate / (base ?? Number.NaN)) * 100)} %`
    return [what, atOnce, rate?.toFixed(0) ?? '', share, p50.toFixed(2), p99.toFixed(2), budget]
  })
  console.log(table(['what', 'at once', 'requests/s', 'of bare', 'p50 ms', 'p99 ms', 'p99 allowed'], cells))
}

/** A signed command with an id of its own. */
function signed(worker: string): Prepared {
  const id = `msg_${randomUUID()}`
  const at = String(Math.floor(Date.now() / 1_000))
  const key = Buffer.from(developmentSecrets.STANDARD_WEBHOOKS_SECRET.slice('whsec_'.length), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${at}.${BODY}`).digest('base64')
  const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${mac}` }
  return { url: `${worker}/hooks`, headers, body: BODY }
}

/** The bare route, bundled and run as the Worker is. */
async function startBare(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'leansweep-bench-'))
  const config = join(folder, 'wrangler.toml')
  const main = join(root, 'test', 'bench', 'bare-worker.ts')
  const compatibilityDate = String(parse(await readFile(join(root, 'wrangler.toml'), 'utf8')).compatibility_date)
  await writeFile(
    config,
    `name = "bare"\nmain = ${JSON.stringify(main)}\ncompatibility_date = "${compatibilityDate}"\nminify = true\n`,
  )
  const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
  const args = [wrangler, 'deploy', '--dry-run', '--config', config, '--outdir', folder]
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false' }
  await promisify(execFile)(process.execPath, args, { cwd: root, env })
  const contents = await readFile(join(folder, 'bare-worker.js'), 'utf8')
  await rm(folder, { recursive: true, force: true })
  const manifest = {
    mainModule: 'bare.js',
    modulesRoot: root,
    modules: { 'bare.js': { type: 'esm' as const, contents } },
  }
  const runtime = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    log: new Log(LogLevel.WARN),
    logRequests: false,
    cf: false,
    workers: [{ config: { name: 'bare', compatibilityDate, manifest } }],
  })
  const url = await runtime.ready
  return { url: url.origin, stop: () => runtime.dispose() }
}
