import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where .proto text comes from: Envoy's API as npm has it (inside `@grpc/grpc-js-xds`), and on top of it the overlay,
 * which holds what Envoy 1.40 has and npm's copy lacks. Files are named as imports name them:
 * `envoy/config/route/v3/route.proto`.
 */
export interface ProtoSources {
  /** The files of a package's folder, sorted. */
  list(folder: string): string[];
  read(file: string): { readonly base?: string; readonly overlay?: string };
}

export const npmSources: ProtoSources = {
  list: (folder) => includeFolders().flatMap((include) => protoFilesIn(join(include, folder), folder)),
  read(file) {
    const path = includeFolders()
      .map((include) => join(include, file))
      .find((candidate) => existsSync(candidate));
    return path ? { base: readFileSync(path, 'utf8') } : {};
  },
};

export function withOverlay(sources: ProtoSources, overlayText: string): ProtoSources {
  const sections = new Map<string, string>();
  for (const section of overlayText.split(SECTION).slice(1)) {
    const endOfName = section.indexOf('\n');
    sections.set(section.slice(0, endOfName), section.slice(endOfName));
  }
  return {
    list(folder) {
      const added = [...sections.keys()].filter((file) => dirname(file) === folder);
      return [...new Set([...sources.list(folder), ...added])].sort();
    },
    read(file) {
      const overlay = sections.get(file);
      return overlay === undefined ? sources.read(file) : { ...sources.read(file), overlay };
    },
  };
}

export const OVERLAY_FILE = fileURLToPath(new URL('overlay/envoy-1.40.overlay', import.meta.url));

/** Starts each section of the overlay file; the rest of the line names the .proto file that the section adds to. */
export const SECTION = '// ---- ';

const INCLUDES = ['envoy-api', 'xds', 'googleapis'];
let folders: string[] | undefined;

function includeFolders(): string[] {
  folders ??= INCLUDES.map((name) => {
    const home = dirname(createRequire(import.meta.url).resolve('@grpc/grpc-js-xds/package.json'));
    return join(home, 'deps', name);
  });
  return folders;
}

function protoFilesIn(path: string, folder: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith('.proto'))
    .map((name) => `${folder}/${name}`)
    .sort();
}
