export { Fields } from './fields.tsx';
