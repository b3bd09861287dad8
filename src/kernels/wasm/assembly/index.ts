export { convolve, multiplyPlaces } from './convolve';
export { convolveFirst } from './first-layer';
export { packFirst, transformFilters } from './filter-transform';
export { flatten } from './flatten';
export { transformInput } from './input-transform';
export { transformOutput } from './output-transform';
