/** Names that people give themselves: it alone knows what of a name cannot be seen, and which two look alike. */

/** What takes no room, or shows nothing, wherever it stands. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** A name without characters that cannot be seen, composed, and with single blanks inside and none around. */
export function cleanName(name: string): string {
  return name.normalize('NFC').replace(unseen, '').replace(/\s+/g, ' ').trim()
}

/** What two names have in common that a person cannot well tell apart. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, '')
}
