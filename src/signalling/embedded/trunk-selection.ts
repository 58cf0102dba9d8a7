import type { Random } from '../../kernel/random.ts';
import type { Trunk } from './trunk.ts';

/**
 * The trunks of a name or group in the order in which they are tried: lowest priority first, within one priority drawn by
 * weight (default 1). Undefined name: every trunk.
 */
export function trunkOrder(trunks: Iterable<Trunk>, name: string | undefined, random: Random): Trunk[] {
  const candidates = [...trunks].filter((trunk) => name === undefined || trunk.name === name || trunk.config.group === name);
  const ordered: Trunk[] = [];
  const priority = (trunk: Trunk): number => trunk.config.priority ?? 0;
  for (const level of [...new Set(candidates.map(priority))].toSorted((a, b) => a - b)) {
    const left = candidates.filter((trunk) => priority(trunk) === level);
    while (left.length > 0) {
      let draw = random.next() * left.reduce((sum, trunk) => sum + (trunk.config.weight ?? 1), 0);
      let at = 0;
      while (at < left.length - 1 && draw >= (left[at]?.config.weight ?? 1)) draw -= left[at++]?.config.weight ?? 1;
      ordered.push(...left.splice(at, 1));
    }
  }
  return ordered;
}
