import type { Refusal } from '../../kernel/result.ts';

/**
 * For the elements whose failure has one event of its own, whatever the cause (§7.4, §10.6): `<join>`, `<dialogprepare>`, `<dialogstart>`. What the
 * platform cannot do at all is then for the reason to say, by the name that §9.5 has for it.
 */
export const refusalReason = ({ kind, reason }: Refusal): string => (kind === 'unsupported' ? `error.unsupported: ${reason}` : reason);
