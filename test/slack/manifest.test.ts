/** The manifest of the Slack app, held against what this Worker has and does. */

import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/chat/command.ts'
import { createApp } from '../../src/http/app.ts'
import { slackManifest } from '../../src/slack/manifest.ts'

const WORKER = 'https://leansweep.example.workers.dev'

describe('the manifest', () => {
  const { features, settings } = slackManifest(WORKER)
  const [sweep] = features.slash_commands

  it('sends what is typed and pressed to doors that there are', () => {
    const posts = createApp().routes.filter(({ method }) => method === 'POST')
    const doors = posts.map(({ path }) => `${WORKER}${path}`)
    expect(doors).toContain(sweep?.url)
    expect(doors).toContain(settings.interactivity.request_url)
  })

  it('hints at every command, and lets names come as they were typed', () => {
    const hinted = sweep?.usage_hint.split('|').map((part) => part.trim().split(' ')[0])
    expect(hinted).toEqual(COMMANDS)
    expect(sweep?.should_escape).toBe(false)
  })
})
