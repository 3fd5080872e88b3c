/**
 * What an operation of the API is. Each is declared once, with its schemas: the route, the checks of a request, the right
 * it needs and the OpenAPI document are all made from that declaration.
 */

import type { Context } from 'hono'
import type * as v from 'valibot'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Caller, Door, Right } from '../auth.ts'
import type { BodySchema } from '../body.ts'

export type DoorContext = Context<Door>

/** What is sent back when it goes well. */
export interface Success {
  readonly means: string
  /** Null for no body. */
  readonly shape: v.GenericSchema | null
  /** The media type; `application/json` unless given. */
  readonly type?: string
}

/** What a handler gets, checked already. */
export interface Ask<Params extends v.ObjectEntries, Query extends v.ObjectEntries, Body extends BodySchema> {
  readonly c: DoorContext
  readonly workspace: DurableObjectStub<Workspace>
  readonly caller: Caller
  readonly params: Values<Params>
  readonly query: Values<Query>
  readonly body: v.InferOutput<Body>
}

type Values<Entries extends v.ObjectEntries> = { readonly [key in keyof Entries]: v.InferOutput<Entries[key]> }

export interface Declared<Params extends v.ObjectEntries, Query extends v.ObjectEntries, Body extends BodySchema> {
  /** Its name for programs that are generated from the document. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** As OpenAPI writes it: `/api/runs/{id}`. */
  readonly path: `/${string}`
  /** The right the caller needs; `none` for a public one. */
  readonly needs: Right | 'none'
  /** Of a public one: the right that lets a caller see more, when credentials are sent. */
  readonly knows?: Right
  /** Under which heading it is described. */
  readonly topic: string
  /** In a few words, without a full stop. */
  readonly summary: string
  /** More, in sentences. */
  readonly details?: string
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** An empty body is `{}`. */
  readonly mayBeEmpty?: true
  /** Takes an `Idempotency-Key`. */
  readonly submits?: true
  /** Its answer has an ETag; whoever sends it back gets 304 while nothing has changed. */
  readonly tagged?: true
  /** Success by status as a shape, problems as a sentence that says when. */
  readonly answers: { readonly [status: number]: Success | string }
  readonly handle: (ask: Ask<Params, Query, Body>) => Promise<Response>
}

/** An operation whose types are known only to itself. */
export type Operation = Omit<Declared<v.ObjectEntries, v.ObjectEntries, BodySchema>, 'handle'> & {
  // biome-ignore lint/suspicious/noExplicitAny: checked by `operation` against its own schemas.
  readonly handle: (ask: Ask<any, any, any>) => Promise<Response>
}

// biome-ignore lint/complexity/noBannedTypes: no parameters at all.
type None = {}

/** Declares an operation; its handler is typed by its schemas. */
export function operation<
  Params extends v.ObjectEntries = None,
  Query extends v.ObjectEntries = None,
  Body extends BodySchema = BodySchema,
>(declared: Declared<Params, Query, Body>): Operation {
  return declared as unknown as Operation
}
