/**
 * Text as people see it: what keyboards, file systems and copied documents write in different characters becomes the same.
 * Protections, holds, exceptions and searches compare text in this form; what selects is compared exactly. Linear in the
 * length of the text, and texts of plain ASCII are not touched.
 */

/** Anything but plain ASCII. */
const BEYOND_ASCII = /[^\0-\x7f]/

/** Brackets that people read as square ones: CJK, mathematical, half-width, corners, and pieces of brackets. */
const OPENING = '⁅⌈⌊⎡⎣❲⟦⟬⦋⦍⦏⦗⸢⸤⹕⹗〈《「『【〔〖〘〚﹇﹝︗︻︹︽︿﹁﹃［｢⟨⟪❰\u2329'
const CLOSING = '⁆⌉⌋⎤⎦❳⟧⟭⦌⦎⦐⦘⸣⸥⹖⹘〉》」』】〕〗〙〛﹈﹞︘︼︺︾﹀﹂﹄］｣⟩⟫❱\u232a'

/** Characters that stand for a "[", for a "]", and those that nobody sees: for use inside a character class with `u`. */
export const OPENING_BRACKETS = `\\[${OPENING}`
export const CLOSING_BRACKETS = `\\]${CLOSING}`
export const INVISIBLE = '\\p{Cf}\\p{Default_Ignorable_Code_Point}'

const OPEN = new RegExp(`[${OPENING}]`, 'gu')
const CLOSE = new RegExp(`[${CLOSING}]`, 'gu')
const UNSEEN = new RegExp(`[${INVISIBLE}]+`, 'gu')
const WIDE = /[\uff01-\uff5e\u3000]/g

/** More marks on one letter than any language puts there. They are cut: sorting thousands of them would take for ever. */
const PILED_UP = /(\p{M}{30})\p{M}+/gu

/** Composed (NFC), full width as ASCII, without characters nobody sees, look-alike brackets as square ones. */
export function normalText(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text
  return text
    .replace(UNSEEN, '')
    .replace(PILED_UP, '$1')
    .normalize('NFC')
    .replace(OPEN, '[')
    .replace(CLOSE, ']')
    .replace(WIDE, narrow)
    .normalize('NFC')
}

/** Whether a text may read differently in its normal form. */
export function mayBeNormalized(text: string): boolean {
  return BEYOND_ASCII.test(text)
}

function narrow(wide: string): string {
  const code = wide.charCodeAt(0)
  return code === 0x3000 ? ' ' : String.fromCharCode(code - 0xfee0)
}
