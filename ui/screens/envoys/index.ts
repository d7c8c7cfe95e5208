export { EnvoyPanels, Envoys } from './envoys.tsx';
