/** Discord's numbers, as far as we use them, checked against its types while compiling; at run time they are only these. */

import type {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ButtonStyle,
  ComponentType,
  InteractionContextType,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
} from 'discord-api-types/v10'

export const INTERACTION = { ping: 1, command: 2, component: 3, autocomplete: 4, modal: 5 } as const satisfies {
  ping: InteractionType.Ping
  command: InteractionType.ApplicationCommand
  component: InteractionType.MessageComponent
  autocomplete: InteractionType.ApplicationCommandAutocomplete
  modal: InteractionType.ModalSubmit
}

export const ANSWER = {
  pong: 1,
  message: 4,
  deferred: 5,
  deferredUpdate: 6,
  update: 7,
  choices: 8,
} as const satisfies {
  pong: InteractionResponseType.Pong
  message: InteractionResponseType.ChannelMessageWithSource
  deferred: InteractionResponseType.DeferredChannelMessageWithSource
  deferredUpdate: InteractionResponseType.DeferredMessageUpdate
  update: InteractionResponseType.UpdateMessage
  choices: InteractionResponseType.ApplicationCommandAutocompleteResult
}

export const COMPONENT = { row: 1, button: 2, menu: 3 } as const satisfies {
  row: ComponentType.ActionRow
  button: ComponentType.Button
  menu: ComponentType.StringSelect
}

export const STYLE = { primary: 1, secondary: 2, danger: 4, link: 5 } as const satisfies {
  primary: ButtonStyle.Primary
  secondary: ButtonStyle.Secondary
  danger: ButtonStyle.Danger
  link: ButtonStyle.Link
}

export const COMMAND = { chatInput: 1 } as const satisfies { chatInput: ApplicationCommandType.ChatInput }

export const OPTION = { subcommand: 1, string: 3 } as const satisfies {
  subcommand: ApplicationCommandOptionType.Subcommand
  string: ApplicationCommandOptionType.String
}

/** Where a command can be typed: a server, rather than a direct message. */
export const CONTEXT = { guild: 0 } as const satisfies { guild: InteractionContextType.Guild }

/** Shown to one person only. */
export const EPHEMERAL = 64 satisfies MessageFlags.Ephemeral
