/**
 * What lean-cli makes of answers: its models (`lean/models/api.py`) and what its clients take out of an answer
 * (`lean/components/api`), read at 5277bb66. A field without `nullish` crashes it when missing.
 */
import * as v from 'valibot'
import { date, fieldsOf, flag, mapOf, real, strict, whole } from './shapes.ts'

/** Numbers are turned into texts where a text is wanted. */
const text = v.union([v.string(), v.number()])
const maybe = v.nullish
const anything = v.any()

const collaborator = strict({
  uid: maybe(whole),
  ...fieldsOf('permission profileImage name', text),
  liveControl: flag,
  owner: maybe(flag),
})

const parameter = strict({ key: text, value: text, ...fieldsOf('min max step', maybe(real)), type: maybe(text) })

const library = strict({ projectId: whole, libraryName: text, ownerName: text, access: flag })

const project = strict({
  projectId: whole,
  ...fieldsOf('organizationId name description', text),
  modified: date,
  created: date,
  language: v.picklist(['C#', 'F#', 'VB', 'Ja', 'Py']),
  collaborators: v.array(collaborator),
  leanVersionId: whole,
  leanPinnedToMaster: flag,
  leanEnvironment: whole,
  parameters: v.union([v.array(parameter), mapOf(parameter)]),
  libraries: v.array(library),
  encrypted: maybe(flag),
  encryptionKey: maybe(strict({ id: text, name: text })),
})

const file = strict({ name: text, content: text, modified: date, isLibrary: flag })

const compileState = v.picklist(['InQueue', 'BuildSuccess', 'BuildError'])

const backtest = strict({
  ...fieldsOf('backtestId status name', text),
  projectId: whole,
  ...fieldsOf('note error stacktrace', maybe(text)),
  created: date,
  completed: flag,
  progress: real,
  runtimeStatistics: maybe(mapOf(text)),
  statistics: maybe(v.union([mapOf(text), v.array(anything)])),
})

const node = strict({
  ...fieldsOf('id name projectName description usedBy sku', text),
  busy: flag,
  price: strict({ monthly: whole, yearly: whole }),
  speed: real,
  ram: real,
  cpu: whole,
  assets: whole,
  host: maybe(text),
})

const liveStatus = v.picklist(
  (
    'DeployError InQueue Running Stopped Liquidated Deleted Completed RuntimeError Invalid LoggingIn Initializing ' +
    'History'
  ).split(' '),
)

/** `projectId` of a read deployment is added by the client. */
const runningLive = strict({
  deployId: text,
  status: maybe(liveStatus),
  launched: date,
  stopped: maybe(date),
  brokerage: text,
})

const optimization = strict({
  ...fieldsOf('optimizationId status name', text),
  projectId: whole,
  backtests: maybe(
    v.union([
      v.pipe(v.array(anything), v.length(0)),
      mapOf(
        strict({ id: text, name: text, exitCode: whole, parameterSet: mapOf(text), statistics: maybe(v.array(real)) }),
      ),
    ]),
  ),
  runtimeStatistics: maybe(v.union([v.pipe(v.array(anything), v.length(0)), mapOf(text)])),
})

const member = strict({ id: whole, name: text, isAdmin: flag, email: text })

const organization = strict({
  ...fieldsOf('id name type', text),
  seats: whole,
  credit: strict({ movements: v.array(anything), balance: real }),
  products: v.array(
    strict({
      name: text,
      items: v.array(strict({ productId: whole, name: text, quantity: whole, unitPrice: real, total: real })),
    }),
  ),
  data: strict({ signedTime: maybe(whole), current: flag }),
  members: v.array(member),
})

const done = strict({})
const listed = strict({ projects: v.array(project) })
const ran = strict({ backtest })

/** What it reads, by endpoint; an endpoint it does not call is not here. */
export const leanCli: { readonly [endpoint: string]: v.GenericSchema } = {
  authenticate: done,
  'projects/create': listed,
  'projects/read': listed,
  'projects/update': done,
  'projects/delete': done,
  'projects/library/create': done,
  'projects/library/delete': done,
  'files/create': done,
  'files/read': strict({ files: v.array(file) }),
  'files/update': done,
  'files/delete': done,
  'compile/create': strict({ compileId: text, state: compileState }),
  'compile/read': strict({ compileId: text, state: compileState, logs: v.array(text) }),
  'backtests/create': ran,
  'backtests/read': ran,
  'backtests/delete': done,
  'nodes/read': strict(fieldsOf('backtest research live', v.array(node))),
  'live/read': runningLive,
  'live/create': strict({ projectId: whole, deployId: text, status: maybe(liveStatus) }),
  'live/update/stop': strict({ success: flag }),
  'live/update/liquidate': strict({ success: flag }),
  'live/commands/create': strict({ success: flag }),
  'live/commands/broadcast': strict({ success: flag }),
  'live/auth0/read': strict({ authorization: maybe(mapOf(anything)) }),
  'optimizations/estimate': strict({ estimate: strict({ estimateId: text, time: whole, balance: whole }) }),
  'optimizations/create': strict({ optimizations: v.pipe(v.array(optimization), v.minLength(1)) }),
  'optimizations/read': strict({ optimization }),
  'optimizations/abort': done,
  'optimizations/delete': done,
  'account/read': strict({
    organizationId: text,
    card: maybe(strict(fieldsOf('brand expiration last4', text))),
    creditBalance: real,
  }),
  'user/read': strict({ user: strict({ name: text, profile: text, badge: maybe(text) }) }),
  'organizations/list': strict({
    organizations: v.array(strict({ ...fieldsOf('id name type ownerName', text), members: whole, preferred: flag })),
  }),
  'organizations/read': strict({ organization }),
  'organizations/encryption/keys/list': strict({ keys: v.array(strict({ hash: text })) }),
  'lean/environments/read': strict({
    environments: v.array(strict({ id: whole, name: text, path: maybe(text), description: text, public: flag })),
  }),
  'object/set': done,
  'object/get': v.union([strict({ url: v.pipe(v.string(), v.url()) }), strict({ jobId: text, url: v.null() })]),
  'object/list': strict({ objects: v.array(anything) }),
  'object/properties': strict({ metadata: anything }),
  'object/delete': done,
  'data/list': strict({ objects: v.array(v.string()) }),
  'data/read': strict({ link: v.pipe(v.string(), v.url()) }),
  'data/prices': strict({
    datasources: mapOf(anything),
    prices: v.array(strict({ vendorName: text, regex: v.pipe(v.string(), v.regex(/\/.*\//)), price: maybe(real) })),
    agreement: text,
  }),
  'market/data/list': strict({
    list: v.array(
      strict({
        id: whole,
        name: text,
        delivery: v.picklist(['cloud only', 'download only', 'cloud & download']),
        vendorName: text,
        tags: v.array(strict({ name: text })),
        pending: flag,
      }),
    ),
  }),
  'modules/list': strict({ files: v.array(text) }),
  'modules/read': strict({ url: v.pipe(v.string(), v.url()) }),
  'services/terminal-news': strict({
    news: v.array(
      strict({ id: whole, ...fieldsOf('type category title content image link', text), created: date, date }),
    ),
  }),
}
