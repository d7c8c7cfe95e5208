import { Empty } from '../../parts/index.ts';
import type { ScreenProps } from '../screen.ts';

export function Overview({ mirror }: ScreenProps) {
  return <Empty title={`Nothing is shown here of ${mirror.name} yet`} />;
}
