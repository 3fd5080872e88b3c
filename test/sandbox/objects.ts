/** `object/*` (§2.13) but for downloads (`downloads.ts`): the object store of an organisation, listed one level at a time. */
import { createHash } from 'node:crypto'
import { type Answer, type Call, type Endpoints, organizationOf } from './call.ts'
import { showDate } from './dates.ts'
import type { StoredObject } from './entities.ts'
import { requiredText, text } from './params.ts'
import { refuse } from './refusal.ts'

export const objectEndpoints: Endpoints = {
  'object/list': listObjects,
  'object/properties': properties,
  'object/set': set,
  'object/delete': remove,
}

type Store = Map<string, StoredObject>

function listObjects(call: Call): Answer {
  const store = storeOf(call)
  const path = text(call.params, 'path') || '/'
  const inside = keyOf(path) === '' ? '' : `${keyOf(path)}/`
  const below = [...store].filter(([key]) => key.startsWith(inside))
  const folders = Map.groupBy(
    below.filter(([key]) => key.slice(inside.length).includes('/')),
    ([key]) => {
      return inside + key.slice(inside.length).split('/')[0]
    },
  )
  const files = below.filter(([key]) => !key.slice(inside.length).includes('/'))
  const used = [...store.values()].reduce((sum, each) => sum + each.content.length, 0)
  return {
    path,
    objects: [
      ...[...folders].map(([key, rows]) =>
        folder(
          call,
          key,
          rows.map(([, object]) => object),
        ),
      ),
      ...files.map(([key, object]) => file(call, key, object)),
    ],
    page: 1,
    totalPages: 1,
    objectStorageUsed: used,
    objectStorageUsedHuman: `${used} B`,
  }
}

/** A folder is only a prefix of keys. */
function folder(call: Call, key: string, objects: readonly StoredObject[]): Answer {
  const modified = Math.max(...objects.map((each) => each.modified))
  const size = objects.reduce((sum, each) => sum + each.content.length, 0)
  return { ...row(call, key, modified), mime: 'directory', folder: true, size }
}

function file(call: Call, key: string, object: StoredObject): Answer {
  return { ...row(call, key, object.modified), mime: mimeOf(key), folder: false, size: object.content.length }
}

function row(call: Call, key: string, modified: number): Answer {
  return {
    key,
    name: key.split('/').at(-1),
    modified: showDate(call.world.switches, 'objects.modified', modified),
  }
}

function mimeOf(key: string): string {
  return key.endsWith('.json') ? 'application/json' : key.endsWith('.csv') ? 'text/csv' : 'text/plain'
}

function properties(call: Call): Answer {
  const key = keyOf(requiredText(call.params, 'key'))
  const object = storeOf(call).get(key) ?? refuse('Object not found')
  const { switches } = call.world
  return {
    metadata: {
      key,
      modified: showDate(switches, 'objects.modified', object.modified),
      created: showDate(switches, 'objects.created', object.created),
      size: object.content.length,
      md5: createHash('md5').update(object.content).digest('hex'),
      mime: mimeOf(key),
      preview: new TextDecoder().decode(object.content.subarray(0, 200)),
    },
  }
}

/** Arrives as multipart (§2.0); bytes are kept as they are. */
function set(call: Call): Answer {
  const store = storeOf(call)
  const key = keyOf(requiredText(call.params, 'key'))
  const data = call.params.objectData
  if (data === undefined || data === null) refuse('Required parameter objectData is empty')
  const content = data instanceof Uint8Array ? data : new TextEncoder().encode(String(data))
  store.set(key, { content, created: store.get(key)?.created ?? call.now, modified: call.now })
  return {}
}

/** The key of a directory deletes all that is in it. */
function remove(call: Call): Answer {
  const store = storeOf(call)
  const key = keyOf(requiredText(call.params, 'key'))
  const gone = [...store.keys()].filter((each) => each === key || each.startsWith(`${key}/`))
  if (gone.length === 0) refuse('Object not found')
  for (const each of gone) store.delete(each)
  return {}
}

/** The objects of the organization that a call must name. */
export function storeOf(call: Call): Store {
  if (!text(call.params, 'organizationId')) refuse('Required parameter organizationId is empty')
  const organizationId = organizationOf(call)
  const present = call.world.objects.get(organizationId)
  if (present) return present
  const made: Store = new Map()
  call.world.objects.set(organizationId, made)
  return made
}

/** Keys without slashes around them. */
export function keyOf(key: string): string {
  return key.split('/').filter(Boolean).join('/')
}
