export { type AskedAbout, ExternalChecks, type ExternalChecksOptions } from './external-checks.ts';
