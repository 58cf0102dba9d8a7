import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { host, type Scope } from './scope.ts';

export interface Certificates {
  readonly caFile: string;
  readonly ca: string;
  /** Certificate and key of Nailup. */
  readonly ours: { readonly cert: string; readonly key: string };
  /** One PEM file with certificate and key, and one of each, for a peer. */
  readonly peerFile: string;
  readonly peerCertFile: string;
  readonly peerKeyFile: string;
}

/** A certificate authority of this run and two certificates for the loopback address that it signed. */
export function makeCertificates(scope: Scope): Certificates {
  const run = (...args: string[]): void => void execFileSync('openssl', args, { cwd: scope.folder, stdio: 'ignore' });
  run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Nailup interop CA');
  writeFileSync(scope.file('names'), `subjectAltName=IP:${host},DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n`);
  for (const name of ['ours', 'peer']) {
    run('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`);
    run('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', `${name}.crt`, '-days', '2', '-extfile', 'names');
  }
  const read = (name: string): string => readFileSync(scope.file(name), 'utf8');
  writeFileSync(scope.file('peer.pem'), read('peer.key') + read('peer.crt'));
  return {
    caFile: scope.file('ca.pem'), ca: read('ca.pem'), ours: { cert: read('ours.crt'), key: read('ours.key') },
    peerFile: scope.file('peer.pem'), peerCertFile: scope.file('peer.crt'), peerKeyFile: scope.file('peer.key'),
  };
}
