import { commandSchemas, errorStrings, resultCodes } from '../../../src/modules/agents/agent-api.ts';
import { agentMachine } from '../../../src/modules/agents/agent.machine.ts';
import { page } from './source-text.ts';

const text = page('docs/agent-api.md');
const source = page('src/modules/agents/agent-api.ts');

/** The table rows whose first cell is the word: cells. */
function row(word: string): string[] | undefined {
  return text.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim())).find(([first]) => first === word);
}

/** `AGTCallNotify: { sessionID: string; … }` of the notification map: name and top-level properties. */
function notifications(): [string, string[]][] {
  const body = /interface NotificationMap \{\n([\s\S]*?)\n\}/.exec(source)?.[1] ?? '';
  return body.split('\n').map((line) => {
    const [, name = '', shape = ''] = /^ {2}(AGT\w+): \{(.*)\};$/.exec(line) ?? [];
    return [name, [...shape.replace(/\{[^{}]*\}/g, '').matchAll(/(\w+)\??:/g)].map(([, property]) => property ?? '')];
  });
}

describe('docs/agent-api.md', () => {
  it.each(Object.entries(commandSchemas))('has %s with every parameter', (command, schema) => {
    const cells = row(`\`${command}\``);
    expect(cells).toBeDefined();
    for (const parameter of Object.keys(schema.shape)) expect(cells?.[1]).toContain(`\`${parameter}\``);
  });

  it('marks the parameters that may be left out, and only those', () => {
    for (const [command, schema] of Object.entries(commandSchemas)) {
      for (const [parameter, kind] of Object.entries(schema.shape)) {
        const optional = kind.safeParse(undefined).success;
        expect([command, parameter, row(`\`${command}\``)?.[1]?.includes(`(\`${parameter}\``)]).toEqual([command, parameter, optional]);
      }
    }
  });

  it('names no command that is not there', () => {
    const named = [...text.matchAll(/^\| `(AGT\w+)` \|/gm)].map(([, name]) => name);
    const known = [...Object.keys(commandSchemas), ...notifications().map(([name]) => name)];
    expect(named.sort()).toEqual(known.sort());
  });

  it('has every notification with every property', () => {
    const all = notifications();
    expect(all.length).toBeGreaterThan(5);
    for (const [name, properties] of all) {
      expect([name, properties.filter((property) => row(`\`${name}\``)?.[1]?.includes(property) !== true)]).toEqual([name, []]);
    }
  });

  it('has every result with its number and the words of AGTGetErrorString', () => {
    for (const [word, code] of Object.entries(resultCodes)) {
      const cells = row(String(code));
      expect([word, cells?.[1]]).toEqual([word, `\`${word}\``]);
      expect(cells?.[2]?.replaceAll('`', '')).toContain(errorStrings[code]);
    }
  });

  it('has every state', () => {
    expect(Object.keys(agentMachine).filter((state) => !text.includes(`\`${state}\``))).toEqual([]);
  });
});
