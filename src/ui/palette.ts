/** Colours in the palette; a class beyond them shares a colour and differs by shape. */
export const paletteSize = 12;

/** The token of a class colour, for `style` and for canvases that resolve it. */
export function classColourToken(paletteIndex: number): string {
  return `--class-${String(((paletteIndex % paletteSize) + paletteSize) % paletteSize)}`;
}

export function classColour(paletteIndex: number): string {
  return `var(${classColourToken(paletteIndex)})`;
}

/** The same colour as a background under text. */
export function classColourSoft(paletteIndex: number): string {
  return `color-mix(in srgb, ${classColour(paletteIndex)} var(--class-soft-share), var(--panel))`;
}
