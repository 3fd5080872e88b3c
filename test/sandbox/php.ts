/**
 * JSON as PHP's `json_encode` writes it with its default flags: slashes escaped (fact sheet §2.0, real sample LC#307)
 * and everything outside ASCII as `\uXXXX`. A client that only ever met `JSON.stringify` learns the difference here.
 */
export function phpJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, escapeUnit)
}

/** PHP has one type for lists and maps, so an empty map is written `[]` (§0.9). */
export function phpMap<T>(map: { readonly [key: string]: T }): { readonly [key: string]: T } | [] {
  return Object.keys(map).length === 0 ? [] : map
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
