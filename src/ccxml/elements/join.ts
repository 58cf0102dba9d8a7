import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** <join>: a bridge between two endpoints (CCXML 1.0 §10.5.7). Half duplex: id1 hears id2. */
export const join = element({
  tag: 'join',
  section: '10.5.7',
  content: 'empty',
  attributes: {
    id1: { kind: 'string', required: true },
    id2: { kind: 'string', required: true },
    duplex: { kind: 'enumeration', values: ['half', 'full'] },
    hints: { kind: 'object' },
    entertone: { kind: 'any' },
    exittone: { kind: 'any' },
    autoinputgain: { kind: 'boolean' },
    autooutputgain: { kind: 'boolean' },
    dtmfclamp: { kind: 'boolean' },
    toneclamp: { kind: 'boolean' },
  },
  perform(values, _node, run) {
    run.request({
      do: 'join',
      id1: values.id1,
      id2: values.id2,
      duplex: values.duplex === 'half' ? 'half' : 'full',
      options: {
        dtmfClamp: values.dtmfclamp ?? true,
        toneClamp: values.toneclamp ?? true,
        autoInputGain: values.autoinputgain,
        autoOutputGain: values.autooutputgain,
        entryTone: toneOf(values.entertone),
        exitTone: toneOf(values.exittone),
      },
      hints: run.hintsOf(values.hints),
    });
    return normal;
  },
});

/** `true`, `false` (as boolean or string), or the address of a tone of one's own. */
function toneOf(value: unknown): string | boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && value !== '' ? value : undefined;
}
