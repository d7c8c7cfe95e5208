import type { Style } from '../output/style.ts';

/** A mirror as the API returns it: as it is written in YAML, plus name, revision and whether it is paused. */
export interface MirrorItem {
  readonly name: string;
  readonly revision: number;
  readonly paused: boolean;
  readonly match: { readonly path: string };
  readonly host?: string | readonly string[];
  readonly primary: string;
  readonly shadow: string;
  readonly control?: string;
  /** In order; the first that matches decides. */
  readonly segments?: Readonly<Record<string, string>>;
  readonly sample?: string;
}

/** What `GET /mirrors` answers. */
export interface MirrorList {
  readonly items: readonly MirrorItem[];
  /** `off`: no mirror copies anything, whatever it says. */
  readonly mirroring?: 'on' | 'off';
}

/** Above the mirrors, where they are all without effect. */
export function mirroringOff({ mirroring }: MirrorList, style: Style): string[] {
  if (mirroring !== 'off') return [];
  return [
    style.yellow('Mirroring is off (mirroring: off): nothing is copied, whatever the mirrors say.'),
    style.yellow(
      'Back on: take that out of the file, or shadowplane undo --to the revision before it (shadowplane history).',
    ),
    '',
  ];
}
