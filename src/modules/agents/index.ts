export { Agent, type AgentAccount, type Desktop } from './agent.ts';
export { AgentManager, defaultAgentSettings, type AgentChange, type AgentSettings } from './agent-manager.ts';
export { AgentSession, type CommandDeps } from './agent-commands.ts';
export { commandSchemas, errorStrings, resultCodes, type AgentNotification, type NotificationMap } from './agent-api.ts';
export { checkPassword, hashPassword } from './password-hash.ts';
export { StoredNails, type OrphanNail } from './nail-record.ts';
