/** The shapes that the API describes are those of the program: tsc compares them, both ways. */

import type * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import type { Inventory as CoreInventory } from '../../src/core/evidence/project.ts'
import type { Why } from '../../src/core/plan/explain.ts'
import type { DeliveryPage } from '../../src/http/api/deliveries.ts'
import type { Inventory, InventoryPage, ShownInventory, Why as WhyShape } from '../../src/http/api/inventory-shapes.ts'
import type { HoldList } from '../../src/http/api/projects.ts'
import type { Preview, Proposal, RunRecord, RunSummary } from '../../src/http/api/run-shapes.ts'
import type { HoldView, ProposalView } from '../../src/workspace/ledger/asks.ts'
import type * as run from '../../src/workspace/ledger/run.ts'
import type { DeliveryView, DestinationView } from '../../src/workspace/telling/deliveries.ts'

/** As a schema gives it, but read-only all through, as the program has it. */
type Shape<Schema extends v.GenericSchema> = Frozen<v.InferOutput<Schema>>
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [key in keyof T]: Frozen<T[key]> }
    : T

describe('the described shapes', () => {
  it('are those of runs and plans', () => {
    expectTypeOf<Shape<typeof RunSummary>>().toEqualTypeOf<Frozen<run.RunSummary>>()
    expectTypeOf<Shape<typeof RunRecord>>().toEqualTypeOf<Frozen<run.RunRecord>>()
    expectTypeOf<Shape<typeof Preview>>().toEqualTypeOf<Frozen<run.Preview>>()
    expectTypeOf<Shape<typeof Proposal>>().toEqualTypeOf<Frozen<ProposalView>>()
  })

  it('are those of deliveries', () => {
    expectTypeOf<Shape<typeof DeliveryPage>['deliveries'][number]>().toEqualTypeOf<Frozen<DeliveryView>>()
    expectTypeOf<Shape<typeof DeliveryPage>['destinations'][number]>().toEqualTypeOf<Frozen<DestinationView>>()
  })

  it('are those of holds', () => {
    expectTypeOf<Shape<typeof HoldList>['holds'][number]>().toEqualTypeOf<Frozen<HoldView>>()
  })

  it('are those of inventories and verdicts', () => {
    expectTypeOf<Shape<typeof Inventory>>().toEqualTypeOf<Frozen<CoreInventory>>()
    expectTypeOf<Shape<typeof ShownInventory>>().toEqualTypeOf<Frozen<run.ShownInventory>>()
    expectTypeOf<Shape<typeof InventoryPage>['inventories'][number]>().toEqualTypeOf<Frozen<run.StoredInventory>>()
    expectTypeOf<Shape<typeof WhyShape>>().toEqualTypeOf<Frozen<Why>>()
  })
})
