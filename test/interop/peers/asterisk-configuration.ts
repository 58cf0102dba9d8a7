import { join } from 'node:path';
import { asteriskFiles } from '../asterisk-root.ts';
import { host } from '../scope.ts';

export interface AsteriskOptions {
  /** Audio codecs by Asterisk's names. Default `ulaw`. */
  readonly codecs?: readonly string[];
  /** Settings of the endpoint that stands for Nailup. */
  readonly endpoint?: Readonly<Record<string, string>>;
  /** Further sections of pjsip.conf: `[name]` → its settings. Several objects of one name: `name/2`. */
  readonly sections?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Further extensions: name → its applications. */
  readonly extensions?: Readonly<Record<string, readonly string[]>>;
  readonly confbridge?: readonly string[];
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string };
}

interface Places {
  readonly folder: string;
  readonly port: number;
  readonly managerPort: number;
  readonly rtp: { readonly from: number; readonly to: number };
}

/** The tone that the dialplan says. */
export const asteriskHz = 440;

/** Records what is heard, and what is said, each into a file of its own. */
const recording = (folder: string): string => {
  const name = `${folder}/heard/\${UNIQUEID}`;
  return `MixMonitor(${name}.wav,r(${name}-in.wav)t(${name}-out.wav))`;
};

/** File name → text. */
export function configuration(places: Places, options: AsteriskOptions): Readonly<Record<string, string>> {
  const { folder, port, managerPort, rtp } = places;
  const directories = {
    astetcdir: 'etc', astvarlibdir: 'lib', astdbdir: 'lib', astkeydir: 'lib', astagidir: 'lib', astspooldir: 'spool', astrundir: 'run', astlogdir: 'log',
  };
  return {
    'asterisk.conf': [
      '[directories]', ...Object.entries(directories).map(([name, value]) => `${name} => ${join(folder, value)}`),
      `astmoddir => ${asteriskFiles.modules}`, `astdatadir => ${asteriskFiles.data}`,
      '[options]', 'verbose = 3', 'nocolor = yes', 'transmit_silence = no', '',
    ].join('\n'),
    'modules.conf': ['[modules]', 'autoload=no', ...modules.map((name) => `load => ${name}.so`), ''].join('\n'),
    'logger.conf': ['[general]', 'dateformat=%T.%3q', '[logfiles]', 'full => notice,warning,error,verbose(3),dtmf', ''].join('\n'),
    'manager.conf': ['[general]', 'enabled=yes', `bindaddr=${host}`, `port=${managerPort}`, '[nailup]', 'secret=nailup', 'read=all', 'write=all', 'writetimeout=5000', ''].join('\n'),
    'rtp.conf': ['[general]', `rtpstart=${rtp.from}`, `rtpend=${rtp.to}`, 'strictrtp=yes', 'icesupport=no', ''].join('\n'),
    'pjsip.conf': sections({
      global: { type: 'global', endpoint_identifier_order: 'username,ip', user_agent: 'Asterisk' },
      udp: { type: 'transport', protocol: 'udp', bind: `${host}:${port}` },
      tcp: { type: 'transport', protocol: 'tcp', bind: `${host}:${port}` },
      ...(options.tls === undefined ? {} : { tls: { type: 'transport', protocol: 'tls', method: 'tlsv1_2', bind: `${host}:${port + 1}`, cert_file: options.tls.cert, priv_key_file: options.tls.key, ca_list_file: options.tls.ca, verify_server: 'yes' } }),
      nailup: { ...endpoint(options), ...options.endpoint },
      'nailup/2': { type: 'identify', endpoint: 'nailup', match: host },
      ...options.sections,
    }),
    'extensions.conf': [
      '[general]', 'static=yes', '[peer]',
      ...Object.entries({ talk: ['Answer()', recording(folder), `Playtones(${asteriskHz})`, 'Wait(120)'], ...options.extensions }).flatMap(([name, steps]) =>
        steps.map((step, i) => `exten => ${name},${i + 1},${step.replace('Recording()', recording(folder))}`)),
      '',
    ].join('\n'),
    'confbridge.conf': ['[general]', ...(options.confbridge ?? []), ''].join('\n'),
  };
}

/** An endpoint that takes calls into the dialplan above, with these codecs. */
export const endpoint = (options: Pick<AsteriskOptions, 'codecs'> = {}): Readonly<Record<string, string>> => ({
  type: 'endpoint', context: 'peer', disallow: 'all', allow: (options.codecs ?? ['ulaw']).join(','), direct_media: 'no', from_domain: host,
});

function sections(all: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return Object.entries(all).flatMap(([name, settings]) => [`[${name.replace(/\/.*/, '')}]`, ...Object.entries(settings).map(([key, value]) => `${key}=${value}`), '']).join('\n');
}

/** What the cases need, and no more. */
const modules = [
  'res_pjproject', 'res_sorcery_config', 'res_sorcery_memory', 'res_sorcery_astdb', 'res_timing_timerfd', 'res_rtp_asterisk', 'res_srtp',
  'res_musiconhold', 'res_pjsip', 'res_pjsip_session', 'res_pjsip_pubsub', 'res_pjsip_authenticator_digest', 'res_pjsip_outbound_authenticator_digest',
  'res_pjsip_registrar', 'res_pjsip_outbound_registration', 'res_pjsip_endpoint_identifier_ip', 'res_pjsip_endpoint_identifier_user', 'res_pjsip_sdp_rtp',
  'res_pjsip_caller_id', 'res_pjsip_dtmf_info', 'res_pjsip_refer', 'res_pjsip_rfc3326', 'res_pjsip_header_funcs', 'res_pjsip_nat', 'res_pjsip_acl',
  'res_pjsip_logger', 'chan_pjsip', 'bridge_builtin_features', 'bridge_holding', 'bridge_native_rtp', 'bridge_simple', 'bridge_softmix',
  'codec_ulaw', 'codec_alaw', 'codec_g722', 'codec_resample', 'format_wav', 'format_pcm', 'func_channel', 'func_global', 'func_uri',
  'app_confbridge', 'app_dial', 'app_echo', 'app_mixmonitor', 'app_playtones', 'app_read', 'app_senddtmf', 'app_transfer', 'app_userevent', 'app_verbose', 'pbx_config',
] as const;
