import type { CcxmlPlatform, ConnectionFacts, PlatformEvent } from '../../../src/ccxml/platform.ts';
import type { SessionId } from '../../../src/kernel/ids.ts';
import { accepted, type Reply } from '../../../src/kernel/result.ts';

/** The driver's happy path at the speed of the interpreter: every command has its outcome at once. Counts what it was told, and when. */
export class EagerPlatform implements CcxmlPlatform {
  /** From an event handed in to the command it leads to, ms. */
  readonly latencies: number[] = [];
  commands = 0;
  readonly #answers: boolean;
  readonly #asked = new Map<string, number>();
  #deliver: (event: PlatformEvent) => void = () => undefined;
  #inject: (session: SessionId, event: string, data: Readonly<Record<string, unknown>>) => void = () => undefined;

  /** `answers: false`: the far end never answers, so that sessions stay idle. */
  constructor(answers = true) {
    this.#answers = answers;
  }

  connect(deliver: (event: PlatformEvent) => void, inject: (session: SessionId, event: string, data: Readonly<Record<string, unknown>>) => void): void {
    this.#deliver = deliver;
    this.#inject = inject;
  }

  createCall(command: Parameters<CcxmlPlatform['createCall']>[0]): Reply {
    this.#answered(`prepared ${command.session}`);
    if (!this.#answers) return this.#done();
    const { connection } = command;
    const facts: ConnectionFacts = { local: 'sip:nailup@bench', remote: command.dest, originator: 'local', protocol: { name: 'sip', version: '2.0' } };
    this.#later(() => {
      this.#deliver({ name: 'connection.progressing', connection, facts });
      this.#deliver({ name: 'connection.connected', connection, facts });
      this.#deliver({ name: 'connection.signal', connection, info: { callprogress: 'start_of_voice' } });
      this.#deliver({ name: 'connection.signal', connection, info: { callprogress: 'live_voice' } });
    });
    return this.#done();
  }

  accept = (): Reply => this.#done();
  reject = (): Reply => this.#done();
  redirect = (): Reply => this.#done();
  merge = (): Reply => this.#done();
  disconnectPath = (): Reply => this.#done();
  sendToDialog = (): Reply => this.#done();
  transferResult = (): Reply => this.#done();

  disconnect(command: Parameters<CcxmlPlatform['disconnect']>[0]): Reply {
    this.#answered('release');
    this.#later(() => this.#deliver({ name: 'connection.disconnected', connection: command.connection, reason: 'bench', trigger: 'local' }));
    return this.#done();
  }

  createConference(command: Parameters<CcxmlPlatform['createConference']>[0]): Reply {
    this.#answered(`found ${command.session}`);
    this.#later(() => {
      this.#asked.set(`created ${command.conference}`, performance.now());
      this.#deliver({ name: 'conference.created', conference: command.conference });
    });
    return this.#done();
  }

  destroyConference(command: Parameters<CcxmlPlatform['destroyConference']>[0]): Reply {
    this.#later(() => this.#deliver({ name: 'conference.destroyed', conference: command.conference, reason: 'bench' }));
    return this.#done();
  }

  connectPath(command: Parameters<CcxmlPlatform['connectPath']>[0]): Reply {
    this.#answered(`created ${command.from}`);
    return this.#done();
  }

  prepareDialog(command: Parameters<CcxmlPlatform['prepareDialog']>[0]): Reply {
    this.#later(() => {
      this.#asked.set(`prepared ${command.session}`, performance.now());
      this.#deliver({ name: 'dialog.prepared', dialog: command.dialog });
    });
    return this.#done();
  }

  startDialog(command: Parameters<CcxmlPlatform['startDialog']>[0]): Reply {
    this.#later(() => this.#deliver({ name: 'dialog.started', dialog: command.dialog }));
    return this.#done();
  }

  terminateDialog(command: Parameters<CcxmlPlatform['terminateDialog']>[0]): Reply {
    this.#later(() => this.#deliver({ name: 'dialog.exit', dialog: command.dialog, values: {} }));
    return this.#done();
  }

  sendToLauncher(command: Parameters<CcxmlPlatform['sendToLauncher']>[0]): Reply {
    const { session, event } = command;
    if (event === 'nailup.agent.request') {
      this.#later(() => {
        this.#asked.set(`found ${session}`, performance.now());
        this.#inject(session, 'agent.found', { conference: `agent-${session}` });
      });
    } else if (event === 'nailup.agent.joined') this.#later(() => this.#inject(session, 'agent.release', {}));
    return this.#done();
  }

  #answered(key: string): void {
    const asked = this.#asked.get(key);
    if (asked === undefined) return;
    this.#asked.delete(key);
    this.latencies.push(performance.now() - asked);
  }

  #later(task: () => void): void {
    setImmediate(task);
  }

  #done(): Reply {
    this.commands += 1;
    return accepted;
  }
}
