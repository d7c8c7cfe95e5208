/** Who may do what: tokens and their roles, what may listen where, and the log of who did. */
export { type AuditEntry, AuditLog } from './audit-log.ts';
export { type Gate, openGate } from './gate.ts';
export { type ApiAccess, assertSecured, type XdsAccess } from './listening.ts';
export { bindsNames, type NodeEntry, parseNodeList, refusalOfNode } from './node-list.ts';
export type { Caller, Role } from './token-file.ts';
