/** What Slack would refuse of a message, written from webhooks-and-chatops.md §4.5, in Slack's own words where it has some. */

/* biome-ignore-all lint/suspicious/noExplicitAny: any JSON is looked at */

/** The error Slack would give, with what is wrong; null when it would take it. */
export function messageError(message: any): { readonly error: string; readonly what: string } | null {
  const { text, blocks } = message
  if (typeof text !== 'string' && blocks === undefined) return { error: 'no_text', what: 'neither text nor blocks' }
  if ((text ?? '').length > 40_000) return { error: 'msg_too_long', what: `text of ${text.length}` }
  if (blocks === undefined) return null
  const problems = blockProblems(blocks)
  if (problems[0] !== undefined) return { error: 'invalid_blocks', what: problems.join('; ') }
  const whole = JSON.stringify([text, blocks]).length
  return whole > 13_200 ? { error: 'msg_blocks_too_long', what: `${whole} of 13200` } : null
}

/** Each problem as a sentence. */
export function blockProblems(blocks: any): readonly string[] {
  const problems: string[] = []
  const check = (isFine: boolean, problem: string) => void (isFine || problems.push(problem))
  const within = (text: any, most: number, what: string) =>
    check(typeof text === 'string' && text.length >= 1 && text.length <= most, `${what}: ${text?.length} of ${most}`)
  const plain = (object: any, most: number, what: string) => {
    check(object?.type === 'plain_text', `${what} must be plain_text`)
    within(object?.text, most, what)
  }
  const either = (object: any, most: number, what: string) => {
    check(object?.type === 'plain_text' || object?.type === 'mrkdwn', `${what}: type ${object?.type}`)
    within(object?.text, most, what)
  }
  const confirm = (object: any) => {
    if (object === undefined) return
    plain(object.title, 100, 'confirm title')
    either(object.text, 300, 'confirm text')
    plain(object.confirm, 30, 'confirm label')
    plain(object.deny, 30, 'deny label')
    check([undefined, 'primary', 'danger'].includes(object.style), `confirm style ${object.style}`)
  }
  const element = (one: any) => {
    within(one.action_id, 255, 'action_id')
    confirm(one.confirm)
    if (one.type === 'button') {
      plain(one.text, 75, 'button text')
      check((one.value?.length ?? 0) <= 2_000, 'button value over 2000')
      check((one.url?.length ?? 0) <= 3_000, 'button url over 3000')
      check([undefined, 'primary', 'danger'].includes(one.style), `button style ${one.style}`)
    } else if (one.type === 'static_select') {
      plain(one.placeholder, 150, 'placeholder')
      check(one.options?.length >= 1 && one.options.length <= 100, `${one.options?.length} options of 100`)
      for (const option of one.options ?? []) {
        plain(option.text, 75, 'option text')
        within(option.value, 75, 'option value')
      }
    } else problems.push(`an element of type ${one.type}`)
  }

  check(Array.isArray(blocks) && blocks.length <= 50, `${blocks?.length} blocks of 50`)
  const blockIds = blocks.flatMap((block: any) => block.block_id ?? [])
  check(new Set(blockIds).size === blockIds.length, 'a block_id twice')
  for (const block of blocks) {
    check((block.block_id?.length ?? 0) <= 255, 'block_id over 255')
    if (block.type === 'header') plain(block.text, 150, 'header')
    else if (block.type === 'section') {
      if (block.text !== undefined) either(block.text, 3_000, 'section text')
      check((block.fields?.length ?? 0) <= 10, 'fields over 10')
      for (const field of block.fields ?? []) either(field, 2_000, 'field')
      check(block.text !== undefined || block.fields !== undefined, 'an empty section')
    } else if (block.type === 'context') {
      check(block.elements?.length >= 1 && block.elements.length <= 10, `${block.elements?.length} context elements`)
      for (const one of block.elements ?? []) either(one, 3_000, 'context text')
    } else if (block.type === 'actions') {
      check(block.elements?.length >= 1 && block.elements.length <= 25, `${block.elements?.length} actions of 25`)
      const ids = (block.elements ?? []).map((one: any) => one.action_id)
      check(new Set(ids).size === ids.length, 'an action_id twice in a block')
      for (const one of block.elements ?? []) element(one)
    } else check(block.type === 'divider', `a block of type ${block.type}`)
  }
  return problems
}
