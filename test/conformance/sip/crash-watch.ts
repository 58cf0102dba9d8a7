/** Notes what would end the process or went unhandled while a suite runs; each is a crash of what was being tested. */
export class CrashWatch {
  #faults: string[] = [];
  readonly #note = (error: unknown): void => {
    this.#faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  };

  constructor() {
    process.on('unhandledRejection', this.#note);
    process.on('uncaughtException', this.#note);
  }

  /** What happened since the last call. */
  take(): string[] {
    const taken = this.#faults;
    this.#faults = [];
    return taken;
  }

  stop(): void {
    process.off('unhandledRejection', this.#note);
    process.off('uncaughtException', this.#note);
  }
}
