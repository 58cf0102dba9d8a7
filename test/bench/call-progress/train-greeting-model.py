"""Trains the greeting model: /usr/bin/python3 test/bench/call-progress/train-greeting-model.py [EPOCHS] (Debian's python3-torch; libopenblas0
makes it ten times as fast).

Reads out/call-progress/{training,validation}-*.{i16,json}, which training-set.ts writes, and writes src/audio/call-progress/greeting-weights.ts.
The network first learns without some voices and wordings, on which the policy of the verdict is found; then it learns these too.
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
DATA = ROOT / 'out' / 'call-progress'
OUT = ROOT / 'src' / 'audio' / 'call-progress' / 'greeting-weights.ts'
EPOCHS = int(sys.argv[1]) if len(sys.argv) > 1 else 18
SEED = 1
DENSE, HIDDEN = 64, 80
BANDS = 24
STEPS, USUAL_STEPS = 60, 38  # of 40 ms; one batch in four is heard to the end
BATCH = 256
WEIGHT_SCALE = 4096
# The goal's time, from the true beginning of the speech; so many verdicts may come later.
ASKED_MS, LATER = 1200, 0.04
LAST_MS = 2400
# What else is asked of the network while it learns: which of these it hears. It hears better for it; the answer is not kept.
STYLES = ['word', 'pair', 'name', 'sentence', 'greeting', 'music']

torch.set_num_threads(1)
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)


class Network(torch.nn.Module):
    def __init__(self, inputs, dense=DENSE, hidden=HIDDEN):
        super().__init__()
        self.dense = torch.nn.Linear(inputs, dense)
        self.unit = torch.nn.GRU(dense, hidden, batch_first=True)
        self.out = torch.nn.Linear(hidden, 1)
        self.style = torch.nn.Linear(hidden, len(STYLES))
        self.dropout = torch.nn.Dropout(0.2)

    def forward(self, x):
        states, _ = self.unit(self.dropout(torch.relu(self.dense(x))))
        states = self.dropout(states)
        return self.out(states).squeeze(-1), self.style(states)


class Calls:
    """Calls of all files of a name, one after another."""

    def __init__(self, name, steps=STEPS):
        self.calls, parts, times, self.seeds = [], [], [], []
        for path in sorted(DATA.glob(f'{name}-*.json')):
            meta = json.loads(path.read_text())
            self.inputs, self.scale = meta['inputs'], meta['scale']
            raw = np.fromfile(path.with_suffix('.i16'), dtype=np.int16).reshape(-1, self.inputs + 1)
            x = np.zeros((len(meta['calls']), steps, self.inputs), np.int16)
            elapsed = np.full((len(meta['calls']), steps), -1, np.int16)
            at = 0
            for i, call in enumerate(meta['calls']):
                rows = raw[at:at + min(steps, call['steps'])]
                at += call['steps']
                x[i, :len(rows)] = rows[:, 1:]
                elapsed[i, :len(rows)] = rows[:, 0]
            self.calls += meta['calls']
            parts.append(x)
            times.append(elapsed)
            self.seeds.append(meta['seed'])
        self.x, self.elapsed = np.concatenate(parts), np.concatenate(times).astype(np.float32)
        self.machine = self.told('machine').astype(np.float32)
        self.style = np.array([STYLES.index(call['style']) for call in self.calls])
        self.begun = self.elapsed[:, 0] >= 0

    def told(self, key):
        return np.array([call[key] for call in self.calls])

    def heard(self, some, steps=None):
        return torch.from_numpy(self.x[some, :steps].astype(np.float32) / self.scale)


def weights_of(elapsed):
    """Where most is decided counts most."""
    return ((elapsed >= 260) & (elapsed <= 2600)).astype(np.float32) * np.where((elapsed >= 800) & (elapsed <= 1300), 4, 1).astype(np.float32)


def varied(heard):
    """The same call with another voice, microphone and line."""
    count, steps, width = heard.shape
    known = width - 2 * BANDS
    bands = heard[:, :, known:].reshape(count, steps * 2, BANDS)
    # A longer or shorter vocal tract: the bands are moved along their scale.
    place = (torch.arange(BANDS) * (1 + (torch.rand(count, 1) * 2 - 1) * 0.13)).clamp(0, BANDS - 1)
    below = place.floor().long().clamp(max=BANDS - 2)
    part = (place - below).unsqueeze(1)
    move = torch.zeros(count, BANDS, BANDS).scatter_(1, below.unsqueeze(1), 1 - part).scatter_(1, below.unsqueeze(1) + 1, part)
    bands = torch.bmm(bands, move)
    # Each band louder or softer throughout.
    bands = bands + torch.randn(count, 1, BANDS) * 0.12
    # One in four with more noise.
    noisy = torch.nonzero(torch.rand(count) < 0.3).squeeze(1)
    level = -9 + torch.rand(len(noisy), 1, 1) * 5 + torch.randn(len(noisy), 1, BANDS) * 0.7 + torch.randn(len(noisy), steps * 2, BANDS) * 0.5
    bands[noisy] = torch.logaddexp((bands[noisy] - 1.5) * 4, level) / 4 + 1.5
    heard = torch.cat([heard[:, :, :known], bands.reshape(count, steps, 2 * BANDS)], 2)
    return heard + torch.randn_like(heard) * 0.04


def train(network, data, chosen, epochs, rate, tell=None, weight=None, lengths=(STEPS, USUAL_STEPS)):
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.02)
    batches = len(chosen) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=epochs * batches + 1, pct_start=0.15)
    weight = weights_of(data.elapsed) if weight is None else weight
    network.train()
    for epoch in range(epochs):
        order = rng.permutation(chosen)
        total, began = 0.0, time.time()
        for batch in range(batches):
            some = order[batch * BATCH:(batch + 1) * BATCH]
            steps = lengths[0] if batch % 4 == 0 else lengths[1]
            counts = torch.from_numpy(weight[some, :steps])
            odds, styles = network(varied(data.heard(some, steps)))
            truth = torch.from_numpy(data.machine[some])[:, None].expand_as(odds)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(odds, truth, weight=counts, reduction='sum') / counts.sum()
            style = torch.from_numpy(data.style[some])[:, None].expand_as(odds)
            also = (torch.nn.functional.cross_entropy(styles.transpose(1, 2), style, reduction='none') * counts).sum() / counts.sum()
            optimiser.zero_grad()
            (loss + 0.3 * also).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss)
        print(f'epoch {epoch + 1} of {epochs}: loss {total / batches:.4f}, {time.time() - began:.0f} s', flush=True)
        if tell is not None and (epoch % 4 == 3 or epoch == epochs - 1):
            network.eval()
            tell(network)
            network.train()
    return network.eval()


def odds_of(network, data):
    with torch.no_grad():
        return np.concatenate([network(data.heard(np.arange(k, min(k + 512, len(data.x)))))[0].numpy() for k in range(0, len(data.x), 512)])


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
    for verdict_ms, live_early, recorded_early, after in itertools.product((1040, 1060, 1080, 1100, 1120, 1140), (2.5, 3, 4), (2.5, 3, 4), (1.0, 2.0)):
        for live, recorded in itertools.product(limits, limits):
            if live + recorded < 0 or live + recorded > 2:
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


def four_by_four(weights):
    rows, width = weights.shape
    return weights.reshape(rows // 4, 4, width).transpose(0, 2, 1)


def packed(network):
    """The weights in the order of NetworkWeights in greeting-network.ts, and how many."""
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    parts = [four_by_four(state['dense.weight']), state['dense.bias'], four_by_four(state['unit.weight_ih_l0']), four_by_four(state['unit.weight_hh_l0']), state['unit.bias_ih_l0'], state['unit.bias_hh_l0'], state['out.weight'][0], state['out.bias']]
    flat = np.concatenate([np.ascontiguousarray(part).ravel() for part in parts])
    print(f'{len(flat)} weights, {np.abs(flat).max():.2f} at most')
    return base64.b64encode(np.clip(np.round(flat * WEIGHT_SCALE), -32768, 32767).astype('<i2').tobytes()).decode()


def written(network, policy, data):
    sureness = ', '.join(f'{name}: {value}' for name, value in policy.items())
    seeds = ', '.join(str(seed) for seed in data.seeds)
    OUT.write_text(f"""import type {{ TrainedModel }} from './greeting-model.ts';
