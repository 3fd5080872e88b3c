/** JSON, compressed: how snapshots, backups and records are kept small in both stores. */

export function gzipJson(value: unknown): Promise<Uint8Array> {
  return gzipText(JSON.stringify(value))
}

export async function gzipText(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Throws when the bytes are not gzip JSON; callers that read what others wrote catch that. */
export async function gunzipJson(bytes: ArrayBuffer | Uint8Array): Promise<unknown> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return JSON.parse(await new Response(stream).text())
}
