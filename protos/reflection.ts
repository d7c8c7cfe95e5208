import protobuf from 'protobufjs';

/** What this exact full name declares, without protobufjs' search in outer and inner scopes. */
export function declared(root: protobuf.Root, fullName: string): protobuf.Type | protobuf.Enum | undefined {
  let at: protobuf.ReflectionObject | null = root;
  for (const part of fullName.split('.')) at = at instanceof protobuf.Namespace ? at.get(part) : null;
  return at instanceof protobuf.Type || at instanceof protobuf.Enum ? at : undefined;
}
