import type { CcxmlServer, StartSession } from '../../../src/ccxml/platform.ts';
import type { IncomingCall } from '../../../src/core/call-control/call-platform-parts.ts';
import { CountingIds, type ConnectionId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { accepted, refused, type Reply } from '../../../src/kernel/result.ts';
import { InboundCalls, type InboundRoute } from '../../../src/wiring/inbound-calls.ts';

const route = (to: string): InboundRoute => ({ to, pageUri: `file:///pages/${encodeURIComponent(to)}`, dialogUri: undefined, parameters: {} });

function house(routes: readonly string[], reply: Reply = accepted): { inbound: InboundCalls; started: StartSession[]; call(requestUri: string): string } {
  const started: StartSession[] = [];
  const ccxml = { start: (request: StartSession) => (started.push(request), reply), kill: () => true } as unknown as CcxmlServer;
  const inbound = new InboundCalls({ routes: routes.map(route), ccxml: () => ccxml, ids: new CountingIds(), logger: silentLogger });
  return {
    inbound,
    started,
    call: (requestUri) => {
      const told: string[] = [];
      const incoming: IncomingCall = {
        to: requestUri, from: 'sip:a@b', requestUri, facts: { local: requestUri, remote: 'sip:a@b', originator: 'remote', protocol: { name: 'sip', version: '2.0' } },
        take: () => (told.push('taken'), 'connection-1' as ConnectionId), refuse: (status) => void told.push(String(status)),
      };
      inbound.take(incoming);
      return told.join(' ');
    },
  };
}

describe('inbound calls', () => {
  it.each([
    ['+4930901820', 'sip:+4930901820@10.0.0.1:5060;user=phone', true],
    ['+4930*', 'sip:+4930901820@x', true],
    ['+4930*', 'tel:+4930901820', true],
    ['+4930*', 'sip:+4940901820@x', false],
    ['*20', 'sip:+4930901820@x', true],
    ['+49*18*', 'sip:+4930901820@x', true],
    ['+49*81*', 'sip:+4930901820@x', false],
    ['ab*ba', 'sip:aba@x', false],
    ['*', 'sip:%2B49@x', true],
    ['%2B49', 'sip:+49@x', false],
    ['sales', 'sip:Sales@x', true],
    ['1.3', 'sip:123@x', false],
  ])('the pattern %s and the address %s: %s', (to, address, fits) => {
    expect(house([to]).call(address)).toBe(fits ? 'taken' : '480');
  });

  it('go to the first page whose pattern fits', () => {
    const { call, started } = house(['1*', '12*', '*']);
    call('sip:123@x');
    call('sip:9@x');
    expect(started.map(({ uri }) => uri)).toEqual(['file:///pages/1*', 'file:///pages/*']);
  });

  it('are refused with 503 when no session can be had, and when the house closes', () => {
    expect(house(['*'], refused('noresource', 'full')).call('sip:1@x')).toBe('taken 503');
    const closing = house(['*']);
    closing.inbound.close();
    expect(closing.call('sip:1@x')).toBe('503');
  });

  it('are open from their start to the end of their session', () => {
    const { inbound, call, started } = house(['*']);
    call('sip:1@x');
    expect(inbound.open).toBe(1);
    started[0]?.onEnd({ how: 'exit', values: {} });
    expect(inbound.open).toBe(0);
  });

  it('compare a long number with many stars at once', () => {
    const startedAt = performance.now();
    expect(house([`${'*a'.repeat(20)}b`]).call(`sip:${'a'.repeat(60_000)}@x`)).toBe('480');
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});
