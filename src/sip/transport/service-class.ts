import { openCLibrary } from '../../kernel/c-library.ts';

type SetSocketOption = (fd: number, level: number, name: number, value: Int32Array, length: number) => number;

/** Linux: IPPROTO_IP and IP_TOS, IPPROTO_IPV6 and IPV6_TCLASS. */
const options = { ipv4: [0, 1], ipv6: [41, 67] } as const;

let setSocketOption: SetSocketOption | string | undefined;

/**
 * Marks what leaves over a socket with a DSCP (RFC 2474), 0–63; signalling is CS3 (24) in RFC 4594 §4.1. Node has no call for it, so
 * it takes the optional package koffi. Answers why the socket stays unmarked; undefined when it is marked.
 */
export function markServiceClass(socket: object, family: 'ipv4' | 'ipv6', dscp: number): string | undefined {
  setSocketOption ??= bound();
  if (typeof setSocketOption === 'string') return setSocketOption;
  const fd = descriptorOf(socket);
  if (fd === undefined) return 'the socket has no descriptor';
  const [level, name] = options[family];
  return setSocketOption(fd, level, name, Int32Array.of(dscp << 2), 4) === 0 ? undefined : 'the system refuses the mark';
}

function bound(): SetSocketOption | string {
  const library = openCLibrary();
  return typeof library === 'string' ? library : library.bind<SetSocketOption>('int setsockopt(int fd, int level, int name, void* value, uint32_t length)');
}

/**
 * The file descriptor behind a socket of Node's; its handle tells it, without a promise that it always will. A datagram socket has
 * it in its state: asked for its `_handle`, Node would print a warning (DEP0112).
 */
function descriptorOf(socket: object): number | undefined {
  const state = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  const handle: unknown = state === undefined ? Reflect.get(socket, '_handle') : member(Reflect.get(socket, state), 'handle');
  const fd = member(handle, 'fd');
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

const member = (of: unknown, name: string): unknown => (typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined);
