import { setTimeout as sleep } from 'node:timers/promises';
import { CrashWatch } from './crash-watch.ts';
import { LiveAgent } from './live-agent.ts';
import { probe, UdpPeer } from './udp-peer.ts';

/** Sends everything to one agent, 100 ms apart, and probes after every ten. File → why it failed. */
export async function corporaLive(files: readonly { readonly file: string; readonly forms: readonly Buffer[] }[]): Promise<Map<string, string>> {
  const faults = new Map<string, string>();
  if (files.length === 0) return faults;
  const watch = new CrashWatch();
  let peer: UdpPeer | undefined;
  try {
    const agent = await LiveAgent.start({ port: 0 });
    peer = await UdpPeer.bind('127.0.0.2', 5060);
    let batch: string[] = [];
    let sent = 0;
    const check = async (): Promise<void> => {
      const dead = await probe(agent.port);
      if (dead !== undefined) for (const file of batch) faults.set(file, `live: ${dead}`);
      batch = [];
    };
    for (const { file, forms } of files) {
      batch.push(file);
      for (const form of forms) {
        peer.send(form, agent.port);
        await sleep(100);
        const [crash] = [...watch.take(), ...agent.bugs.splice(0)];
        if (crash !== undefined) faults.set(file, `crash: ${crash.split('\n').slice(0, 3).join(' ')}`);
        if ((sent += 1) % 10 === 0) await check();
      }
    }
    await check();
    await agent.close();
  } catch (error) {
    for (const { file } of files) faults.set(file, `live: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    peer?.close();
    watch.stop();
  }
  return faults;
}
