export { connection, listen, type Topic, tellChanged } from './live.ts';
export { followLinks, goTo, hrefTo, place } from './navigation.ts';
export { type Place, RANGES, type Range, SCREENS, type Screen, sinceOf } from './place.ts';
export { type Loaded, useApi } from './use-api.ts';
