import { Command } from 'commander';
import { page, sources } from '../docs/source-text.ts';

const lines = [...page('src/main.ts').matchAll(/^ {2}(\w+): async \(\) => \(await import\('\.\/commands\/([\w-]+)\.ts'\)\)\.(register\w+),$/gm)].map(([, name = '', module = '', register = '']) => ({ name, module, register }));

describe('the command line', () => {
  it('has a line for every command that registers itself', () => {
    const registers = sources('src/commands').flatMap(({ text }) => [...text.matchAll(/export function (register\w+)\(/g)].map(([, register]) => register ?? ''));
    expect(registers.filter((register) => !lines.some((line) => line.register === register))).toEqual([]);
  });

  it('loads for a word the module that registers that word', async () => {
    expect(lines.length).toBeGreaterThan(5);
    for (const { name, module, register } of lines.filter((line) => line.name !== 'serve')) {
      const loaded = (await import(`../../../src/commands/${module}.ts`)) as Record<string, (program: Command) => void>;
      const program = new Command();
      loaded[register]?.(program);
      expect(program.commands.map((command) => command.name())).toContain(name);
    }
  });

  it('is in the README, command by command', () => {
    const readme = page('README.md');
    expect(lines.filter(({ name }) => !readme.includes(`\`nailup ${name}`)).map(({ name }) => name)).toEqual([]);
  });
});
