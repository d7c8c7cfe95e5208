export { Endpoints } from './endpoints.tsx';
