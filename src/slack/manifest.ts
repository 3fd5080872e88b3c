/**
 * What Slack is told of the app when it is made: its command, where presses go, and the rights of its bot. Pasted into "From
 * an app manifest" on api.slack.com/apps (Slack, "App manifest reference").
 */

export interface Manifest {
  readonly display_information: {
    /** At most 35 characters. */
    readonly name: string
    /** At most 140 characters. */
    readonly description: string
    readonly long_description: string
    readonly background_color: string
  }
  readonly features: {
    readonly bot_user: { readonly display_name: string; readonly always_online: boolean }
    readonly slash_commands: readonly {
      readonly command: string
      readonly url: string
      readonly description: string
      /** Shown behind the command while somebody types; at most 1,000 characters. */
      readonly usage_hint: string
      /** Whether people and channels in what is typed come as ids; names of projects must come as they were typed. */
      readonly should_escape: boolean
    }[]
  }
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } }
  readonly settings: {
    readonly interactivity: { readonly is_enabled: boolean; readonly request_url: string }
    readonly org_deploy_enabled: boolean
    readonly socket_mode_enabled: boolean
    readonly token_rotation_enabled: boolean
  }
}

/** Rights of the bot. The last two: to find a message again whose posting was not answered, in channels it was invited to. */
export const BOT_SCOPES = ['commands', 'chat:write', 'channels:history', 'groups:history'] as const

/** `worker`: address of the Worker, such as `https://leansweep.example.workers.dev`. */
export function slackManifest(worker: string): Manifest {
  return {
    display_information: {
      name: 'leansweep',
      description: 'Keeps the QuantConnect workspace tidy, and asks before anything goes',
      long_description:
        'Tells what leansweep marked and when it goes, and lets those whom the policy names keep projects, approve or refuse plans, stop a running sweep and take it back. Everybody else may look: /sweep help lists the commands. It looks into the history of its channel for one thing only: to find a message of its own again whose posting was not answered.',
      background_color: '#1f3a34',
    },
    features: {
      bot_user: { display_name: 'leansweep', always_online: true },
      slash_commands: [
        {
          command: '/sweep',
          url: `${worker}/slack/commands`,
          description: 'Keeps the QuantConnect workspace tidy',
          usage_hint: USAGE,
          should_escape: false,
        },
      ],
    },
    oauth_config: { scopes: { bot: BOT_SCOPES } },
    settings: {
      interactivity: { is_enabled: true, request_url: `${worker}/slack/actions` },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    },
  }
}

const USAGE =
  'plan | why <project> | keep <project> 30d | release <project> | update <project> … | delete <project> | run | approve | refuse | undo <run> | baseline | status | pause | resume | help'

/** Opened in a browser, it offers to make the app from the manifest. */
export function creationLink(manifest: Manifest): string {
  return `https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(JSON.stringify(manifest))}`
}
