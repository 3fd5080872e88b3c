/** Every place that is told something, as the settings name them. */

import type { Config } from './config.ts'
import type { Channel } from './hooks/channel.ts'

/** In the order in which people should see them. */
export function channelsOf(_config: Config): readonly Channel[] {
  return []
}
