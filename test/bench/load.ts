/** Sends prepared requests over real HTTP, so many at a time, and says how long each took. */

export interface Prepared {
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

export interface Measured {
  /** Requests a second; null when something else was waited for in between. */
  readonly rate: number | null
  /** Milliseconds from the call to the end of the answer's body. */
  readonly p50: number
  readonly p99: number
}

/** Sends them all, in order, `atOnce` at a time; every answer must have one of these statuses. */
export async function measure(
  requests: readonly Prepared[],
  statuses: readonly number[],
  atOnce: number,
): Promise<Measured> {
  const times: number[] = []
  let next = 0
  const one = async () => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const before = performance.now()
      const { url, headers, body } = request
      const answer = await fetch(url, { method: 'POST', headers, body })
      const text = await answer.text()
      times.push(performance.now() - before)
      if (!statuses.includes(answer.status)) throw new Error(`${url} answered ${answer.status}: ${text}`)
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: atOnce }, one))
  const seconds = (performance.now() - start) / 1_000
  return { ...summed(times), rate: times.length / seconds }
}

/** The percentiles of these times. */
export function summed(times: readonly number[]): Measured {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
  return { rate: null, p50: at(0.5), p99: at(0.99) }
}