import {{ unpacked }} from './greeting-network.ts';

/** Made by test/bench/call-progress/train-greeting-model.py from {len(data.calls)} calls of the tuning part, seeds {seeds}. Not edited by hand. */
export const greetingWeights: TrainedModel = {{
  sureness: {{ {sureness} }},
  inputs: {data.inputs},
  dense: {DENSE},
  hidden: {HIDDEN},
  values: unpacked('{packed(network)}', {WEIGHT_SCALE}),
}};
""")


def main():
    data, others = Calls('training'), Calls('validation')
    late = others.told('lateMs').astype(np.float32)
    speech = others.begun & ~others.told('music')

    def progress(network):
        odds = odds_of(network, others)
        at = np.array([min(int(np.searchsorted(np.where(e < 0, 9999, e), 1080)), STEPS - 1) for e in others.elapsed])
        right = (odds[np.arange(len(at)), at] >= 0) == (others.machine == 1)
        people, machines, music = speech & (others.machine == 0), speech & (others.machine == 1), others.begun & others.told('music')
        print(f'  kept apart, at 1080 ms: people {right[people].mean():.3f}, machines {right[machines].mean():.3f}, music {right[music].mean():.3f}', flush=True)

    print(f'{len(data.calls)} calls to learn, {len(others.calls)} kept apart')
    network = train(Network(data.inputs), data, np.where(data.begun & (data.told('apart') == 'none'))[0], EPOCHS, 5e-3, progress)
    odds = odds_of(network, others)
    _, policy, people, machines, later = found_policy(odds[speech], others.elapsed[speech], late[speech], others.machine[speech])
    print(f'kept apart ({speech.sum()} calls): people {people:.3f}, machines {machines:.3f}, later than {ASKED_MS} ms {later:.3f}: {policy}', flush=True)
    written(network, policy, data)
    # The rest is learnt on top: a third of the time, and half as fast.
    written(train(network, data, np.where(data.begun)[0], EPOCHS // 3, 2.5e-3), policy, data)


if __name__ == '__main__':
    main()
