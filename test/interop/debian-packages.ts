import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A Debian package, and the program, library or model (or, with a slash, the file) in it that shows that it is there. */
export interface DebianPackage {
  readonly name: string;
  readonly program: string;
}

/** What the cases need. */
const packages: readonly DebianPackage[] = [
  { name: 'baresip-core', program: 'baresip' },
  { name: 'sip-tester', program: 'sipp' },
  { name: 'kamailio', program: 'kamailio' },
  { name: 'linphone-cli', program: 'linphonec' },
  { name: 'tshark', program: 'tshark' },
  { name: 'espeak-ng', program: 'espeak-ng' },
  { name: 'flite', program: 'flite' },
  { name: 'pocketsphinx', program: 'pocketsphinx_continuous' },
  { name: 'pocketsphinx-en-us', program: 'cmudict-en-us.dict' },
  { name: 'openssl', program: 'openssl' },
  { name: 'libspandsp2', program: 'libspandsp.so.2' },
];

const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/share/pocketsphinx/model/en-us'];
const has = (program: string): boolean => program.includes('/') ? existsSync(program) : folders.some((folder) => folder !== '' && existsSync(`${folder}/${program}`));

/** Installs what is missing. @returns a sentence about what could not be had, undefined when all is there */
export function installPeers(tell: (line: string) => void): string | undefined {
  return installDebianPackages(packages, tell);
}

/** Installs what is missing of these. @returns a sentence about what could not be had, undefined when all is there */
export function installDebianPackages(wanted: readonly DebianPackage[], tell: (line: string) => void): string | undefined {
  const missing = wanted.filter(({ program }) => !has(program));
  if (missing.length === 0) return undefined;
  const names = missing.map(({ name }) => name);
  if (!has('apt-get')) return `Not installed: ${names.join(', ')}; this system has no apt-get to install it with.`;
  const root = process.getuid?.() === 0;
  if (!root && (!has('sudo') || spawnSync('sudo', ['-n', 'true']).status !== 0)) {
    return `Not installed: ${names.join(', ')}. Install it as root: apt-get install ${names.join(' ')}`;
  }
  tell(`Installing ${names.join(', ')} …`);
  const asRoot = (...command: string[]): { status: number | null; stderr: string } => {
    const [program = '', ...args] = root ? ['env', ...command] : ['sudo', '-n', 'env', ...command];
    return spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  };
  asRoot('DEBIAN_FRONTEND=noninteractive', 'apt-get', 'update', '-qq');
  const made = withoutServices(asRoot, () => asRoot('DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...names));
  const absent = missing.filter(({ program }) => !has(program)).map(({ name }) => name);
  if (absent.length === 0) return undefined;
  return `Could not be installed: ${absent.join(', ')}: ${made.stderr.trim().split('\n').at(-1) ?? 'apt-get failed'}`;
}

const servicePolicy = '/usr/sbin/policy-rc.d';

/** A package with a service of its own (kamailio, rtpengine-daemon) must not start it: Debian asks this file, which is there in containers only. */
function withoutServices<T>(asRoot: (...command: string[]) => unknown, install: () => T): T {
  if (existsSync(servicePolicy)) return install();
  asRoot('sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' >${servicePolicy} && chmod 755 ${servicePolicy}`);
  try {
    return install();
  } finally {
    asRoot('rm', '-f', servicePolicy);
  }
}

/** Package name and version of every peer, as dpkg knows it. */
export function peerVersions(): Readonly<Record<string, string>> {
  const listed = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${Version}\\n', ...packages.map(({ name }) => name)], { encoding: 'utf8' }).stdout;
  return Object.fromEntries(listed.trim().split('\n').map((line) => line.split(' ') as [string, string]));
}
