import type { ComponentChildren } from 'preact';

/** One of a list of figures (`dl`). */
export function Figure({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
