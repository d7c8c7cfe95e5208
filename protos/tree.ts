import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { declared } from './reflection.ts';
import { npmSources, OVERLAY_FILE, type ProtoSources, withOverlay } from './sources.ts';

/**
 * Envoy's API as protobufjs reflection objects. A package is read when one of its messages is first asked for, so a
 * start costs only what is used. In Envoy's API the folder of a file is its package, which is how it is found.
 */
export class ProtoTree {
  readonly root = new protobuf.Root();
  readonly #sources: ProtoSources;
  readonly #loadedFiles = new Set<string>();
  readonly #loadedPackages = new Set<string>();

  constructor(sources: ProtoSources) {
    this.#sources = sources;
  }

  /** The message or enum of this full name (`envoy.config.route.v3.RouteMatch`), or undefined if there is none. */
  find(fullName: string): protobuf.Type | protobuf.Enum | undefined {
    this.loadPackage(packageOf(fullName));
    return declared(this.root, fullName);
  }

  findMessage(fullName: string): protobuf.Type | undefined {
    const found = this.find(fullName);
    return found instanceof protobuf.Type ? found : undefined;
  }

  loadPackage(name: string): void {
    if (this.#loadedPackages.has(name)) return;
    this.#loadedPackages.add(name);
    const folder = name.replaceAll('.', '/');
    if (folder === GOOGLE_PROTOBUF) for (const file of WELL_KNOWN) this.#loadFile(file);
    else for (const file of this.#sources.list(folder)) this.#loadFile(file);
    this.root.resolveAll();
  }

  #loadFile(file: string): void {
    if (this.#loadedFiles.has(file) || SKIPPED.test(file)) return;
    this.#loadedFiles.add(file);
    if (file.startsWith(GOOGLE_PROTOBUF)) {
      this.root.addJSON(protobuf.common.get(file)!.nested!);
      return;
    }
    const { base, overlay } = this.#sources.read(file);
    if (base === undefined && overlay === undefined) throw new Error(`${file} is imported, but there is no such file`);
    if (base !== undefined) this.#parse(base, file, this.root);
    if (overlay !== undefined) {
      const additions = new protobuf.Root();
      this.#parse(overlay, file, additions);
      moveInto(this.root, additions);
    }
  }

  #parse(text: string, file: string, into: protobuf.Root): void {
    // Names stay as in Envoy's documentation: with_underscores.
    const { imports } = protobuf.parse(text, into, { keepCase: true });
    for (const imported of imports ?? []) {
      if (imported === file) throw new Error(`${file} imports itself`);
      this.#loadFile(imported);
    }
  }
}

let envoy: ProtoTree | undefined;

/** The tree of Envoy 1.40 that the whole process shares. */
export function envoyTree(): ProtoTree {
  envoy ??= new ProtoTree(withOverlay(npmSources, readFileSync(OVERLAY_FILE, 'utf8')));
  return envoy;
}

/** `envoy.config.route.v3.RouteAction.HashPolicy` -> `envoy.config.route.v3`: message names start upper case, packages never do. */
export function packageOf(fullName: string): string {
  const parts = fullName.split('.');
  const firstMessage = parts.findIndex((part) => /^[A-Z]/.test(part));
  return parts.slice(0, firstMessage < 0 ? parts.length : firstMessage).join('.');
}

const GOOGLE_PROTOBUF = 'google/protobuf';
const WELL_KNOWN = ['any', 'duration', 'empty', 'field_mask', 'struct', 'timestamp', 'wrappers'].map(
  (name) => `${GOOGLE_PROTOBUF}/${name}.proto`,
);

/**
 * Not needed to encode resources: annotations for code generators and validators, the tracer that Envoy removed (and
 * the facade file that imports it), services that would pull in the APIs of other projects, and the retired v2 API.
 */
const SKIPPED = new RegExp(
  [
    'annotations(/|\\.proto$)',
    '^validate/',
    '^envoy/config/trace/v3/(opencensus|trace)\\.proto$',
    '^envoy/service/(metrics|trace)/',
    '/v2(alpha|alpha1)?/',
  ].join('|'),
);

/** Moves all that `source` declares to where it belongs in `target`; what exists on both sides is merged. */
function moveInto(target: protobuf.NamespaceBase, source: protobuf.NamespaceBase): void {
  for (const object of [...source.nestedArray]) {
    const existing = target.get(object.name);
    if (!existing) {
      source.remove(object);
      target.add(object);
    } else if (object instanceof protobuf.Enum && existing instanceof protobuf.Enum) {
      for (const [name, value] of Object.entries(object.values)) existing.add(name, value);
    } else if (object instanceof protobuf.Namespace && existing instanceof protobuf.Namespace) {
      if (object instanceof protobuf.Type && existing instanceof protobuf.Type) moveFields(existing, object);
      moveInto(existing, object);
    }
  }
}

function moveFields(target: protobuf.Type, source: protobuf.Type): void {
  for (const oneof of [...source.oneofsArray]) {
    const fields = [...oneof.fieldsArray];
    const existing = target.oneofs?.[oneof.name] ?? new protobuf.OneOf(oneof.name);
    if (!existing.parent) target.add(existing);
    for (const field of fields) {
      oneof.remove(field);
      removeRenumbered(target, field.name);
      existing.add(field);
    }
  }
  for (const field of [...source.fieldsArray]) {
    if (field.partOf) continue;
    removeRenumbered(target, field.name);
    target.add(field);
  }
}

/** The overlay repeats a name only if the newer Envoy uses another number for it. */
function removeRenumbered(target: protobuf.Type, name: string): void {
  const outdated = target.fields[name];
  if (outdated) target.remove(outdated);
}
