/** The services of the table in a process of their own, so that what a faulty shadow does costs neither client nor primary. */
import { startServices } from './services.ts';

const services = await startServices();
process.send?.(services.addresses);
process.on('disconnect', () => {
  void services.close().finally(() => process.exit());
});
