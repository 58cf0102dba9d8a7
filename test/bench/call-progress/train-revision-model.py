"""Trains the model that takes verdicts back: /usr/bin/python3 test/bench/call-progress/train-revision-model.py [EPOCHS] (see train-greeting-model.py).

Reads out/call-progress/long-{training,validation}-*.{i16,json}, which training-set.ts --long writes, and writes src/audio/call-progress/revision-weights.ts.
Like the greeting model it first learns without some voices and wordings, on which the limits are found; then it learns these too.
"""
import importlib
import itertools
import pathlib
import sys

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent))
greeting = importlib.import_module('train-greeting-model')

OUT = greeting.ROOT / 'src' / 'audio' / 'call-progress' / 'revision-weights.ts'
EPOCHS = int(sys.argv[1]) if len(sys.argv) > 1 else 16
DENSE, HIDDEN = 24, 40
LAST_MS = 8000
EVERY = 2  # of the steps of 40 ms
FIRST_MS = 600
# As soon before its end as it is told from a voice, a beep says what it is.
BEEP_MS = 150
# Of the machines so many may be taken for a person, though they had been told for what they are: somebody is called to the line for each.
WRONGLY_LIVE = 0.03


class LongCalls(greeting.Calls):
    def __init__(self, name):
        super().__init__(name, LAST_MS // 40)
        self.x, self.elapsed = self.x[:, EVERY - 1::EVERY].copy(), self.elapsed[:, EVERY - 1::EVERY].copy()
        self.begun = self.elapsed[:, 0] >= 0
        beep = self.told('beepEndMs').astype(np.float32)
        self.beep = np.where(beep > 0, beep, np.inf)
        self.weight = ((self.elapsed >= FIRST_MS) & (self.elapsed <= self.beep[:, None])).astype(np.float32)


def outcome(odds, data, some, live, recorded):
    """What the limits come to: rights of people and machines at the end, and who of them was at some time wrongly taken for the other."""
    machine = data.machine[some] == 1
    told = data.told('told')[some] == 'recorded_msg'
    wrongly = np.zeros(len(some), bool)
    elapsed, odds = data.elapsed[some], odds[some]
    after = np.maximum(data.told('toldMs')[some], FIRST_MS)
    for k in range(odds.shape[1]):
        heard = (elapsed[:, k] > after) & (elapsed[:, k] < data.beep[some] - BEEP_MS)
        now = np.where(heard & told & (odds[:, k] < -live), False, np.where(heard & ~told & (odds[:, k] > recorded), True, told))
        wrongly |= (now != told) & (now != machine)
        told = now
    told |= data.beep[some] < LAST_MS
    right = told == machine
    return right[~machine].mean(), right[machine].mean(), wrongly[~machine].mean(), wrongly[machine].mean()


def found_limits(odds, data, some):
    best = None
    for live, recorded in itertools.product((0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4), (1, 1.5, 2, 2.5, 3, 4)):
        people, machines, wrong_people, wrong_machines = outcome(odds, data, some, live, recorded)
        if wrong_machines > WRONGLY_LIVE:
            continue
        # Both must be right; among equals who are left in peace.
        worth = min(people, machines) + 0.1 * (people + machines - wrong_people - wrong_machines)
        if best is None or worth > best[0]:
            best = (worth, live, recorded, people, machines, wrong_people, wrong_machines)
    return best


def written(network, live, recorded, data):
    seeds = ', '.join(str(seed) for seed in data.seeds)
    OUT.write_text(f"""import {{ unpacked }} from './greeting-network.ts';
import type {{ RevisionModel }} from './second-thoughts.ts';

/** Made by test/bench/call-progress/train-revision-model.py from {len(data.calls)} calls of the tuning part, seeds {seeds}. Not edited by hand. */
export const revisionWeights: RevisionModel = {{
  live: {live},
  recorded: {recorded},
  lastMs: {LAST_MS},
  inputs: {data.inputs},
  dense: {DENSE},
  hidden: {HIDDEN},
  values: unpacked('{greeting.packed(network)}', {greeting.WEIGHT_SCALE}),
}};
""")


def main():
    data, others = LongCalls('long-training'), LongCalls('long-validation')
    some = np.where(others.begun & (others.told('told') != 'other') & ~others.told('music'))[0]
    print(f'{len(data.calls)} calls to learn, {len(others.calls)} kept apart; without it: people {(others.told("told")[some] == "live_voice")[others.machine[some] == 0].mean():.4f}, machines {(others.told("told")[some] == "recorded_msg")[others.machine[some] == 1].mean():.4f}')

    def progress(network):
        print('  kept apart: live %.2f, recorded %.2f: people %.4f, machines %.4f; wrongly taken back: people %.4f, machines %.4f' % found_limits(greeting.odds_of(network, others), others, some)[1:], flush=True)

    steps = data.x.shape[1]
    learn = lambda network, chosen, epochs, rate, tell=None: greeting.train(network, data, chosen, epochs, rate, tell, data.weight, (steps, steps))
    network = learn(greeting.Network(data.inputs, DENSE, HIDDEN), np.where(data.begun & (data.told('apart') == 'none'))[0], EPOCHS, 5e-3, progress)
    _, live, recorded, *_ = found_limits(greeting.odds_of(network, others), others, some)
    # The rest is learnt on top: a third of the time, and half as fast.
    written(learn(network, np.where(data.begun)[0], EPOCHS // 3, 2.5e-3), live, recorded, data)


main()
