#!/usr/bin/env node
// Runs the command from source in a checkout, from dist/ in an installed package or image.
import { existsSync } from 'node:fs';

const source = new URL('./main.ts', import.meta.url);
if (existsSync(source)) {
  if (!process.features.typescript) (await import('tsx/esm/api')).register();
  await import(source.href);
} else {
  await import(new URL('./main.js', import.meta.url).href);
}
