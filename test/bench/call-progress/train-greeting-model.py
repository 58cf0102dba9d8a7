"""Trains the greeting model: /usr/bin/python3 test/bench/call-progress/train-greeting-model.py (Debian's python3-torch).

Reads out/call-progress/training.{i16,json}, which training-set.ts writes, and writes src/audio/call-progress/greeting-weights.ts.
The network learns on most languages; the policy of the verdict is found on the others, which it never heard.
"""
import base64
import itertools
import json
import pathlib
import sys
import time

import numpy as np
import torch

ROOT = pathlib.Path(__file__).resolve().parents[3]
DATA = ROOT / 'out' / 'call-progress' / 'training'
OUT = ROOT / 'src' / 'audio' / 'call-progress' / 'greeting-weights.ts'
EPOCHS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
SEED = 1
DENSE, HIDDEN = 24, 24
STEPS = 60  # of 40 ms
UNHEARD = 4  # every so manieth language
BATCH = 192
WEIGHT_SCALE = 4096
# The goal's time, from the true beginning of the speech; so many verdicts may come later.
ASKED_MS, LATER = 1200, 0.045
LAST_MS = 2400

torch.set_num_threads(1)
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)


class Network(torch.nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.dense = torch.nn.Linear(inputs, DENSE)
        self.unit = torch.nn.GRU(DENSE, HIDDEN, batch_first=True)
        self.out = torch.nn.Linear(HIDDEN, 1)

    def forward(self, x):
        states, _ = self.unit(torch.relu(self.dense(x)))
        return self.out(states).squeeze(-1)


def load():
    meta = json.loads(DATA.with_suffix('.json').read_text())
    calls, inputs = meta['calls'], meta['inputs']
    raw = np.fromfile(DATA.with_suffix('.i16'), dtype=np.int16).reshape(-1, inputs + 1)
    x = np.zeros((len(calls), STEPS, inputs), np.float32)
    elapsed = np.full((len(calls), STEPS), -1, np.float32)
    at = 0
    for i, call in enumerate(calls):
        rows = raw[at:at + min(STEPS, call['steps'])]
        at += call['steps']
        x[i, :len(rows)] = rows[:, 1:].astype(np.float32) / meta['scale']
        elapsed[i, :len(rows)] = rows[:, 0]
    return meta, x, elapsed


def weights_of(elapsed):
    """Where most is decided counts most."""
    return ((elapsed >= 260) & (elapsed <= 2600)).astype(np.float32) * np.where((elapsed >= 800) & (elapsed <= 1300), 2.5, 1).astype(np.float32)


def train(x, elapsed, machine, chosen):
    network = Network(x.shape[2])
    optimiser = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=0.01)
    batches = len(chosen) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=EPOCHS * batches + 1, pct_start=0.15)
    features = x.shape[2] - 32
    weight = weights_of(elapsed)
    for epoch in range(EPOCHS):
        order = rng.permutation(chosen)
        total, began = 0.0, time.time()
        for batch in range(batches):
            some = order[batch * BATCH:(batch + 1) * BATCH]
            heard = torch.from_numpy(x[some])
            heard = heard + torch.randn_like(heard) * 0.04
            # Another microphone: each band louder or softer throughout.
            heard[:, :, features:] += torch.randn(BATCH, 1, x.shape[2] - features) * 0.075
            odds = network(heard)
            truth = torch.from_numpy(machine[some])[:, None].expand_as(odds)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(odds, truth, weight=torch.from_numpy(weight[some]), reduction='sum') / weight[some].sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss)
        print(f'epoch {epoch + 1} of {EPOCHS}: loss {total / batches:.4f}, {time.time() - began:.0f} s', flush=True)
    return network


def odds_of(network, x):
    with torch.no_grad():
        return np.concatenate([network(torch.from_numpy(x[k:k + 512])).numpy() for k in range(0, len(x), 512)])


