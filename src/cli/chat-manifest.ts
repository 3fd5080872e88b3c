/** `npm run chat:manifest`: what Slack has to be told of the app, with the addresses of this very Worker. */

import { join } from 'node:path'
import { readAddress } from '../core/base/address.ts'
import { creationLink, slackManifest } from '../slack/manifest.ts'
import { readSettings } from './account.ts'
import { command, Misuse } from './command.ts'
import { root } from './settings.ts'

const HELP = `Prints the manifest of the Slack app: its command /sweep, where Slack sends what is typed and pressed, the bot's rights.
Paste it into api.slack.com/apps > Create New App > From an app manifest. Nothing is sent anywhere.

  npm run chat:manifest -- https://leansweep.example.workers.dev
  npm run chat:manifest                      with PUBLIC_URL, of .dev.vars or the environment

  --link             instead an address that opens Slack with the manifest filled in
  --env FILE         where PUBLIC_URL is (default: .dev.vars; the environment wins)
  --json             the same for programs
  --help

Exit codes: 0 printed; 2 no usable address.
`

const OPTIONS = {
  link: { type: 'boolean', default: false },
  env: { type: 'string', default: join(root, '.dev.vars') },
} as const

await command(HELP, OPTIONS, async ({ link, env, json }, [given, ...more], terminal) => {
  if (more[0] !== undefined) throw new Misuse(`"${more[0]}" is not expected here.`)
  const text = given ?? (await readSettings(env)).PUBLIC_URL?.trim() ?? ''
  if (text === '') throw new Misuse('Which address does the Worker have? Give it, or set PUBLIC_URL.')
  const read = readAddress(text, { development: false, originOnly: true })
  if (!read.ok) throw new Misuse(`${given === undefined ? 'PUBLIC_URL' : 'The address'} ${read.why}.`)
  const manifest = slackManifest(read.address)
  if (!link) terminal.printJson(manifest)
  else if (json) terminal.printJson({ link: creationLink(manifest) })
  else terminal.print(creationLink(manifest))
  return 'clean'
})
