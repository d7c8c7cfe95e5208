import { readFileSync, writeFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { npmSources, OVERLAY_FILE } from '../sources.ts';
import { descriptorsInBinary } from './descriptors-in-binary.ts';
import { writeOverlay } from './write-overlay.ts';

/** The overlay that brings npm's copy of the API up to this Envoy binary. */
export function overlayFor(envoyPath: string): string {
  const files = descriptorsInBinary(readFileSync(envoyPath));
  // Only what is declared matters here, so imports are not followed and types stay unresolved.
  const npm = new protobuf.Root();
  for (const { name } of files) {
    const { base } = npmSources.read(name);
    if (base !== undefined) protobuf.parse(base, npm, { keepCase: true });
  }
  return `${HEADER}${writeOverlay(files, npm)}`;
}

const HEADER = `// What Envoy 1.40 has and the .proto files on npm lack. Made by \`npx tsx protos/overlay/generate.ts PATH_TO_ENVOY\` from
// the descriptors inside the Envoy binary; do not edit. One section a .proto file, holding only what is new in it.

`;

const [envoyPath] = process.argv.slice(2);
if (import.meta.filename === process.argv[1] && envoyPath) writeFileSync(OVERLAY_FILE, overlayFor(envoyPath));
