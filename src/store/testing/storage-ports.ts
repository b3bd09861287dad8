import type { PagePorts } from '../ports';

/** A browser that keeps whatever it is given and says yes. */
export const generousStorage: Pick<PagePorts, 'freeRoom' | 'askForFolder' | 'persistStorage'> = {
  freeRoom: () => Promise.resolve(10e9),
  askForFolder: () => Promise.resolve(true),
  persistStorage: () => Promise.resolve(true),
};
