import type { Scripts } from '../scope/scripts.ts';

/** The call as a dialog sees it. */
export interface ConnectionValues {
  readonly local: string;
  readonly remote: string;
  readonly originator: 'local' | 'remote';
  readonly protocol: { readonly name: string; readonly version: string; readonly sip?: Readonly<Record<string, unknown>> };
  readonly redirect?: readonly unknown[];
  readonly aai?: string;
  /** Of the call, for reports; also `session.avaya.telephone.callid`. */
  readonly callTag?: string;
}

/** What a session is started with. */
export interface SessionInput {
  readonly connection: ConnectionValues | undefined;
  /** `parameters` and namelist of CCXML's dialogstart: `session.connection.ccxml.values.*`. */
  readonly values: Readonly<{ [name: string]: unknown }>;
  /** Name list of the CCXML session, `session.connection.ccxml.namelist.*`. */
  readonly namelist: Readonly<{ [name: string]: unknown }>;
  readonly startPage: string;
  readonly uui: string | undefined;
}

/** Standard (§5.1.4) and customary session variables, all read-only. */
export function setSessionValues(scripts: Scripts, input: SessionInput): void {
  const { connection } = input;
  const local = connection?.local ?? '';
  const remote = connection?.remote ?? '';
  const originator = connection?.originator ?? 'remote';
  const side = (uri: string): { uri: string } => ({ uri });
  const set = (name: string, value: unknown): void => {
    scripts.context.setReadOnly(scripts.session, name, value);
  };
  set('connection', {
    local: side(local),
    remote: side(remote),
    protocol: { name: connection?.protocol.name ?? 'sip', version: connection?.protocol.version ?? '2.0', sip: connection?.protocol.sip ?? {} },
    redirect: connection?.redirect ?? [],
    ...(connection?.aai === undefined ? {} : { aai: connection.aai }),
    call_tag: connection?.callTag ?? '',
    ccxml: { values: input.values, namelist: input.namelist },
  });
  // §5.1.4: originator refers to the local or the remote property itself.
  scripts.context.patchReadOnly(scripts.session, 'connection', ['originator'], scripts.context.reference(scripts.session, 'connection', [originator]));
  const telephone = {
    ani: userOf(remote), dnis: userOf(local), called_extension: userOf(local), call_tag: connection?.callTag ?? '', callid: connection?.callTag ?? '', channel: '', startPage: input.startPage,
  };
  set('avaya', { telephone, uui: { mode: input.uui === undefined ? 'none' : 'shared', ...(input.uui === undefined ? {} : { data: input.uui }) } });
  // Names of VoiceXML 1.0 platforms that pages still use.
  set('telephone', { ani: telephone.ani, dnis: telephone.dnis });
}

/** `sip:+15550100@host` → `+15550100` */
const userOf = (uri: string): string => /^(?:sips?|tel):([^@;?]*)/.exec(uri)?.[1] ?? uri;
