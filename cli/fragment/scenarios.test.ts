/**
 * The bootstraps under envoy/ are what the commands print that their READMEs name: one source of truth. After a change of
 * what is generated: `npx vitest run --project unit cli/fragment -u`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runInTest } from '../testing.ts';

const SCENARIOS = ['ads-delta', 'ads-sotw', 'streams-delta', 'streams-sotw', 'routes-only'];

it.each(SCENARIOS)('envoy/%s/envoy.yaml is what the command in its README prints', async (scenario) => {
  const folder = new URL(`../../envoy/${scenario}/`, import.meta.url);
  const readme = readFileSync(new URL('README.md', folder), 'utf8');
  const command = /^npx shadowplane (envoy (?:bootstrap|fragment) .*) > envoy\/\S+\/envoy\.yaml$/m.exec(readme)?.[1];
  expect(command).toBeDefined();
  const { code, out } = await runInTest(...command!.split(' '));
  expect(code).toBe(0);
  const header = `# Printed by: npx shadowplane ${command}\n# A test compares; README.md beside this file says how to use it.\n`;
  await expect(header + out).toMatchFileSnapshot(fileURLToPath(new URL('envoy.yaml', folder)));
});
