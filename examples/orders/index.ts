export { type OrdersExample, type OrdersExampleOptions, type RunningService, startOrdersExample } from './start.ts';
export { generateRequests, type TrafficRequest } from './traffic/requests.ts';
export {
  startTraffic,
  type Traffic,
  type TrafficOptions,
  type TrafficResponse,
  type TrafficStats,
} from './traffic/send.ts';
