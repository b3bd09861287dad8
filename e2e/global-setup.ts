import { ensureBuilt } from '../scripts/build.mjs';

export default ensureBuilt;
