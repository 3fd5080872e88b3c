/** The encryption keys of an account (§2.14). `encryptionKey` of a project is the id of one, an MD5 hex (§2.4). */
export const encryptionKeys = [
  { hash: '0cc175b9c0f1b6a831c399e269772661', name: 'desk' },
  { hash: '92eb5ffee6ae2fec3ad71c777531578f', name: 'vault' },
] as const

export const defaultKey: string = encryptionKeys[0].hash

export function isKey(id: string): boolean {
  return encryptionKeys.some((each) => each.hash === id)
}

export function keyName(id: string): string {
  return encryptionKeys.find((each) => each.hash === id)?.name ?? 'unknown'
}
