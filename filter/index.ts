export { type BuiltFilter, buildFilter, ensureFilter } from './build.ts';
