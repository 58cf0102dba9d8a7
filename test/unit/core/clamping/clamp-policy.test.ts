import { clampFor, defaultClampPolicy } from '../../../../src/core/clamping/clamp-policy.ts';

describe('clamp policy', () => {
  it('keeps a customer’s digits from agents, whatever the page asks', () => {
    for (const to of ['agent', 'conference'] as const) {
      expect(clampFor(defaultClampPolicy, { from: 'customer', to, dtmfClamp: false, toneClamp: false })).toEqual({ events: 'silence', inband: 'silence', tones: 'pass' });
    }
  });

  it('lets a dialog hear every digit', () => {
    expect(clampFor(defaultClampPolicy, { from: 'customer', to: 'dialog', dtmfClamp: true, toneClamp: true })).toEqual({ events: 'pass', inband: 'pass', tones: 'pass' });
  });

  it('lets an agent’s digits through to the customer unless the page clamps them', () => {
    expect(clampFor(defaultClampPolicy, { from: 'agent', to: 'conference', dtmfClamp: false, toneClamp: false }).events).toBe('pass');
    expect(clampFor(defaultClampPolicy, { from: 'agent', to: 'conference', dtmfClamp: true, toneClamp: false }).events).toBe('silence');
  });

  it('leaves it to the page where the policy says so', () => {
    expect(clampFor({ customerToAgent: 'page', replaceBy: 'mute' }, { from: 'customer', to: 'agent', dtmfClamp: false, toneClamp: true })).toEqual({ events: 'pass', inband: 'pass', tones: 'mute' });
  });
});
