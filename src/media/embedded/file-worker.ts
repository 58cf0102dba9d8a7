/** The file thread: loads prompts and writes recordings for all media workers, so that no disk ever holds up a tick. */
import { parentPort } from 'node:worker_threads';
import { PromptLoads } from './prompt-loads.ts';
import { PromptStore } from './prompt-store.ts';
import { RecordingFiles } from './recording-files.ts';
import type { FileReply, FileRequest, FileThreadMessage } from './worker-protocol.ts';

const prompts = new PromptStore();

parentPort?.on('message', ({ line, recordingKey }: FileThreadMessage) => {
  const reply = (message: FileReply, moved: ArrayBuffer[] = []): void => line.postMessage(message, moved);
  const recordings = new RecordingFiles(recordingKey === undefined ? undefined : Buffer.from(recordingKey, 'hex'), (record) => reply({ op: 'failed', record }));
  const loads = new PromptLoads(prompts, reply);
  line.on('close', () => {
    loads.close();
    void recordings.closeAll();
  });
  line.on('message', (request: FileRequest) => {
    switch (request.op) {
      case 'load':
        void loads.load(request);
        break;
      case 'more':
        loads.more(request.id);
        break;
      case 'unload':
        loads.unload(request.id);
        break;
      case 'open':
        recordings.open(request);
        break;
      case 'write':
        recordings.write(request);
        break;
      case 'close':
        void recordings.close(request).then((closed) => reply(closed));
        break;
    }
  });
});

parentPort?.postMessage('ready');
