export { buildPage, ensurePage, watchPage } from './build.ts';
