/**
 * What Discord would refuse of a message, written from webhooks-and-chatops.md §5.4; of menus, from
 * Discord's "Component Reference" (string select). */

/* biome-ignore-all lint/suspicious/noExplicitAny: any JSON is looked at */

/** Each problem as a sentence; none when Discord would take it. */
export function messageProblems(message: any): string[] {
  const problems: string[] = []
  const check = (isFine: boolean, problem: string) => void (isFine || problems.push(problem))
  const { content, embeds = [], components = [], allowed_mentions: mentions, flags } = message
  check(content === undefined || content === null || typeof content === 'string', 'content must be a text')
  check((content?.length ?? 0) <= 2_000, `content: ${content?.length} of 2000`)
  const isEmpty = !content && (embeds ?? []).length === 0 && (components ?? []).length === 0
  check(!isEmpty, 'Cannot send an empty message')
  check(mentions === undefined || Array.isArray(mentions?.parse), 'allowed_mentions.parse must be a list')
  check(flags === undefined || flags === 64, `flags: ${flags}`)

  check((embeds ?? []).length <= 10, `${embeds?.length} embeds of 10`)
  let together = 0
  for (const { title = '', description = '', fields = [], footer, url } of embeds ?? []) {
    check(title.length <= 256, `embed title: ${title.length} of 256`)
    check(description.length <= 4_096, `embed description: ${description.length} of 4096`)
    check(fields.length <= 25, `${fields.length} fields of 25`)
    check((footer?.text?.length ?? 0) <= 2_048, 'embed footer over 2048')
    check(title !== '' || description !== '' || fields.length > 0, 'an empty embed')
    check(url === undefined || /^https?:\/\//.test(url), 'embed url')
    together += title.length + description.length + (footer?.text?.length ?? 0)
    for (const { name, value } of fields) {
      check(name?.length >= 1 && name.length <= 256, 'field name')
      check(value?.length >= 1 && value.length <= 1_024, 'field value')
      together += name.length + value.length
    }
  }
  check(together <= 6_000, `embeds together: ${together} of 6000`)

  let pieces = 0
  const ids: string[] = []
  check((components ?? []).length <= 5, `${components?.length} rows of 5`)
  for (const row of components ?? []) {
    pieces += 1 + (row.components?.length ?? 0)
    check(row.type === 1, `a row of type ${row.type}`)
    check(row.components?.length >= 1 && row.components.length <= 5, `${row.components?.length} buttons in a row`)
    for (const button of row.components ?? []) {
      if (button.type === 3) {
        check(row.components.length === 1, 'a menu beside something else')
        check(button.custom_id?.length >= 1 && button.custom_id.length <= 100, `custom_id: ${button.custom_id?.length}`)
        check((button.placeholder?.length ?? 0) <= 150, 'placeholder over 150')
        check(button.options?.length >= 1 && button.options.length <= 25, `${button.options?.length} options of 25`)
        for (const { label, value } of button.options ?? []) {
          check(label?.length >= 1 && label.length <= 100, `option label: ${label?.length} of 100`)
          check(value?.length >= 1 && value.length <= 100, `option value: ${value?.length} of 100`)
        }
        const values = (button.options ?? []).map(({ value }: { value: string }) => value)
        check(new Set(values).size === values.length, 'an option value twice')
        ids.push(button.custom_id)
        continue
      }
      check(button.type === 2, `a button of type ${button.type}`)
      check([1, 2, 3, 4, 5].includes(button.style), `style ${button.style}`)
      check(button.label?.length >= 1 && button.label.length <= 80, `label: ${button.label?.length} of 80`)
      if (button.style === 5) {
        check(button.custom_id === undefined, 'a link with a custom_id')
        check(/^https?:\/\//.test(button.url ?? '') && button.url.length <= 512, 'button url')
      } else {
        check(button.url === undefined, 'a url on a button that is no link')
        check(button.custom_id?.length >= 1 && button.custom_id.length <= 100, `custom_id: ${button.custom_id?.length}`)
        ids.push(button.custom_id)
      }
    }
  }
  check(pieces <= 40, `${pieces} components of 40`)
  check(new Set(ids).size === ids.length, 'a custom_id twice')
  return problems
}
