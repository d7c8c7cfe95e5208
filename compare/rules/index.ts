export { readRule } from './read-rule.ts';
export { type BookedRule, RuleBook, type RuleListener, type RuleOfFile, type RuleShelf } from './rule-book.ts';
