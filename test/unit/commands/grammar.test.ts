import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { registerGrammar } from '../../../src/commands/grammar.ts';
import { NailupError } from '../../../src/kernel/nailup-error.ts';

describe('nailup grammar test', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'nailup-grammar-')); });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    process.exitCode = 0;
  });

  const run = async (text: string, ...flags: string[]): Promise<string> => {
    const file = join(folder, 'main.grammar');
    writeFileSync(file, text);
    const program = new Command().exitOverride();
    registerGrammar(program);
    let out = '';
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = ((piece: string) => { out += piece; return true; }) as typeof process.stdout.write;
    try {
      await program.parseAsync(['node', 'nailup', 'grammar', 'test', file, ...flags]);
    } finally {
      process.stdout.write = write;
    }
    return out;
  };

  it('matches keys, with references to files beside the grammar, and runs its scripts', async () => {
    writeFileSync(join(folder, 'digit.gram'), '#ABNF 1.0;\nmode dtmf; root $d; public $d = 1 | 2 | 3;');
    const text = '#ABNF 1.0;\nmode dtmf; root $m; tag-format <semantics/1.0>;\n$m = {out = 0;} ($<digit.gram> {out += Number(rules.d);})<3>;';
    const shown = JSON.parse(await run(text, '--json', '--input', '1 2 3')) as { inputs: unknown[] };
    expect(shown.inputs).toEqual([{ input: '1 2 3', state: 'match-final', utterance: '123', interpretation: 6, parse: '$m[$<digit.gram>["1"],$<digit.gram>["2"],$<digit.gram>["3"]]' }]);
    expect(process.exitCode).not.toBe(1);
    expect(await run(text, '--input', '12')).toContain('"12": partial');
    expect(process.exitCode).toBe(1);
  });

  it('says where a grammar is wrong', async () => {
    const problem = await run('#ABNF 1.0;\n$a = (b;').catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(NailupError);
    expect((problem as NailupError).line).toContain('main.grammar:2:8: ) is missing before ";"');
  });
});
