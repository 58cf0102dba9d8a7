import type { Logger } from '../kernel/logger.ts';
import type { ServerParts } from './server-parts.ts';

/** Takes no new calls and lets those that are up finish; what is still up after the grace time is ended. Agents are un-nailed last. */
export async function finishCalls(parts: ServerParts, graceMs: number, log: Logger): Promise<void> {
  const { inbound, messageAttempts, campaigns, jobs, runner, nailing } = parts;
  const limit = new Promise<'late'>((done) => void setTimeout(() => done('late'), graceMs).unref());
  inbound.close();
  messageAttempts.stopWaiting();
  await campaigns.director.close();
  const over = Promise.all([jobs.drain(), until(() => inbound.open === 0, graceMs)]);
  if ((await Promise.race([over, limit])) === 'late' || inbound.open > 0) {
    log.warn({ open: runner.open + inbound.open, graceMs }, 'calls are still up after the grace time: they are ended');
    runner.killAll(false);
    inbound.killAll();
    await until(() => inbound.open === 0, 1_000);
  }
  await Promise.race([runner.settled(), new Promise((done) => setTimeout(done, 3_000).unref())]);
  nailing.unnailAll();
  await until(() => nailing.open === 0, 2_000);
}

/** Those that use others are closed before them. */
export async function closeParts({ ccxml, signalling, dialogs, media, qualities, fetcher, campaigns }: ServerParts): Promise<void> {
  await ccxml.server?.stop();
  await signalling.stop(1_000);
  await dialogs.stop();
  await media.stop();
  await qualities.settled();
  await fetcher.close();
  await campaigns.decisions.flush();
  await campaigns.presence.leave();
}

async function until(done: () => boolean, limitMs: number): Promise<void> {
  for (const end = performance.now() + limitMs; !done() && performance.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 20));
}