def outcome(odds, elapsed, late, machine, p):
    """What the policy (see verdict-policy.ts) comes to: rights of people and machines, told late of them, mean time."""
    decided = np.zeros(len(odds), np.int8)
    when = np.full(len(odds), np.nan)
    overdue = np.zeros(len(odds), bool)
    for k in range(odds.shape[1]):
        ms, z = elapsed[:, k], odds[:, k]
        asked = (decided == 0) & (ms >= 300)
        early, last = ms < p['verdictMs'], ms >= p['lastMs']
        recorded = np.where(last, 0, np.where(early, p['recordedEarly'], np.where(overdue, p['recordedLate'], p['recorded'])))
        live = np.where(last, 0, np.where(early, p['liveEarly'], np.where(overdue, p['liveLate'], p['live'])))
        told = np.where(asked & (z >= recorded), 1, np.where(asked & (z < -live), -1, 0)).astype(np.int8)
        when = np.where(told != 0, ms, when)
        decided = np.where(told != 0, told, decided)
        overdue |= asked & ~early
    in_time = when + late <= ASKED_MS
    people, machines = machine == 0, machine == 1
    return (decided[people] == -1).mean(), (decided[machines] == 1).mean(), max((~in_time[people]).mean(), (~in_time[machines]).mean()), np.nanmean(when)


def found_policy(odds, elapsed, late, machine):
    best = None
    limits = (-1.5, -1, -0.6, -0.3, 0, 0.3, 0.6, 1, 1.5, 2)
    for verdict_ms, live_early, recorded_early, after in itertools.product((1040, 1080, 1120), (2, 2.5, 3, 4), (2, 2.5, 3, 4), (1.0, 2.0)):
        for live, recorded in itertools.product(limits, limits):
            if live + recorded < 0:
                continue
            p = {'verdictMs': verdict_ms, 'lastMs': LAST_MS, 'liveEarly': live_early, 'recordedEarly': recorded_early, 'live': live, 'recorded': recorded, 'liveLate': after, 'recordedLate': after}
            people, machines, later, mean = outcome(odds, elapsed, late, machine, p)
            if later > LATER:
                continue
            # Both must be right; among equals the quicker.
            worth = min(people, machines) + 0.1 * (people + machines) - mean * 5e-6
            if best is None or worth > best[0]:
                best = (worth, p, people, machines, later)
    return best


def main():
    meta, x, elapsed = load()
    calls = meta['calls']
    machine = np.array([call['machine'] for call in calls], np.float32)
    late = np.array([call['lateMs'] for call in calls], np.float32)
    language = np.array([call['language'].split('-')[0] for call in calls])
    languages = sorted(set(language) - {'syllables'})
    unheard = np.isin(language, languages[1::UNHEARD])
    begun = elapsed[:, 0] >= 0
    network = train(x, elapsed, machine, np.where(begun & ~unheard)[0])
    mine = np.where(begun & unheard)[0]
    _, policy, people, machines, later = found_policy(odds_of(network, x[mine]), elapsed[mine], late[mine], machine[mine])
    print(f'unheard {", ".join(languages[1::UNHEARD])} ({len(mine)} calls): people {people:.3f}, machines {machines:.3f}, later than {ASKED_MS} ms {later:.3f}: {policy}')
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    # The order of NetworkWeights in greeting-network.ts.
    parts = [state['dense.weight'], state['dense.bias'], state['unit.weight_ih_l0'], state['unit.weight_hh_l0'], state['unit.bias_ih_l0'], state['unit.bias_hh_l0'], state['out.weight'][0], state['out.bias']]
    flat = np.concatenate([np.ascontiguousarray(part).ravel() for part in parts])
    packed = base64.b64encode(np.clip(np.round(flat * WEIGHT_SCALE), -32768, 32767).astype('<i2').tobytes()).decode()
    sureness = ', '.join(f'{name}: {value}' for name, value in policy.items())
    OUT.write_text(f"""import type {{ TrainedModel }} from './greeting-model.ts';
import {{ unpacked }} from './greeting-network.ts';

/** Made by test/bench/call-progress/train-greeting-model.py from {len(calls)} calls of the tuning part, seed {meta['seed']}. Not edited by hand. */
export const greetingWeights: TrainedModel = {{
  sureness: {{ {sureness} }},
  inputs: {x.shape[2]},
  dense: {DENSE},
  hidden: {HIDDEN},
  values: unpacked('{packed}', {WEIGHT_SCALE}),
}};
""")


main()
