import protobuf from 'protobufjs';

/** What this exact full name declares, without protobufjs' search in outer and inner scopes. */
export function declared(root: protobuf.Root, fullName: string): protobuf.Type | protobuf.Enum | undefined {
  let at: protobuf.ReflectionObject | null = root;
  for (const part of fullName.split('.')) at = at instanceof protobuf.Namespace ? at.get(part) : null;
  return at instanceof protobuf.Type || at instanceof protobuf.Enum ? at : undefined;
}

/**
 * protobufjs joins the full name of a type anew each time that it is asked for, and it asks for every message that it reads
 * from JSON, which is half of the time that takes. Where a type stands never changes once it is read, nor does this.
 */
export function keepFullName(type: protobuf.Type): void {
  if (!Object.hasOwn(type, 'fullName')) Object.defineProperty(type, 'fullName', { value: type.fullName });
}
