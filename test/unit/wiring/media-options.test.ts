import { configSchema } from '../../../src/config/index.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import type { MediaId } from '../../../src/kernel/ids.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import { mediaOptions } from '../../../src/wiring/media-options.ts';

/** What a call is offered with this under `media`. */
async function offered(media: object): Promise<string> {
  const plane = createEmbeddedMedia(mediaOptions(configSchema.parse({ media: { ...media, packetIo: 'dgram' } }).media), { log: silentLogger });
  const sdp = await new Promise<string>((resolve, reject) => {
    void plane.start((event) => {
      if (event.name === 'endpoint.ready') resolve(event.sdp);
      if (event.name === 'endpoint.failed') reject(new Error(event.reason));
    }).then(() => plane.openEndpoint({ node: 'a' as MediaId }));
  });
  await plane.stop();
  return sdp;
}
const section = (sdp: string): string => /m=audio \d+ (.*)\r\n/.exec(sdp)?.[1] ?? '';

it('calls are offered G.711 in the clear where the configuration says nothing', async () => {
  expect(section(await offered({}))).toBe('RTP/AVP 0 8 101');
}, 30_000);

it('calls are offered the codecs of the configuration, in its order', async () => {
  const sdp = await offered({ codecs: ['opus', 'G722', 'L16/16000', 'PCMA', 'CN', 'telephone-event'] });
  const encodings = section(sdp).split(' ').slice(1).map((type) => new RegExp(`a=rtpmap:${type} ([^/]+)/`).exec(sdp)?.[1]);
  expect(encodings.slice(0, 6)).toEqual(['opus', 'G722', 'L16', 'PCMA', 'CN', 'telephone-event']);
}, 30_000);

it('calls are offered nothing but SRTP where it is required, and in the clear where it is only allowed', async () => {
  const sdp = await offered({ srtp: 'require' });
  expect(section(sdp)).toBe('RTP/SAVP 0 8 101');
  expect(sdp).toMatch(/a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:[A-Za-z0-9+/]{40}\r\n/);
  expect(section(await offered({ srtp: 'allow' }))).toBe('RTP/AVP 0 8 101');
}, 30_000);

it('legs beyond what the configuration allows are refused', async () => {
  const plane = createEmbeddedMedia(mediaOptions(configSchema.parse({ media: { packetIo: 'dgram', maxLegsPerWorker: 1, admissionTickMs: 9 } }).media), { log: silentLogger });
  await plane.start(() => undefined);
  const replies = ['a', 'b'].map((node) => plane.openEndpoint({ node: node as MediaId }));
  await plane.stop();
  expect(replies).toMatchObject([{ accepted: true }, { accepted: false, refusal: { kind: 'noresource' } }]);
}, 30_000);

it.each([[{ admissionTickMs: 21 }], [{ maxLegsPerWorker: 0 }], [{ codecs: ['G729'] }], [{ codecs: ['CN', 'telephone-event'] }], [{ codecs: [] }], [{ srtp: 'yes' }]])('%j is no configuration', (media) => {
  expect(configSchema.safeParse({ media }).success).toBe(false);
});
