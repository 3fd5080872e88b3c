/** Starts the sandbox and the built Worker in the real Workers runtime, side by side on this machine. */

import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Log, LogLevel, Miniflare, type MiniflareOptions } from 'miniflare'
import { parse } from 'smol-toml'
import { startSandbox } from '../../test/sandbox/server.ts'
import { withoutEnd } from '../core/base/without-end.ts'
import { developmentRates, developmentSecrets, root } from './settings.ts'

export interface ServeOptions {
  /** Port of the Worker; 0 = any free one. */
  readonly port: number
  readonly sandboxPort: number
  /** Address of a sandbox that runs already, instead of one of our own. */
  readonly sandboxUrl?: string | undefined
  /** The policy file to run with. */
  readonly policy: string
  /** Settings of the Worker besides the fixed ones of development, or instead of them. */
  readonly settings?: NodeJS.Dict<string> | undefined
  /** Size and seed of the made-up workspace. */
  readonly projects: number
  readonly seed: number
  /** Folder of the Worker's state (Durable Object and KV), kept from the last time; left out = fresh, and gone at the end. */
  readonly state?: string | undefined
  /** Leaves the Worker's own log lines out, where what is refused on purpose would bury the rest. */
  readonly quiet?: boolean | undefined
}

export interface Serving {
  readonly worker: string
  readonly sandbox: string
  stop(): Promise<void>
}

export async function serve(options: ServeOptions): Promise<Serving> {
  const [policy, build] = await Promise.all([readFile(options.policy, 'utf8'), buildWorker()])
  const sandbox =
    options.sandboxUrl === undefined
      ? await startSandbox({ port: options.sandboxPort, projects: options.projects, seed: options.seed })
      : { url: withoutEnd(options.sandboxUrl, '/'), close: () => Promise.resolve() }
  try {
    const runtime = await startBuilt(options, build, policy, sandbox.url)
    const stop = async () => {
      await runtime.stop()
      await sandbox.close()
    }
    return { worker: runtime.worker, sandbox: sandbox.url, stop }
  } catch (error) {
    await sandbox.close()
    throw error
  }
}

/** Starts what `buildWorker` made, which takes a tenth of the time. */
export async function startBuilt(
  options: Pick<ServeOptions, 'port' | 'settings' | 'state' | 'quiet'>,
  build: Build,
  policy: string,
  sandboxUrl: string,
): Promise<{ readonly worker: string; stop(): Promise<void> }> {
  const runtime = new Miniflare(runtimeOptions(options, build, policy, sandboxUrl))
  const url = await runtime.ready
  return { worker: url.origin, stop: () => runtime.dispose() }
}

export interface Build {
  readonly code: string
  /** Name under which the code imports the policy. */
  readonly policyModule: string
  readonly compatibilityDate: string
}

/** Bundles the Worker exactly as a deploy does. */
export async function buildWorker(): Promise<Build> {
  // A folder of its own, so that two commands at once do not build over each other.
  const folder = await mkdtemp(join(tmpdir(), 'leansweep-build-'))
  try {
    return await bundleInto(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bundleInto(folder: string): Promise<Build> {
  const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false' }
  await promisify(execFile)(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', folder], { cwd: root, env })
  const files = await readdir(folder)
  const policyModule = files.find((file) => file.endsWith('.toml'))
  if (policyModule === undefined)
    throw new Error('The bundle holds no policy file; is the rule for *.toml in wrangler.toml gone?')
  const wranglerToml = parse(await readFile(join(root, 'wrangler.toml'), 'utf8'))
  return {
    code: await readFile(join(folder, 'index.js'), 'utf8'),
    policyModule,
    compatibilityDate: String(wranglerToml.compatibility_date),
  }
}

function runtimeOptions(
  options: Pick<ServeOptions, 'port' | 'settings' | 'state' | 'quiet'>,
  build: Build,
  policy: string,
  sandboxUrl: string,
): MiniflareOptions {
  const vars = { ...developmentSecrets, ...developmentRates, ...options.settings, QC_API_URL: `${sandboxUrl}/api/v2` }
  const text = Object.entries(vars).map(([name, value = '']) => [name, { type: 'text' as const, value }])
  return {
    host: '127.0.0.1',
    port: options.port,
    log: new Log(LogLevel.WARN),
    logRequests: false,
    ...(options.quiet === true ? { handleStructuredLogs: () => {} } : {}),
    cf: false,
    ...(options.state === undefined ? {} : { resourcePersistencePath: options.state }),
    workers: [
      {
        config: {
          name: 'leansweep',
          compatibilityDate: build.compatibilityDate,
          manifest: {
            mainModule: 'dev.js',
            modulesRoot: root,
            modules: {
              'dev.js': { type: 'esm', contents: SCHEDULED_BY_HAND },
              'index.js': { type: 'esm', contents: build.code },
              [build.policyModule]: { type: 'text', contents: policy },
            },
          },
          env: {
            ...Object.fromEntries(text),
            LOG: { type: 'kv', id: 'LOG' },
            WORKSPACE: { type: 'durable-object', worker: 'leansweep', exportName: 'Workspace' },
          },
          exports: { Workspace: { type: 'durable-object', storage: 'sqlite' } },
        },
      },
    ],
  }
}

/**
 * The Worker with one door more, for development only: `GET /cdn-cgi/handler/scheduled?time=<ms>` is a cron tick at that
 * time. It is not part of what is deployed.
 */
const SCHEDULED_BY_HAND = `
import worker from './index.js'
export * from './index.js'
export default {
  ...worker,
  async fetch(request, env, context) {
    const url = new URL(request.url)
    if (url.pathname !== '/cdn-cgi/handler/scheduled') return worker.fetch(request, env, context)
    const isOwn = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
    const site = request.headers.get('sec-fetch-site') ?? 'none'
    if (!isOwn || (site !== 'none' && site !== 'same-origin')) return new Response('Not from elsewhere.\\n', { status: 403 })
    const time = url.searchParams.get('time') ?? String(Date.now())
    if (!/^\\d{1,15}$/.test(time)) return new Response('"time" is milliseconds since 1970.\\n', { status: 400 })
    const cron = url.searchParams.get('cron') ?? ''
    await worker.scheduled({ scheduledTime: Number(time), cron, noRetry() {} }, env, context)
    return new Response('ok')
  },
}
`
