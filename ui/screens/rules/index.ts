export { RuleDialog } from './rule-dialog.tsx';
export { NO_DRAFT, type RuleDraft } from './rule-draft.ts';
export { Rules } from './rules.tsx';
