/** `npm run chat:manifest`: what Slack is told of the app, with the addresses of the Worker that is asked about. */

import { describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/slack/manifest.ts'
import { run } from './support.ts'

const WORKER = 'https://leansweep.example.workers.dev'

/** Without a settings file, so that nothing of this machine's takes part. */
function print(args: readonly string[], env: Record<string, string> = {}) {
  return run('chat-manifest', [...args, '--env', '/dev/null'], env)
}

describe('npm run chat:manifest', () => {
  it('prints the manifest as Slack takes it', async () => {
    const { code, out, err } = await print([WORKER])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatchInlineSnapshot(`
      "{
        "display_information": {
          "name": "leansweep",
          "description": "Keeps the QuantConnect workspace tidy, and asks before anything goes",
          "long_description": "Tells what leansweep marked and when it goes, and lets those whom the policy names keep projects, approve or refuse plans, stop a running sweep and take it back. Everybody else may look: /sweep help lists the commands. It looks into the history of its channel for one thing only: to find a message of its own again whose posting was not answered.",
          "background_color": "#1f3a34"
        },
        "features": {
          "bot_user": {
            "display_name": "leansweep",
            "always_online": true
          },
          "slash_commands": [
            {
              "command": "/sweep",
              "url": "https://leansweep.example.workers.dev/slack/commands",
              "description": "Keeps the QuantConnect workspace tidy",
              "usage_hint": "plan | why <project> | keep <project> 30d | release <project> | update <project> … | delete <project> | run | approve | refuse | undo <run> | baseline | status | pause | resume | help",
              "should_escape": false
            }
          ]
        },
        "oauth_config": {
          "scopes": {
            "bot": [
              "commands",
              "chat:write",
              "channels:history",
              "groups:history"
            ]
          }
        },
        "settings": {
          "interactivity": {
            "is_enabled": true,
            "request_url": "https://leansweep.example.workers.dev/slack/actions"
          },
          "org_deploy_enabled": false,
          "socket_mode_enabled": false,
          "token_rotation_enabled": false
        }
      }
      "
    `)
  })

  it('keeps within what Slack allows', async () => {
    const { display_information: shown, features } = (await print([WORKER])).json() as Manifest
    expect(shown.name.length).toBeLessThanOrEqual(35)
    expect(shown.description.length).toBeLessThanOrEqual(140)
    expect(shown.long_description.length).toBeGreaterThanOrEqual(175)
    expect(shown.long_description.length).toBeLessThanOrEqual(4_000)
    for (const { description, usage_hint } of features.slash_commands) {
      expect(description.length).toBeLessThanOrEqual(2_000)
      expect(usage_hint.length).toBeLessThanOrEqual(1_000)
    }
  })

  it('takes PUBLIC_URL when no address is given, and makes a link of it', async () => {
    const { json } = await print([], { PUBLIC_URL: `${WORKER}/` })
    const { code, out } = await print(['--link'], { PUBLIC_URL: WORKER })
    expect(code).toBe(0)
    const link = new URL(out.trim())
    expect([link.origin, link.pathname, link.searchParams.get('new_app')]).toEqual([
      'https://api.slack.com',
      '/apps',
      '1',
    ])
    expect(JSON.parse(link.searchParams.get('manifest_json') ?? '')).toEqual(json())
    expect((await print(['--link', '--json', WORKER])).json()).toEqual({ link: out.trim() })
  })

  it.each([
    [[], /^Which address does the Worker have\? Give it, or set PUBLIC_URL\./],
    [['leansweep.example'], /^The address must be an address, beginning with https:\/\//],
    [['http://leansweep.example'], /^The address must be an https address/],
    [['https://leansweep.example/slack'], /^The address must have nothing behind the host/],
    [[WORKER, 'more'], /^"more" is not expected here\./],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, out, err } = await print(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
    expect(err).toContain('Exit codes:')
  })
})
