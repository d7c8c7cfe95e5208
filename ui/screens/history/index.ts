export { Differences } from './differences.tsx';
export { History } from './history.tsx';
