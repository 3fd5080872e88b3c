/** Query strings and urlencoded bodies with PHP's nesting: `files[0][content]=x`, `tags[]=a`, repeated keys (§2.0). */
import type { Param, Params } from './params.ts'

type Tree = Map<string, Leaf | Tree>
type Leaf = { readonly values: Param[] }

export function parseForm(fields: Iterable<readonly [string, Param]>): Params {
  const tree: Tree = new Map()
  for (const [key, value] of fields) insert(tree, path(key), value)
  return plain(tree)
}

/** `a[b][]` → `['a', 'b', '']`. A bracket that never closes is part of the name. */
function path(key: string): string[] {
  const nested = /^([^[]+)((?:\[[^\]]*\])+)$/.exec(key)
  if (!nested) return [key]
  const inner = [...(nested[2] as string).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] as string)
  return [nested[1] as string, ...inner]
}

function insert(tree: Tree, [first = '', ...rest]: string[], value: Param): void {
  const key = first === '' ? String(tree.size) : first
  const present = tree.get(key)
  if (rest.length > 0) {
    const branch = present instanceof Map ? present : new Map()
    tree.set(key, branch)
    insert(branch, rest, value)
    return
  }
  if (present && !(present instanceof Map)) present.values.push(value)
  else tree.set(key, { values: [value] })
}

/** Maps become objects; a key that came more than once becomes the list of its values. */
function plain(tree: Tree): Params {
  const entries = [...tree].map(([key, node]): [string, Param] => {
    if (node instanceof Map) return [key, plain(node)]
    return [key, node.values.length === 1 ? (node.values[0] as Param) : node.values]
  })
  return Object.fromEntries(entries)
}
