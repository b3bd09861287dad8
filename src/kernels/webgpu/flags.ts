/** The WebGPU standard's numbers: TypeScript's own types name the flags but not their values. */
export const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 } as const;
export const mapRead = 0x1;
export const computeStage = 0x4;
