/** Numbers for Prometheus. */

import * as v from 'valibot'
import { PROMETHEUS_TYPE, prometheusText } from '../../core/base/prometheus.ts'
import { operation } from './operation.ts'

export const showMetrics = operation({
  id: 'showMetrics',
  method: 'GET',
  path: '/metrics',
  needs: 'read',
  topic: 'Health',
  summary: 'Counters and gauges for Prometheus',
  details: 'Counters never go back, whatever is restarted or let go of; gauges are of the newest good sweep.',
  answers: { 200: { means: 'In the text format 0.0.4.', shape: v.string(), type: 'text/plain' } },
  async handle({ c, workspace }) {
    return c.body(prometheusText(await workspace.metrics()), 200, { 'content-type': PROMETHEUS_TYPE })
  },
})
