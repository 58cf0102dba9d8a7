import { accepted } from '../../../src/kernel/result.ts';
import type { Media, MediaEvent } from '../../../src/media/media.ts';

/** One media plane for several call platforms that run side by side: each sees its own nodes alone. */
export class SharedMedia {
  readonly #media: Media;
  readonly #owners = new Map<string, (event: MediaEvent) => void>();
  /** A recording may outlast its node by a moment. */
  readonly #recorders = new Map<string, (event: MediaEvent) => void>();

  constructor(media: Media) {
    this.#media = media;
  }

  async start(): Promise<void> {
    await this.#media.start((event) => {
      const node = 'node' in event ? event.node : event.from;
      if (event.name === 'record.done') this.#recorders.get(event.record)?.(event);
      else this.#owners.get(node)?.(event);
      if (event.name === 'record.done') this.#recorders.delete(event.record);
      if (event.name === 'node.closed') this.#owners.delete(node);
    });
  }

  stop(): Promise<void> {
    return this.#media.stop();
  }

  get plane(): Media {
    return this.#media;
  }

  /** A view for one platform. Its `start` and `stop` begin and end the view alone. */
  view(): Media {
    const media = this.#media;
    let listener: (event: MediaEvent) => void = () => undefined;
    const own = (node: string): void => void this.#owners.set(node, (event) => listener(event));
    const opened = <C extends { readonly node: string }, R>(open: (command: C) => R) => (command: C): R => {
      own(command.node);
      return open(command);
    };
    return {
      capabilities: media.capabilities,
      start: (listen) => {
        listener = listen;
        return Promise.resolve();
      },
      stop: () => {
        listener = () => undefined;
        return Promise.resolve();
      },
      openEndpoint: opened((command) => media.openEndpoint(command)),
      openConference: opened((command) => media.openConference(command)),
      openDialog: opened((command) => media.openDialog(command)),
      applyAnswer: (command) => media.applyAnswer(command),
      applyOffer: (command) => media.applyOffer(command),
      makeOffer: (command) => media.makeOffer(command),
      close: (command) => media.close(command),
      connect: (command) => media.connect(command),
      disconnect: (command) => media.disconnect(command),
      play: (command) => media.play(command),
      stopPlay: (command) => media.stopPlay(command),
      seekPlay: (command) => media.seekPlay?.(command) ?? accepted,
      sendDigits: (command) => media.sendDigits(command),
      injectDigit: (command) => media.injectDigit(command),
      record: (command) => {
        const reply = media.record(command);
        if (reply.accepted) this.#recorders.set(command.record, (event) => listener(event));
        return reply;
      },
      stopRecord: (command) => media.stopRecord(command),
      pauseRecord: (command) => media.pauseRecord?.(command) ?? accepted,
      resumeRecord: (command) => media.resumeRecord?.(command) ?? accepted,
      classify: (command) => media.classify(command),
      stopClassify: (command) => media.stopClassify(command),
      hideDigits: (command) => media.hideDigits(command),
      tap: (command) => media.tap(command),
      stats: () => media.stats(),
    };
  }
}
