export { buildFilter, ensureFilter, type FilterModule } from './build.ts';
