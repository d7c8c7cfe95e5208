export { buildFilter, ensureFilter } from './build.ts';
