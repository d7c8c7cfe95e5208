// Runs a TypeScript file in a worker thread. A worker inherits no loader, so where Node cannot read TypeScript tsx is
// registered.
import { getEnvironmentData } from 'node:worker_threads';

if (!process.features.typescript) (await import('tsx/esm/api')).register();
await import(getEnvironmentData('shadowplane.thread.script'));
