export { Health } from './health.tsx';
