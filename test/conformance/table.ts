import type { Row } from './row.ts';
import { ACKNOWLEDGEMENTS } from './rows/acknowledgements.ts';
import { CONTENT } from './rows/content.ts';
import { LIFETIME } from './rows/lifetime.ts';
import { ORDER } from './rows/order.ts';
import { SUBSCRIPTIONS } from './rows/subscriptions.ts';

/** All behaviours that are asserted of an xDS control plane, in the order of their numbers. */
export const TABLE: readonly Row[] = [...ACKNOWLEDGEMENTS, ...SUBSCRIPTIONS, ...CONTENT, ...ORDER, ...LIFETIME];
