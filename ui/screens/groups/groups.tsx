import { place } from '../../state/index.ts';
import type { ScreenProps } from '../screen.ts';
import { GroupDetail } from './group-detail.tsx';
import { GroupList } from './group-list.tsx';

/** Differences by what they are: all of them, or the one that the address names. */
export function Groups({ mirror: { name } }: ScreenProps) {
  const { endpoint, path, kind } = place.value;
  if (endpoint === undefined || path === undefined || kind === undefined) return <GroupList mirror={name} />;
  return <GroupDetail key={`${endpoint} ${path} ${kind}`} mirror={name} group={{ endpoint, path, kind }} />;
}
