import type { Trace } from '../session/trace.ts';
import { promptText } from './prompt-text.ts';

/** One step, on one line. */
export function traceLine(trace: Trace): string {
  switch (trace.kind) {
    case 'prompt':
      return `prompt   "${promptText(trace.items)}" (${trace.place})`;
    case 'log':
      return `log      ${trace.label === undefined ? '' : `${trace.label}: `}${trace.text}`;
    case 'event':
      return `event    ${trace.event}${trace.message === undefined ? '' : `: ${trace.message}`}${trace.place === undefined ? '' : ` (${trace.place})`}`;
    case 'step':
      return `${trace.step.padEnd(8)} ${trace.detail}`;
  }
}
