/** Keys of KV entries. Time is inverted, so that a plain listing (lexicographic) shows the newest first. */

/** Larger than any time in milliseconds that this program will see (the year 2286). */
const END_OF_TIME = 9_999_999_999_999

export function runKey(at: number, run: string): string {
  return `run/${inverted(at)}-${run}`
}

export function inventoryKey(at: number, run: string): string {
  return `inventory/${inverted(at)}-${run}`
}

export function backupKey(projectId: number, at: number, run: string): string {
  return `backup/${projectId}/${inverted(at)}-${run}`
}

/** The copies of a directory, many under one key (G23). `number` tells those of a run apart. */
export function packKey(at: number, run: string, number: number): string {
  return `pack/${inverted(at)}-${run}-${number}`
}

function inverted(at: number): string {
  return String(END_OF_TIME - at).padStart(13, '0')
}
