import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { AddressPolicy } from '../address-policy.ts';

export interface GuardedAgentOptions {
  readonly policy: AddressPolicy;
  readonly connectTimeoutMs: number;
  /** Host name → `address:port`, for names that stand for a service of ours; not judged by the policy. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Name resolution; the system's unless a test brings its own. */
  readonly lookup?: LookupFunction;
}

/** The cause of a connection that the policy refused. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

/**
 * An agent whose every connection passes the policy twice: the resolved addresses before the first packet, and the address the
 * socket is really connected to. A name that resolves anew between the two gains nothing.
 */
export function guardedAgent(options: GuardedAgentOptions): Dispatcher {
  const { policy } = options;
  const resolve = options.lookup ?? (systemLookup as unknown as LookupFunction);
  const lookup: LookupFunction = (hostname, wanted, callback) => {
    resolve(hostname, { ...wanted, all: true }, (error, found) => {
      if (error !== null) return callback(error, [], undefined);
      const list = Array.isArray(found) ? found : [{ address: found as unknown as string, family: isIP(found as unknown as string) }];
      const allowed = list.filter((a) => policy.allows(a.address));
      if (allowed.length === 0) return callback(new ForbiddenAddress(`${hostname} is at ${list.map((a) => a.address).join(', ')}, which may not be reached`), [], undefined);
      if (wanted.all === true) return callback(null, allowed);
      const [first] = allowed;
      return callback(null, first?.address ?? '', first?.family);
    });
  };
  const connect = buildConnector({ lookup, timeout: options.connectTimeoutMs });
  const plainConnect = buildConnector({ timeout: options.connectTimeoutMs });
  return new Agent({
    connections: 64,
    maxRedirections: 0,
    connect: (target, callback) => {
      const host = target.hostname.replace(/^\[|\]$/g, '');
      const fixed = Object.hasOwn(options.hosts, host) ? options.hosts[host] : undefined;
      if (fixed !== undefined) {
        const at = fixed.lastIndexOf(':');
        plainConnect({ ...target, hostname: fixed.slice(0, at), port: fixed.slice(at + 1) }, callback);
        return;
      }
      if (isIP(host) !== 0 && !policy.allows(host)) {
        callback(new ForbiddenAddress(`${host} may not be reached`), null);
        return;
      }
      connect(target, (error, socket) => {
        if (error !== null) {
          callback(error, null);
          return;
        }
        const connected = socket.remoteAddress;
        if (connected === undefined || !policy.allows(connected)) {
          socket.destroy();
          callback(new ForbiddenAddress(`${host} led to ${connected ?? 'nowhere'}, which may not be reached`), null);
          return;
        }
        callback(null, socket);
      });
    },
  } as Agent.Options);
}
