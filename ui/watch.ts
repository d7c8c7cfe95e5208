/** `npm run watch:page`: bundles the page on every change; a running control plane serves the result at the next reload. */
import { type BuiltPage, buildPage, watchPage } from './index.ts';

const tell = ({ bytes, gzipBytes }: BuiltPage): void =>
  console.log(`built: ${Math.round(bytes / 1024)} KiB, ${Math.round(gzipBytes / 1024)} KiB as it travels`);

if (process.argv.includes('--once')) tell(await buildPage());
else await watchPage(tell, (error) => console.error(error instanceof Error ? error.message : error));
