export { Agent, type AgentAccount, type Desktop } from './agent.ts';
export { AgentManager, type AgentChange } from './agent-manager.ts';
export { defaultAgentSettings, type AgentSettings } from './agent-settings.ts';
export { DiallingAgents } from './dialling-agents.ts';
export type { ServedJob } from './agent-allocation.ts';
export { AgentSession, type CommandDeps, type DialDesk } from './agent-commands.ts';
export { commandSchemas, errorStrings, resultCodes, type AgentNotification, type ContactType, type NotificationMap } from './agent-api.ts';
export { checkPassword, hashPassword } from './password-hash.ts';
export { StoredNails, type OrphanNail } from './nail-record.ts';
