import type { Config } from '../config/index.ts';
import type { EmbeddedMediaConfig } from '../media/embedded/index.ts';

/** What the configuration says of the media plane. */
export function mediaOptions({ host, publicAddress, portFrom, portTo, workers, maxLegsPerWorker, admissionTickMs, packetIo, codecs, srtp, recordingKey }: Config['media']): EmbeddedMediaConfig {
  return {
    address: host, ports: { from: portFrom, to: portTo }, workers, maxEndpointsPerWorker: maxLegsPerWorker, admissionTickMs, packetIo, codecs, srtp,
    ...(publicAddress === undefined ? {} : { advertisedAddress: publicAddress }),
    ...(recordingKey === undefined ? {} : { recordingKey }),
  };
}
