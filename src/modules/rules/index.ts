export { compliancePacks, rulesOfPack, type CompliancePack } from './compliance-pack.ts';
export { evaluate, type AddressHistory, type AttemptQuestion, type PastAttempt, type RuleName, type RuleVerdict } from './evaluate.ts';
export { alwaysPermitted, checkGuardTimes, defaultGuardTimes, earliestPermitted, isTimeZone, type GuardTimes, type GuardWindow, type Weekday } from './guard-times.ts';
export { RuleGate, type GateFacts } from './rule-gate.ts';
export { defaultRules, lookBackMs, type RuleSet } from './rule-set.ts';
