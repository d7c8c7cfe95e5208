export { LatencyAndErrors } from './latency.tsx';
