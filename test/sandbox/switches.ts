/** The positions of the switches of one world, and how they are moved. */
import { type DateForms, wrongForms } from './dates.ts'
import { meant } from './nearest.ts'
import { type Choice, type Forms, type Quantity, switchTable } from './switch-table.ts'

type Table = typeof switchTable

/** The position of every switch. */
export type Switches = {
  readonly [K in keyof Table]: Table[K] extends Choice<infer T> ? T : Table[K] extends Forms ? DateForms : number
}

export function defaultSwitches(): Switches {
  return Object.fromEntries(Object.entries(switchTable).map(([name, entry]) => [name, entry.default])) as Switches
}

/** The switches after a request to set some, or what is wrong with the request. */
export function setSwitches(present: Switches, wanted: { readonly [name: string]: unknown }): Switches | string {
  const names = Object.keys(switchTable)
  for (const [name, value] of Object.entries(wanted)) {
    const entry = Object.hasOwn(switchTable, name) ? switchTable[name as keyof Table] : undefined
    if (!entry) return `There is no switch "${name}"${meant(name, names)} Switches: ${names.join(', ')}`
    const wrong = wrongValue(name, entry, value)
    if (wrong) return wrong
  }
  return { ...present, ...wanted }
}

function wrongValue(name: string, entry: Choice<string> | Forms | Quantity, value: unknown): string | undefined {
  const { about, values } = entry
  if (values === 'number') {
    return typeof value === 'number' && value >= 0 ? undefined : `Switch "${name}" takes a number from 0 up: ${about}`
  }
  if (values === 'forms') {
    const wrong = wrongForms(value)
    return (
      wrong && `Switch "${name}" takes "spaced", "iso", "Z" or an offset such as "+0000", or one by field: ${wrong}`
    )
  }
  if (values.some((each) => each === value)) return undefined
  return `Switch "${name}" takes ${values.map((each) => `"${each}"`).join(' or ')}: ${about}`
}
