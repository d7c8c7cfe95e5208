export { ApiError, getJson, pathOf, type Query, sendJson } from './client.ts';
export { mayChange } from './role.ts';
export { authorization, isTokenNeeded, tellUnauthenticated, tryToken } from './token.ts';
export type * from './types.ts';
