/** A schema that is described as one and checked by another: what several doors take is checked by the same one in each. */

import type * as v from 'valibot'

/** `check` must take nothing that `described` would not, and says what is wrong in its own words. */
export function checkedBy<Output>(
  check: v.GenericSchema<string, Output> | v.GenericSchema<object, Output>,
  described: v.GenericSchema,
): v.GenericSchema<unknown, Output> {
  return { ...described, '~run': check['~run'].bind(check) } as v.GenericSchema<unknown, Output>
}
