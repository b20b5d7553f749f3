import fc from 'fast-check';

/** Texts of any characters; `fc.string` of them first makes a table of all of Unicode. */
export function anyText(sizes: { minLength?: number; maxLength?: number } = {}) {
  const character = fc.oneof(
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10_ffff }),
  );
  return fc.array(character, sizes).map((codes) => String.fromCodePoint(...codes));
}
