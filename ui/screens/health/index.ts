export { Guards } from './guards.tsx';
export { Health } from './health.tsx';
