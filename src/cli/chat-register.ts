/** `npm run chat:register`: tells Discord which commands `/sweep` has. */

import { join } from 'node:path'
import { inviteLink, type Registration, register, registrationOf } from '../discord/register.ts'
import { DISCORD_API, type Registrar, readRegistrar } from '../discord/settings.ts'
import { readSettings } from './account.ts'
import { command, Misuse, noWords, type Terminal, Unable } from './command.ts'
import { root } from './settings.ts'

const HELP = `Registers /sweep and its commands with Discord. Once is enough, and again after an update; the Worker is not touched.

  npm run chat:register                      in every server where the application is
  npm run chat:register -- --guild ID        in one server only ("Copy Server ID" in Discord's developer mode)

  --dry-run          print what would be sent, and send nothing
  --remove           take the commands away again, there; for instance when /sweep shows twice
  --env FILE         where DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN are (default: .dev.vars; the environment wins)
  --json             the same for programs
  --help

The list takes the place of all commands that the application had there, so give leansweep an application of its own.
Administrators see /sweep at once; whom else is theirs to say, in the server's settings under Integrations.
Slack takes a manifest instead: npm run chat:manifest.

Exit codes: 0 registered, or printed; 2 could not be registered.
`

const OPTIONS = {
  guild: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  remove: { type: 'boolean', default: false },
  env: { type: 'string', default: join(root, '.dev.vars') },
} as const

/** How long Discord may take to answer. */
const TIMEOUT_MS = 15_000

await command(HELP, OPTIONS, async ({ guild, 'dry-run': dry, remove, env, json }, words, terminal) => {
  noWords(words)
  if (guild !== undefined && !/^\d{15,20}$/.test(guild)) {
    throw new Misuse(`--guild takes the id of a server, 15 to 20 digits, not "${guild}".`)
  }
  const wanted: Registration = { scope: guild === undefined ? 'everywhere' : { guildId: guild }, remove }
  const problems: string[] = []
  const registrar = readRegistrar(await readSettings(env), problems)
  if (dry) {
    preview(registrar, wanted, terminal, json)
    terminal.note(['Nothing was sent.', ...problems].join(' '))
    return 'clean'
  }
  if (registrar === null) {
    throw new Unable(`${problems.join(' ')} Put it into .dev.vars or into the environment.`)
  }
  await send(registrar, wanted, terminal)
  if (json) terminal.printJson({ scope: wanted.scope, commands: registrationOf(registrar.applicationId, wanted).body })
  else say(registrar, wanted, terminal)
  return 'clean'
})

/** Needs no settings; what is missing of them is a word in braces. */
function preview(registrar: Registrar | null, wanted: Registration, terminal: Terminal, json: boolean): void {
  const { method, path, body } = registrationOf(registrar?.applicationId ?? '{DISCORD_APPLICATION_ID}', wanted)
  const url = `${registrar?.apiUrl ?? DISCORD_API}/${path}`
  if (json) {
    terminal.printJson({ method, url, body })
    return
  }
  terminal.print(`${method} ${url}`, terminal.paint.bold)
  terminal.print('authorization: Bot [DISCORD_BOT_TOKEN]')
  terminal.print('content-type: application/json')
  terminal.print()
  terminal.printJson(body)
}

async function send(registrar: Registrar, wanted: Registration, terminal: Terminal): Promise<void> {
  terminal.say('Asking Discord …')
  const use = { fetch, now: () => Date.now(), signal: AbortSignal.timeout(TIMEOUT_MS) }
  const registered = await register(registrar, wanted, use).catch((error: Error) => {
    const { code, message } = (error.cause ?? error) as { code?: string; message: string }
    throw new Unable(`${registrar.apiUrl} does not answer: ${code ?? message}. Running it again does no harm.`)
  })
  if (!registered.ok) throw new Unable(registered.why)
}

function say({ applicationId }: Registrar, { scope, remove }: Registration, terminal: Terminal): void {
  const where = scope === 'everywhere' ? 'in every server where the application is' : `in the server ${scope.guildId}`
  terminal.print(`/sweep is ${remove ? 'gone' : 'registered'} ${where}.`)
  if (!remove) terminal.print(`To invite the application to a server, open ${inviteLink(applicationId)}`)
}
