export { ApiError, getJson, pathOf, type Query, sendJson } from './client.ts';
export type * from './types.ts';
