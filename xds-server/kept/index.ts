/** The room of what was decided while running (by the brake, by the filter's keeper), which a restart must not forget. */
export { type Kept, KeptStates } from './kept-states.ts';
