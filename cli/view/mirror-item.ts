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
