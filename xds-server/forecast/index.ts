/** The room that foresees what shadows would get of a policy, from what Envoys have counted. */
export { FORECAST_FILTER, type Forecast, forecast } from './forecast.ts';
export { type PlanForecast, TrafficBooks } from './traffic-books.ts';
