import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from '../config/index.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import type { EmbeddedSignallingOptions } from '../signalling/embedded/embedded-signalling.ts';
import type { FailureMeaning } from '../signalling/call-failure.ts';
import type { DigestSecret } from '../sip/auth/digest-response.ts';
import type { ListenAddress, TlsMaterial } from '../sip/transport/listen-address.ts';

export type SipOptions = Pick<EmbeddedSignallingOptions, 'listen' | 'trunks' | 'failures' | 'guard' | 'registrar' | 'product' | 'redirects' | 'sessionTimer' | 'reliableProvisionals' | 'udpLimitBytes' | 'keepAliveMs'>;

/** What the configuration says of SIP, in the words of the signalling adapter. @throws NailupError SIP_TLS_CERTIFICATE, SIP_TLS_FILE, SIP_REGISTRAR */
export function sipOptions(config: Config, configFile: string | undefined): SipOptions {
  const { sip, agents } = config;
  const agentsWithPhone = new Map(agents.flatMap(({ extension, sipPasswordHa1 }) => (sipPasswordHa1 === undefined ? [] : [[extension, ha1Of(sipPasswordHa1)] as const])));
  const registrar = sip.registrar?.realm;
  if (registrar === undefined && agentsWithPhone.size > 0) {
    throw new NailupError('SIP_REGISTRAR', 'agents have sipPasswordHa1, but there is no registrar for their phones', { place: 'sip.registrar.realm', mend: 'Set sip.registrar.realm.' });
  }
  return {
    listen: listenAddresses(config, configFile),
    product: sip.userAgent,
    redirects: sip.redirects,
    sessionTimer: sip.sessionTimer,
    reliableProvisionals: sip.reliableProvisionals, udpLimitBytes: sip.udpLimitBytes, keepAliveMs: sip.keepAliveMs,
    trunks: config.trunks.map(({ username, password, callerId, group, assertedIdentity, ...trunk }) => ({
      ...trunk,
      ...(assertedIdentity === undefined ? {} : { assertedIdentity }),
      ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }), ...(callerId === undefined ? {} : { callerId }), ...(group === undefined ? {} : { group }),
    })),
    failures: Object.fromEntries(Object.entries(sip.failures).map(([key, { failure, completionCode }]): [string, Partial<FailureMeaning>] =>
      [key, { ...(failure === undefined ? {} : { failure }), ...(completionCode === undefined ? {} : { completionCode }) }])),
    guard: {
      ...(sip.allowedPrefixes === undefined ? {} : { allowedPrefixes: sip.allowedPrefixes }), blockedPrefixes: sip.blockedPrefixes, allowedTargets: agents.map(({ address }) => address),
      ...(sip.allowedSources === undefined ? {} : { allowedSources: sip.allowedSources }),
      requestsPerSecond: sip.requestsPerSecond, banMs: sip.banMs, strangers: sip.strangers, ...(sip.scanners === undefined ? {} : { scanners: sip.scanners }),
    },
    ...(registrar === undefined ? {} : { registrar: { ...registrarLimits(sip.registrar), realm: registrar, nonceSecret: randomBytes(32), secretOf: (user) => agentsWithPhone.get(user) } }),
  };
}

function registrarLimits(registrar: Config['sip']['registrar']): Partial<NonNullable<EmbeddedSignallingOptions['registrar']>> {
  if (registrar === undefined) return {};
  const { algorithms, minimumExpiresSeconds, maximumExpiresSeconds, maxContacts } = registrar;
  return { algorithms, minimumExpires: minimumExpiresSeconds, maximumExpires: maximumExpiresSeconds, maxContacts };
}

/** `ha1$<MD5>$<SHA-256>`, as `nailup password --sip` prints it. */
function ha1Of(text: string): DigestSecret {
  const [, md5 = '', sha256 = ''] = text.split('$');
  return { ha1: md5, ha1Sha256: sha256 };
}

function listenAddresses({ sip }: Config, configFile: string | undefined): ListenAddress[] {
  const folder = configFile === undefined ? '.' : dirname(resolve(configFile));
  const tls = sip.listen.some(({ transport }) => transport === 'tls' || transport === 'wss') ? tlsMaterial(sip.tls, folder) : undefined;
  const mark = sip.dscp === 0 ? {} : { dscp: sip.dscp };
  const plain = sip.transports.map((transport): ListenAddress => ({
    transport, host: sip.host, port: sip.port, ...mark, ...(sip.publicAddress === undefined ? {} : { advertised: { host: sip.publicAddress } }),
  }));
  const further = sip.listen.map(({ transport, host, port, publicAddress, publicPort, clientCertificates }): ListenAddress => {
    const advertised = publicAddress ?? (host === undefined ? sip.publicAddress : undefined);
    return {
      transport, host: host ?? sip.host, port, ...mark,
      ...(advertised === undefined && publicPort === undefined ? {} : { advertised: { host: advertised ?? host ?? sip.host, ...(publicPort === undefined ? {} : { port: publicPort }) } }),
      ...(tls === undefined || (transport !== 'tls' && transport !== 'wss') ? {} : { tls: { ...tls, requireClientCertificate: clientCertificates } }),
    };
  });
  return [...plain, ...further];
}

function tlsMaterial(tls: Config['sip']['tls'], folder: string): TlsMaterial {
  const { certificateFile, keyFile, authorityFile, verifyServers } = tls;
  if (certificateFile === undefined || keyFile === undefined) {
    throw new NailupError('SIP_TLS_CERTIFICATE', 'a TLS or WSS address needs a certificate and its key', { place: 'sip.tls', mend: 'Set sip.tls.certificateFile and sip.tls.keyFile.' });
  }
  return {
    cert: pem(certificateFile, 'sip.tls.certificateFile', folder), key: pem(keyFile, 'sip.tls.keyFile', folder),
    ...(authorityFile === undefined ? {} : { ca: pem(authorityFile, 'sip.tls.authorityFile', folder) }), verifyServer: verifyServers,
  };
}

function pem(file: string, key: string, folder: string): string {
  let text: string;
  try {
    text = readFileSync(resolve(folder, file), 'utf8');
  } catch (error) {
    throw new NailupError('SIP_TLS_FILE', `the file cannot be read: ${(error as Error).message}`, { place: key, mend: 'Name a readable PEM file.', cause: error });
  }
  if (!text.includes('-----BEGIN ')) throw new NailupError('SIP_TLS_FILE', `${file} is no PEM file`, { place: key, mend: 'Name a readable PEM file.' });
  return text;
}
