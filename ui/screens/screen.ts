import type { ComponentChild } from 'preact';
import type { MirrorView } from '../api/index.ts';

export interface ScreenProps {
  readonly mirror: MirrorView;
}

export interface ScreenView {
  /** In the navigation. */
  readonly title: string;
  readonly View: (props: ScreenProps) => ComponentChild;
  /** Shown in the navigation only while one is there, because it is of one thing that was chosen elsewhere. */
  readonly isDetail?: true;
}
