/** What Discord would refuse of a list of commands, written from webhooks-and-chatops.md §5.2 and §5.5 and nothing else. */

/* biome-ignore-all lint/suspicious/noExplicitAny: any JSON is looked at */

/** Each problem as a sentence; none when Discord would take them. */
export function commandProblems(commands: any): readonly string[] {
  if (!Array.isArray(commands)) return ['not a list']
  const problems: string[] = []
  const check = (isFine: boolean, problem: string) => void (isFine || problems.push(problem))
  const named = ({ name, description }: any, where: string) => {
    check(/^[-_\p{Ll}\p{N}]{1,32}$/u.test(name ?? ''), `${where}: name "${name}"`)
    check(description?.length >= 1 && description.length <= 100, `${where}: description of ${description?.length}`)
  }
  const options = (list: any[], where: string) => {
    check(list.length <= 25, `${where}: ${list.length} options of 25`)
    const names = list.map(({ name }) => name)
    check(new Set(names).size === names.length, `${where}: an option twice`)
    let isOver = false
    for (const option of list) {
      const place = `${where} ${option.name}`
      named(option, place)
      check([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].includes(option.type), `${place}: type ${option.type}`)
      check(!(isOver && option.required === true), `${place}: required after optional`)
      if (option.type > 2) isOver ||= option.required !== true
      const choices = option.choices ?? []
      check(choices.length <= 25, `${place}: ${choices.length} choices of 25`)
      for (const { name, value } of choices) {
        check(name?.length >= 1 && name.length <= 100, `${place}: choice name`)
        check(String(value).length >= 1 && String(value).length <= 100, `${place}: choice value`)
      }
      options(option.options ?? [], place)
    }
  }
  check(commands.length <= 100, `${commands.length} commands of 100`)
  for (const command of commands) {
    named(command, command.name)
    check(command.type === 1, `${command.name}: type ${command.type}`)
    const permissions = command.default_member_permissions
    check(permissions === undefined || permissions === null || /^\d+$/.test(permissions), 'permissions')
    const contexts = command.contexts ?? []
    check(
      contexts.every((one: unknown) => [0, 1, 2].includes(one as number)),
      `${command.name}: contexts`,
    )
    options(command.options ?? [], command.name)
  }
  return problems
}
