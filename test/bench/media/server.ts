/** The process under test: opens legs on command, reports its own CPU and tick figures over IPC. */
import type { MediaId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import type { MediaEvent } from '../../../src/media/media.ts';
import type { ServerReply, ServerRequest } from './protocol.ts';

/** As it ships: what TypeScript's runner adds to each function would be measured too. */
const { createEmbeddedMedia } = (await import(new URL('../../../dist/src/media/embedded/index.js', import.meta.url).href)) as typeof import('../../../src/media/embedded/index.ts');

const id = (name: string): MediaId => name as MediaId;
const [packetIo, work] = [process.argv[2] as 'io_uring' | 'koffi' | 'dgram', process.argv[3] as 'full' | 'forward'];
const workers = Number(process.argv[4] ?? 1);
const codecs = work === 'full' ? undefined : ['PCMU'];
const media = createEmbeddedMedia({ packetIo, workers, maxEndpointsPerWorker: 10_000, admissionTickMs: 1000 }, { log: silentLogger });
const reply = (message: ServerReply): void => void process.send?.(message);
const ports = new Map<string, number>();
let wanted = 0;
let onAll: () => void = () => undefined;

await media.start((event: MediaEvent) => {
  if (event.name === 'endpoint.failed') reply({ kind: 'failed', reason: event.reason });
  if (event.name !== 'endpoint.ready') return;
  ports.set(event.node, Number(/m=audio (\d+)/.exec(event.sdp)?.[1]));
  if (ports.size === wanted) onAll();
});

let cpu = process.cpuUsage();
let since = performance.now();

process.on('message', (request: ServerRequest) => {
  if (request.kind === 'open') {
    wanted = request.legs;
    onAll = () => reply({ kind: 'opened', ports: Array.from({ length: wanted }, (_, i) => ports.get(`leg${i}`) ?? 0) });
    const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${request.remotePort} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n`;
    for (let i = 0; work === 'forward' && i < request.legs; i++) {
      const group = `g${Math.floor(i / 2)}`;
      media.openEndpoint({ node: id(`leg${i}`), group, remoteSdp: sdp, listen: false, ...(codecs === undefined ? {} : { codecs }) });
      if (i % 2 === 0) continue;
      media.connect({ from: id(`leg${i}`), to: id(`leg${i - 1}`) });
      media.connect({ from: id(`leg${i - 1}`), to: id(`leg${i}`) });
    }
    for (let i = 0; work === 'full' && i < request.legs; i++) {
      const group = `g${Math.floor(i / 3)}`;
      const conference = id(`conference${Math.floor(i / 3)}`);
      if (i % 3 === 0) media.openConference({ node: conference, group });
      media.openEndpoint({ node: id(`leg${i}`), group, remoteSdp: sdp });
      media.connect({ from: id(`leg${i}`), to: conference });
      media.connect({ from: conference, to: id(`leg${i}`) });
      media.classify({ node: id(`leg${i}`), hints: { phase: 'connected', background: true, timeoutMs: 3_600_000, recordedMsgTimeoutMs: 3_600_000 } });
    }
  } else if (request.kind === 'reset') {
    cpu = process.cpuUsage();
    since = performance.now();
    reply({ kind: 'reset' });
  } else if (request.kind === 'measure') {
    const used = process.cpuUsage(cpu);
    const share = (used.user + used.system) / 1000 / (performance.now() - since);
    const { rss } = process.memoryUsage();
    void media.stats().then(({ recent, legs }) => reply({
      kind: 'measured', cpu: share, latenessP99: recent?.latenessP99Ms ?? 0, workP50: recent?.workP50Ms ?? 0, rss, received: legs.reduce((sum, leg) => sum + leg.packetsReceived, 0), lost: legs.reduce((sum, leg) => sum + leg.packetsLost, 0),
    }));
  } else {
    void media.stop().then(() => process.exit(0));
  }
});
reply({ kind: 'ready' });
