// Runs server.ts in a worker thread. A worker inherits no loader, so where Node cannot read TypeScript tsx is registered.
if (!process.features.typescript) (await import('tsx/esm/api')).register();
await import('./server.ts');
