export { CopyBooks, type CopyBooksOptions, type CopyCounts, type EnvoyCopies, type StatsReport } from './copy-books.ts';
export type { CopyRole } from './envoy-names.ts';
