/** The MCP server's models (`src/models.py`, read at f4b37e85) of projects, files, nodes, the account and the object store. */
import * as v from 'valibot'
import { date, fieldsOf, flag, loose, mapOf, real, text, whole } from './shapes.ts'

const { array, picklist, union, any } = v

export const rest = loose({ success: flag, errors: array(text) })

/** PHP's empty list, or values by name. */
export const parameterSet = union([array(any()), mapOf(union([text, real]))])

const collaborator = loose({
  uid: whole,
  ...fieldsOf('liveControl owner', flag),
  permission: picklist(['read', 'write']),
  ...fieldsOf('publicId profileImage email name bio', text),
})

const library = v.intersect([
  v.object({ projectId: whole }),
  loose({ libraryName: text, ownerName: text, access: flag }),
])

export const gridChart = loose({ chartName: text, ...fieldsOf('width height row column sort', whole) })

const grid = loose(fieldsOf('xs sm md lg xl', array(gridChart)))

const insistedOn = v.object({
  projectId: whole,
  organizationId: text,
  name: text,
  modified: date,
  created: date,
  ownerId: whole,
  language: picklist(['C#', 'Py']),
})

const project = v.intersect([
  insistedOn,
  loose({
    collaborators: array(collaborator),
    ...fieldsOf('leanVersionId leanEnvironment', whole),
    ...fieldsOf('leanPinnedToMaster owner encrypted codeRunning', flag),
    ...fieldsOf('description channelId', text),
    parameters: parameterSet,
    libraries: array(library),
    grid,
    liveGrid: grid,
    paperEquity: real,
    lastLiveDeployment: date,
    liveForm: loose({
      node: text,
      ...fieldsOf('notifyInsights notifyOrderEvents autoRestart', picklist(['true', 'false'])),
    }),
    encryptionKey: loose({ id: text, name: text }),
  }),
])

const version = loose({
  id: whole,
  created: date,
  ...fieldsOf('description leanHash leanCloudHash name ref', text),
  public: flag,
})

export const file = loose({
  ...fieldsOf('id projectId', whole),
  ...fieldsOf('name content', text),
  modified: date,
  ...fieldsOf('open isLibrary', flag),
})

const node = loose({
  ...fieldsOf('speed ram', real),
  price: loose(fieldsOf('monthly yearly', whole)),
  ...fieldsOf('cpu projectId assets hasGpu', whole),
  ...fieldsOf('name sku description usedBy userProfile projectName id host', text),
  ...fieldsOf('busy active', flag),
})

const nodes = loose({ nodes: loose(fieldsOf('backtest live research', array(node))), autoSelectNode: flag })
const listed = loose({ projects: array(project), versions: array(version), success: flag, errors: array(text) })
const helpers = loose({ collaborators: array(collaborator), success: flag })
const files = loose({ files: array(file), success: flag, errors: array(text) })
const answered = { state: picklist(['End', 'Error']), version: real, payloadType: text }

export const mcpProjects: { readonly [endpoint: string]: v.GenericSchema } = {
  'projects/create': listed,
  'projects/read': listed,
  'projects/update': rest,
  'projects/delete': rest,
  'projects/collaboration/create': helpers,
  'projects/collaboration/read': v.intersect([
    helpers,
    loose({ userLiveControl: flag, userPermissions: picklist(['write', 'read']) }),
  ]),
  'projects/collaboration/update': helpers,
  'projects/collaboration/delete': helpers,
  'projects/collaboration/lock/acquire': rest,
  'projects/nodes/read': nodes,
  'projects/nodes/update': nodes,
  'files/create': rest,
  'files/read': files,
  'files/update': files,
  'files/patch': rest,
  'files/delete': rest,
  'account/read': loose({
    organizationId: text,
    creditBalance: real,
    card: loose(fieldsOf('brand expiration last4', text)),
  }),
  'lean/versions/read': loose({ versions: array(version) }),
  'object/set': rest,
  'object/delete': rest,
  'object/get': loose({ jobId: text, url: text }),
  'object/properties': loose({
    metadata: loose({ ...fieldsOf('modified created', date), size: real, ...fieldsOf('key md5 mime preview', text) }),
  }),
  'object/list': loose({
    path: text,
    objects: array(loose({ ...fieldsOf('key name mime', text), modified: date, folder: flag, size: real })),
    ...fieldsOf('page totalPages objectStorageUsed', whole),
    objectStorageUsedHuman: text,
  }),
  'ai/tools/backtest-init': loose({ ...answered, payload: text }),
  'ai/tools/complete': loose({ ...answered, payload: array(text) }),
  'ai/tools/error-enhance': loose({ ...answered, payload: text }),
  'ai/tools/pep8-convert': loose({ ...answered, payload: mapOf(any()) }),
  'ai/tools/syntax-check': loose({ ...answered, payload: array(text) }),
  'ai/tools/search': loose({
    ...answered,
    retrivals: array(loose({ ...fieldsOf('url content', text), ...fieldsOf('score type', real) })),
    messageId: whole,
  }),
}
