/** Where the commands find things, and the fixed secrets of development. */

import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** The policy that is bundled and deployed. */
export const policyFile = join(root, 'policy.toml')

/** Programs that try things ask more often than people do, so development has its limits of requests out of the way. */
export const developmentRates = {
  READS_PER_MINUTE: '1000000',
  WRITES_PER_MINUTE: '1000000',
  REPORTS_PER_HOUR: '1000000',
  NOTIFY_WEB_PER_MINUTE: '1000000',
  HOOKS_PER_MINUTE: '1000000',
}

/** As in `.dev.vars.example`: known to everybody, so the Worker takes them only with a sandbox on this machine. */
export const developmentSecrets = {
  QC_USER_ID: '123',
  QC_API_TOKEN: 'abc',
  QC_ORGANIZATION_ID: '5cad178b20a1d52567b534553413b691',
  ADMIN_TOKEN: 'dev-admin-token',
  STANDARD_WEBHOOKS_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  GITHUB_SECRET: 'dev-github-secret',
  QUANTCONNECT_SECRET: 'dev-quantconnect-secret',
  SLACK_SIGNING_SECRET: '8f742231b10e8888abcd99yyyzzz85a5',
  DISCORD_PUBLIC_KEY: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
}
