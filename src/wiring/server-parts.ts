import type { RunningCcxmlServer } from '../ccxml/index.ts';
import type { AgentDigits } from '../core/call-control/agent-digits.ts';
import type { AgentDials } from '../core/call-control/agent-dials.ts';
import type { AttemptRunner } from '../core/call-control/attempt-runner.ts';
import type { CallQualities } from '../core/call-control/call-qualities.ts';
import type { CallPlatform } from '../core/call-control/call-platform.ts';
import type { DialogRunner } from '../core/call-control/dialog-runner.ts';
import type { MessageAttempts } from '../core/messaging/message-attempts.ts';
import type { Nailing } from '../core/nailing/nailing.ts';
import type { UndiciFetcher } from '../fetch/undici/undici-fetcher.ts';
import type { Media } from '../media/media.ts';
import type { AgentManager } from '../modules/agents/index.ts';
import type { Campaigns } from '../modules/campaigns/index.ts';
import type { DoNotCallList } from '../modules/contacts/index.ts';
import type { WireTrace } from '../observe/wire-trace.ts';
import type { EmbeddedSignalling } from '../signalling/embedded/embedded-signalling.ts';
import type { InboundCalls } from './inbound-calls.ts';
import type { Jobs } from './jobs.ts';
import type { LeftCalls } from './left-calls.ts';
import type { SkillFigures } from './skill-figures.ts';

/** What a running server is joined from. */
export interface ServerParts {
  readonly signalling: EmbeddedSignalling;
  readonly trace: WireTrace;
  readonly media: Media;
  readonly platform: CallPlatform;
  readonly dialogs: DialogRunner;
  readonly campaigns: Campaigns;
  readonly agents: AgentManager;
  readonly runner: AttemptRunner;
  readonly qualities: CallQualities;
  readonly nailing: Nailing;
  readonly inbound: InboundCalls;
  readonly leftCalls: LeftCalls;
  readonly dials: AgentDials;
  readonly agentDigits: AgentDigits;
  readonly messageAttempts: MessageAttempts;
  readonly jobs: Jobs;
  readonly skills: SkillFigures;
  readonly ccxml: { server: RunningCcxmlServer | undefined };
  readonly fetcher: UndiciFetcher;
  readonly doNotCall: DoNotCallList;
}
