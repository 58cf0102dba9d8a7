import { contacts } from './0001-contacts.ts';
import { campaigns } from './0002-campaigns.ts';
import { keepAttempts } from './0003-keep-attempts.ts';
import { nailedLegs } from './0004-nailed-legs.ts';
import { pacing } from './0005-pacing.ts';
import { callQuality } from './0006-call-quality.ts';
import type { Migration } from './migration.ts';

/** Every migration, in order. */
export const migrations: readonly Migration[] = [contacts, campaigns, keepAttempts, nailedLegs, pacing, callQuality];
