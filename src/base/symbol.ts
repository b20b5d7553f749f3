/** Bytes of an instrument's symbol. */
export const SYMBOL_BYTES_MAX = 32;

/**
 * True for what may name an instrument: 1 … SYMBOL_BYTES_MAX bytes of UTF-8 without spaces, control
 * characters or lone surrogates.
 */
export function isSymbol(text: string): boolean {
  if (text === '' || /[\p{Cc}\p{Z}\p{Cs}]/u.test(text)) return false;
  const bytes = encodeURIComponent(text).replace(/%../g, '.').length;
  return bytes <= SYMBOL_BYTES_MAX;
}
