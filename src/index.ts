/** The Worker: its handlers and the class that the platform constructs. */

import type { Env } from './env.ts'
import { createApp } from './http/app.ts'
import { workspaceOf } from './workspace/address.ts'

export { Workspace } from './workspace/workspace.ts'

const app = createApp()

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),

  async scheduled(controller, env) {
    await workspaceOf(env).tick(controller.scheduledTime)
  },
} satisfies ExportedHandler<Env>
