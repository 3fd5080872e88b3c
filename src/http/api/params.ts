/** The parameters that several addresses have. */

import * as v from 'valibot'

export const RUN = { id: v.pipe(v.string(), v.description('Id of a run.')) }

const NO_PROJECT = 'must be a whole number, the id of a project'

export const PROJECT = { projectId: v.pipe(v.number(NO_PROJECT), v.integer(NO_PROJECT), v.minValue(1, NO_PROJECT)) }

const NO_LIMIT = 'must be a whole number from 1 to 100'

/** `?limit=20&cursor=` */
export const PAGING = {
  limit: v.optional(
    v.pipe(v.number(NO_LIMIT), v.integer(NO_LIMIT), v.minValue(1, NO_LIMIT), v.maxValue(100, NO_LIMIT)),
    20,
  ),
  cursor: v.optional(v.pipe(v.string(), v.description('The `cursor` of the page before.'))),
}
