/** What simulated days cost of both stores. */

export interface Cost {
  /** A day on average, and on the most expensive day after the first two. */
  readonly rowsWritten: number
  readonly mostRowsWritten: number
  readonly rowsRead: number
  readonly mostRowsRead: number
  readonly kvWrites: number
  readonly mostKvWrites: number
  /** At the end. */
  readonly sqlBytes: number
  readonly kvBytes: number
  /** When as much goes as comes: bytes of each day times the days for which they are kept, at most 400. */
  readonly kvSteadyBytes: number
  readonly runs: number
}
