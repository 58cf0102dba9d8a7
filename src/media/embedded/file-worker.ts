/** The file thread: loads prompts and writes recordings for all media workers, so that no disk ever holds up a tick. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import { PromptStore } from './prompt-store.ts';
import { RecordingFiles } from './recording-files.ts';
import type { FileReply, FileRequest } from './worker-protocol.ts';

const prompts = new PromptStore();

parentPort?.on('message', ({ port, recordingKey }: { port: MessagePort; recordingKey: string | undefined }) => {
  const recordings = new RecordingFiles(recordingKey === undefined ? undefined : Buffer.from(recordingKey, 'hex'));
  const reply = (message: FileReply): void => port.postMessage(message);
  port.on('message', (request: FileRequest) => {
    switch (request.op) {
      case 'load':
        void prompts.load(request.path).then((result) => {
          if (result.ok) reply({ op: 'loaded', id: request.id, samples: result.value.samples, rate: result.value.rate });
          else reply({ op: 'unloadable', id: request.id, reason: result.error });
        });
        break;
      case 'open':
        recordings.open(request);
        break;
      case 'write':
        recordings.write(request);
        break;
      case 'close':
        void recordings.close(request).then(reply);
        break;
    }
  });
});
