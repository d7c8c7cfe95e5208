/** Names of server-sent events in what has arrived; what is not complete yet is left for the next time. */
export function readEvents(text: string): { readonly names: readonly string[]; readonly rest: string } {
  const blocks = text.split('\n\n');
  const rest = blocks.pop() ?? '';
  const names = blocks.flatMap((block) => /^event: *(.+)$/m.exec(block)?.[1] ?? []);
  return { names, rest };
}
