export { Groups } from './groups.tsx';
