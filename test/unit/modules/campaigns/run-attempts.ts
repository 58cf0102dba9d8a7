import { setTimeout as pause } from 'node:timers/promises';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds, type JobId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { createCampaigns, type Campaigns } from '../../../../src/modules/campaigns/index.ts';
import { DoNotCallList } from '../../../../src/modules/contacts/index.ts';
import { openStore } from '../../../../src/store/index.ts';

/** Works a job off with calls that take a few milliseconds and end by chance, until it is completed or this process is killed. */
const [, , dataDirectory = '', database = '', jobText = ''] = process.argv;
const job = jobText as JobId;
const databaseUrl = process.env['TEST_DATABASE_URL'];
const store = await openStore({
  dataDirectory, database, logger: silentLogger,
  ...(databaseUrl === undefined ? {} : { databaseUrl: Object.assign(new URL(databaseUrl), { pathname: `/${database}` }).href }),
});
const clock = new SystemClock();
const ids = new RandomIds();
const campaigns = createCampaigns({ store, clock, ids, logger: silentLogger, server: ids.next('server'), doNotCall: new DoNotCallList(store) });
await campaigns.presence.enter();
await campaigns.recovery.recover(undefined);
process.stdout.write('running\n');
const codes = ['Answer_Human', 'Answer_Machine', 'Call_Busy', 'Ring_No_Answer'];

async function line({ source, gate, sink }: Campaigns): Promise<void> {
  while ((await campaigns.director.job(job))?.state === 'Running') {
    const contacts = await source.lease(job, 3);
    if (contacts.length === 0) await pause(20);
    for (const contact of contacts) {
      const verdict = await gate.authorise({ contact, asker: 'pacer', channel: 'voice', now: clock.now() });
      if (!verdict.allowed) {
        await source.refuse(contact, verdict);
        continue;
      }
      const attempt = ids.next('attempt');
      const startedAt = clock.now();
      await sink.begin({ attempt, contact, startedAt });
      await sink.note(attempt, { sipCallId: attempt });
      await pause(Math.random() * 10);
      const completionCode = codes[Math.floor(Math.random() * codes.length)] ?? 'Unknown';
      await sink.finish({ attempt, contact: contact.contact, job, completionCode, startedAt, endedAt: clock.now(), nuisance: false, times: {}, exit: {} });
    }
    await campaigns.director.reconcile();
  }
}
await Promise.all(Array.from({ length: 6 }, () => line(campaigns)));
process.stdout.write('completed\n');
await campaigns.presence.leave();
await store.close();
